package typednil_test

import (
	"context"
	"net"
	"testing"

	"github.com/otelkv/otelkv/internal/typednil"
)

type (
	pointed struct{}
	mapped  map[string]int
	fn      func()
)

func TestIs(t *testing.T) {
	var listener net.Listener
	for name, tc := range map[string]struct {
		value any
		want  bool
	}{
		"nothing":             {nil, true},
		"a nil interface":     {listener, true},
		"a nil pointer":       {(*pointed)(nil), true},
		"a nil map":           {mapped(nil), true},
		"a nil function":      {fn(nil), true},
		"a pointer":           {&pointed{}, false},
		"a map":               {mapped{}, false},
		"a function":          {fn(func() {}), false},
		"a value":             {pointed{}, false},
		"a context":           {context.Background(), false},
		"a nil slice, usable": {[]int(nil), false},
	} {
		if got := typednil.Is(tc.value); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
	if got := typednil.Name(listener) + ", " + typednil.Name((*pointed)(nil)); got != "nil, a nil *typednil_test.pointed" {
		t.Errorf("the names %s", got)
	}
}

func TestCheck(t *testing.T) {
	for _, v := range []any{nil, &pointed{}, pointed{}} {
		if err := typednil.Check(v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
	err := typednil.Check((*pointed)(nil))
	if want := "the value is a nil *typednil_test.pointed: check the error of what makes it"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
