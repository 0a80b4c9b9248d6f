package classify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/classify"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// panics is an error whose methods all panic.
type panics struct{}

func (panics) Error() string        { panic("in Error") }
func (panics) Is(error) bool        { panic("in Is") }
func (panics) As(any) bool          { panic("in As") }
func (panics) Unwrap() error        { panic("in Unwrap") }
func (panics) Timeout() bool        { panic("in Timeout") }
func (panics) GRPCStatus() *grpcish { panic("in GRPCStatus") }

// manyPanicsError is one of several.
type manyPanicsError struct{ panics }

func (manyPanicsError) Unwrap() []error { panic("in Unwrap") }

// pointer is an error whose methods panic on nil.
type pointer struct{ err error }

func (p *pointer) Error() string { return p.err.Error() }
func (p *pointer) Unwrap() error { return p.err }
func (p *pointer) Timeout() bool { return p.err != nil }

// many cannot be compared.
type many []error

func (many) Error() string { return "many" }

// endless wraps itself, and doubles with each step.
type endless struct{}

func (endless) Error() string   { return "endless" }
func (endless) Unwrap() []error { return []error{endless{}, endless{}} }

// circle can become an error of a store that wraps it.
type circle struct{}

func (circle) Error() string { return "circle" }

func (c circle) As(target any) bool {
	own, ok := target.(**kvdb.Error)
	if ok {
		*own = &kvdb.Error{Op: "get", Err: c}
	}
	return ok
}

// grpcish looks like the status of gRPC.
type grpcish struct{ code uint32 }

func (s *grpcish) Code() uint32 { return s.code }

type withStatusError[S any] struct{ status S }

func (withStatusError[S]) Error() string   { return "status" }
func (w withStatusError[S]) GRPCStatus() S { return w.status }

type otherStatusError struct{ error }

func (otherStatusError) GRPCStatus(int) *grpcish { return &grpcish{14} }

type textStatus struct{}

func (textStatus) Code() string { return "unavailable" }

// No method of an error, and no context, can do more than say nothing.
func TestForeign(t *testing.T) {
	nothing := (*pointer)(nil)
	for name, err := range map[string]error{
		"panics":             panics{},
		"panics, many":       manyPanicsError{},
		"nil pointer":        nothing,
		"nil kvdb.Error":     (*kvdb.Error)(nil),
		"wrapped nil":        fmt.Errorf("a: %w", nothing),
		"nil within":         &kvdb.Error{Kind: nothing, Err: (*kvdb.Error)(nil)},
		"cannot be compared": many{kvdb.ErrClosed},
		"endless":            endless{},
		"circle":             circle{},
		"no status":          withStatusError[*grpcish]{},
		"ok":                 withStatusError[*grpcish]{&grpcish{}},
		"nil interface":      withStatusError[fmt.Stringer]{},
		"no code":            withStatusError[int]{14},
		"text":               withStatusError[textStatus]{},
		"arguments":          otherStatusError{errOwn},
	} {
		if got := slotName(t, err); got != other {
			t.Errorf("%s: %s, want %s", name, got, other)
		}
		// What stands beside it is found all the same.
		if got := slotName(t, errors.Join(err, kvdb.ErrClosed)); got != closed && name != "endless" && name != "circle" {
			t.Errorf("%s, beside another: %s, want %s", name, got, closed)
		}
	}
}

func slotName(t *testing.T, err error) string { return name(classify.Slot(t.Context(), err)) }

// badContext is a context of somebody's own.
type badContext struct{ context.Context }

func (badContext) Err() error                  { panic("in Err") }
func (badContext) Value(any) any               { panic("in Value") }
func (badContext) Deadline() (time.Time, bool) { panic("in Deadline") }

func TestForeignContext(t *testing.T) {
	if got := name(classify.Slot(badContext{t.Context()}, errOwn)); got != other {
		t.Errorf("a context that panics: %s, want %s", got, other)
	}
}

// The codes of gRPC, by the shape of its status. The module e2e has the real ones.
func TestStatus(t *testing.T) {
	want := map[uint32]string{
		1: canceled, 3: string(catalog.ErrInvalidArgument), 4: timeout, 10: string(catalog.ErrConflict),
		11: string(catalog.ErrInvalidArgument), 14: unavailable, 15: corruption,
	}
	for code := range uint32(20) {
		err := fmt.Errorf("rpc: %w", withStatusError[*grpcish]{&grpcish{code}})
		expected := want[code]
		if expected == "" {
			expected = other
		}
		if got := slotName(t, err); got != expected {
			t.Errorf("code %d: %s, want %s", code, got, expected)
		}
	}
}
