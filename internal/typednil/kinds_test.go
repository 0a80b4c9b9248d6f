package typednil_test

import (
	"errors"
	"io"
	"testing"
	"unsafe"

	"github.com/otelkv/otelkv/internal/typednil"
)

type failure struct{}

func (*failure) Error() string { return "" }

// Of what can be nil, only what fails when it is used counts.
func TestKinds(t *testing.T) {
	var none *pointed
	var err error = (*failure)(nil)
	for name, tc := range map[string]struct {
		value any
		want  bool
		name  string // of those that are nil
	}{
		"an error around nothing":    {err, true, "a nil *typednil_test.failure"},
		"a nil error":                {error(nil), true, "nil"},
		"a nil reader":               {io.Reader(nil), true, "nil"},
		"a map without a name":       {map[string]int(nil), true, "a nil map[string]int"},
		"a function without a name":  {(func(int) error)(nil), true, "a nil func(int) error"},
		"a pointer to a nil pointer": {&none, false, ""},
		"a pointer to a nil map":     {new(mapped), false, ""},
		"a nil channel, which waits": {(chan int)(nil), false, ""},
		"an unsafe nil":              {unsafe.Pointer(nil), false, ""},
		"zero":                       {0, false, ""},
		"no text":                    {"", false, ""},
		"an empty array":             {[0]int{}, false, ""},
		"a struct that holds nil":    {struct{ p *int }{}, false, ""},
		"an error":                   {errors.New("a"), false, ""},
	} {
		if got := typednil.Is(tc.value); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
		if !tc.want {
			if err := typednil.Check(tc.value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := typednil.Name(tc.value); got != tc.name {
			t.Errorf("%s: %q, want %q", name, got, tc.name)
		}
		if err := typednil.Check(tc.value); (err != nil) != (tc.name != "nil") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
