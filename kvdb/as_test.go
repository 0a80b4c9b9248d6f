package kvdb_test

import (
	"context"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// A decorator answers for a Pinger of its own, and for what pass lets through.
type decorator struct {
	kvdb.Store
	pass bool
}

func (d *decorator) Unwrap() kvdb.Store { return d.Store }

func (d *decorator) As(target any) bool {
	switch target := target.(type) {
	case *kvdb.Pinger:
		_, ok := kvdb.As[kvdb.Pinger](d.Store)
		if ok {
			*target = d
		}
		return ok
	case *kvdb.Scanner:
		if s, ok := kvdb.As[kvdb.Scanner](d.Store); ok && d.pass {
			*target = s
			return true
		}
	}
	return false
}

func (d *decorator) Ping(context.Context) error { return nil }

// A vendor is a leaf that has more than its methods say.
type vendor struct {
	kvdb.Store
	handle *handle
}

type handle struct{ kvdb.Pinger }

func (v *vendor) As(target any) bool {
	switch target := target.(type) {
	case **handle:
		*target = v.handle
	case *kvdb.Pinger:
		*target = v.handle
	default:
		return false
	}
	return true
}

func TestAs(t *testing.T) {
	type scanPinger interface {
		kvdb.Scanner
		kvdb.Pinger
	}
	type readScanner interface{ kvdb.Reader }
	m := kvdb.NewMemory(nil)
	bare := struct{ kvdb.Store }{m}
	v := &vendor{bare, &handle{m}}
	for _, c := range []struct {
		name string
		as   func(kvdb.Store) (any, bool)
		s    kvdb.Store
		want any // nil is not found
	}{
		{"nil store", as[kvdb.Scanner], nil, nil},
		{"nil store, vendor type", as[*kvdb.Memory], nil, nil},
		{"leaf", as[kvdb.Scanner], m, m},
		{"leaf without", as[kvdb.Scanner], bare, nil},
		{"leaf, vendor type", as[*kvdb.Memory], m, m},
		{"leaf, another vendor type", as[*vendor], m, nil},
		{"leaf, combination", as[scanPinger], m, m},
		{"leaf, Store", as[kvdb.Store], m, m},

		{"leaf's As, capability", as[kvdb.Pinger], v, v.handle},
		{"leaf's As, vendor type", as[*handle], v, v.handle},
		{"leaf's As declines", as[kvdb.Scanner], v, nil},
		{"leaf itself before its As", as[*vendor], v, v},

		{"decorator's view", as[kvdb.Pinger], &decorator{m, true}, &decorator{m, true}},
		{"decorator passes", as[kvdb.Scanner], &decorator{m, true}, m},
		{"decorator declines", as[kvdb.Scanner], &decorator{m, false}, nil},
		{"decorator declines what it does not know", as[kvdb.Batcher], &decorator{m, true}, nil},
		{"decorator has the method, its store has not", as[kvdb.Pinger], &decorator{bare, true}, nil},
		{"decorator, combination", as[scanPinger], &decorator{m, true}, nil},
		{"decorator, part of a capability in another interface", as[readScanner], &decorator{m, true}, nil},
		{"decorator, vendor type", as[*kvdb.Memory], &decorator{m, false}, m},
		{"decorator, vendor type by As", as[*handle], &decorator{v, false}, v.handle},
		{"decorator itself", as[*decorator], &decorator{m, false}, &decorator{m, false}},

		{"outer declines, inner has", as[kvdb.Scanner], &decorator{&decorator{m, true}, false}, nil},
		{"inner declines, outer passes", as[kvdb.Scanner], &decorator{&decorator{m, false}, true}, nil},
		{"both pass", as[kvdb.Scanner], &decorator{&decorator{m, true}, true}, m},
		{"two decorators, vendor type", as[*kvdb.Memory], &decorator{&decorator{m, false}, false}, m},
		{"two decorators, capability by a leaf's As", as[kvdb.Pinger], &decorator{&decorator{v, true}, true}, &decorator{&decorator{v, true}, true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.as(c.s)
			if ok != (c.want != nil) || !same(got, c.want) {
				t.Errorf("As = %#v, %t, want %#v", got, ok, c.want)
			}
		})
	}
}

func as[T any](s kvdb.Store) (any, bool) {
	t, ok := kvdb.As[T](s)
	if !ok {
		return nil, false
	}
	return t, true
}

// same compares decorators by what they are, and all else by identity.
func same(a, b any) bool {
	if a, ok := a.(*decorator); ok {
		b, ok := b.(*decorator)
		return ok && a.pass == b.pass && same(a.Store, b.Store)
	}
	return a == b
}

func TestCapabilities(t *testing.T) {
	m := kvdb.NewMemory(nil)
	bare := struct{ kvdb.Store }{m}
	for _, c := range []struct {
		name string
		s    kvdb.Store
		want []string
	}{
		{"nil", nil, nil},
		{"bare", bare, nil},
		{"leaf's As", &vendor{bare, &handle{m}}, []string{"Pinger"}},
		{"decorator", &decorator{m, true}, []string{"Pinger", "Scanner"}},
		{"decorator that declines", &decorator{m, false}, []string{"Pinger"}},
		{"decorator around a bare store", &decorator{bare, true}, nil},
	} {
		if got := kvdb.Capabilities(c.s); !slices.Equal(got, c.want) {
			t.Errorf("%s: Capabilities = %q, want %q", c.name, got, c.want)
		}
	}
}
