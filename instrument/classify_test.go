package instrument

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

// sentinels are the errors that the classification knows, with their slots.
var sentinels = []struct {
	err  error
	slot record.Slot
}{
	{kvdb.ErrNotFound, record.SlotMiss},
	{context.Canceled, record.SlotCanceled},
	{context.DeadlineExceeded, record.FailureSlot(record.FailureTimeout)},
	{kvdb.ErrTimeout, record.FailureSlot(record.FailureTimeout)},
	{kvdb.ErrConflict, record.FailureSlot(record.FailureConflict)},
	{kvdb.ErrClosed, record.FailureSlot(record.FailureClosed)},
	{kvdb.ErrReadOnly, record.FailureSlot(record.FailureReadOnly)},
	{kvdb.ErrTooLarge, record.FailureSlot(record.FailureTooLarge)},
	{kvdb.ErrUnavailable, record.FailureSlot(record.FailureUnavailable)},
	{kvdb.ErrCorruption, record.FailureSlot(record.FailureCorruption)},
	{kvdb.ErrNoSpace, record.FailureSlot(record.FailureNoSpace)},
	{kvdb.ErrInvalidArgument, record.FailureSlot(record.FailureInvalidArgument)},
	{kvdb.ErrEngineFailed, record.FailureSlot(record.FailureEngineFailed)},
	{kvdb.ErrLagUnknown, record.FailureSlot(record.FailureOther)},
	{errors.New("of nobody"), record.FailureSlot(record.FailureOther)},
}

// slot is what op.classify finds.
func (c *classifier) slot(err error) record.Slot {
	if err == nil {
		return record.SlotOK
	}
	if s, ok := c.known(err); ok {
		return s
	}
	return c.failed(context.Background(), err)
}

func TestClassifierSlot(t *testing.T) {
	c := newClassifier(nil, nil)
	cause := errors.New("the engine's own")
	for _, s := range sentinels {
		for name, err := range map[string]error{
			"itself":          s.err,
			"wrapped":         fmt.Errorf("around: %w", s.err),
			"wrapped twice":   fmt.Errorf("around: %w", fmt.Errorf("around: %w", s.err)),
			"joined":          errors.Join(cause, s.err),
			"a kind":          &kvdb.Error{Op: "get", Kind: s.err, Err: cause},
			"a cause":         &kvdb.Error{Op: "get", Err: s.err},
			"a joined kind":   errors.Join(cause, &kvdb.Error{Op: "get", Kind: s.err}),
			"beside a cause":  fmt.Errorf("%w and %w", cause, s.err),
			"a context error": kvdb.ContextError("get", s.err),
		} {
			if got := c.slot(err); got != s.slot {
				t.Errorf("%v, %s: slot %d, want %d", s.err, name, got, s.slot)
			}
		}
	}
	if got := c.slot(nil); got != record.SlotOK {
		t.Errorf("no error: slot %d, want %d", got, record.SlotOK)
	}
}

// hostile is an error whose methods panic.
type hostile struct{}

func (hostile) Error() string          { panic("in Error") }
func (hostile) Is(error) bool          { panic("in Is") }
func (hostile) Unwrap() error          { panic("in Unwrap") }
func (hostile) As(target any) bool     { panic("in As") }
func (hostile) Format(fmt.State, rune) { panic("in Format") }

// uncomparable is an error that panics when it is compared with itself.
type uncomparable struct{ any }

func (uncomparable) Error() string { return "uncomparable" }

// itself is an error without an end.
type itself struct{}

func (itself) Error() string { return "itself" }
func (itself) Unwrap() error { return itself{} }

// manyErrors is a type like those of validation libraries.
type manyErrors []error

func (m manyErrors) Error() string { return "many" }

func TestClassifierHostileErrors(t *testing.T) {
	c := newClassifier(nil, nil)
	for name, err := range map[string]error{
		"panicking methods":  hostile{},
		"a nil pointer":      (*kvdb.Error)(nil),
		"wrapped nil":        fmt.Errorf("around: %w", (*kvdb.Error)(nil)),
		"not to be compared": uncomparable{[]int{1}},
		"a slice":            manyErrors{kvdb.ErrClosed},
		"wraps itself":       itself{},
	} {
		if got, want := c.slot(err), record.FailureSlot(record.FailureOther); got != want {
			t.Errorf("%s: slot %d, want %d", name, got, want)
		}
	}
}

// FuzzClassify builds a tree of errors out of bytes: whatever is in it, it gets
// a slot that exists.
func FuzzClassify(f *testing.F) {
	f.Add([]byte{0}, "")
	f.Add([]byte{1, 2, 3, 4, 250, 251, 252, 253, 254, 255}, "quota")
	f.Add([]byte{255, 255, 255, 255, 255, 9}, "panic")
	f.Add([]byte{248, 247, 246, 0, 246, 247}, "get: key 0001 is bad")
	f.Fuzz(func(t *testing.T, program []byte, answer string) {
		err := buildError(program)
		plain := newClassifier(nil, nil)
		custom := newClassifier(func(error) string { return answer }, []string{"quota"})
		panicking := newClassifier(func(error) string { panic(answer) }, []string{"quota"})
		for name, c := range map[string]classifier{"plain": plain, "custom": custom, "panicking": panicking} {
			for _, e := range []error{err, abort{err}} {
				if s := c.slot(e); int(s) >= int(record.FirstFailureSlot)+len(c.names) {
					t.Errorf("%s: slot %d of %d", name, s, int(record.FirstFailureSlot)+len(c.names))
				}
			}
		}
		if a, b := plain.slot(err), panicking.slot(err); a != b {
			t.Errorf("a classifier that panics changed slot %d to %d", a, b)
		}
	})
}

// buildError reads a small stack language.
func buildError(program []byte) error {
	stack := []error{nil}
	pop := func() error {
		e := stack[len(stack)-1]
		if len(stack) > 1 {
			stack = stack[:len(stack)-1]
		}
		return e
	}
	for _, b := range program {
		switch b {
		case 255:
			stack = append(stack, errors.Join(pop(), pop()))
		case 254:
			stack = append(stack, &kvdb.Error{Op: "get", Kind: pop(), Err: pop()})
		case 253:
			if e := pop(); e != nil {
				stack = append(stack, fmt.Errorf("around: %w", e))
			}
		case 252:
			stack = append(stack, hostile{})
		case 251:
			stack = append(stack, uncomparable{[]int{1}})
		case 250:
			stack = append(stack, (*kvdb.Error)(nil))
		case 249:
			stack = append(stack, manyErrors{pop()})
		case 247:
			stack = append(stack, itself{})
		case 248:
			stack = append(stack, errUnfinished)
		default:
			stack = append(stack, sentinels[int(b)%len(sentinels)].err)
		}
	}
	return pop()
}
