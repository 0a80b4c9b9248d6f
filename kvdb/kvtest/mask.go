package kvtest

import (
	"reflect"
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

// Mask returns a [kvdb.Decorator] around s that has the named capabilities
// only, as far as s has them. The names are those that [kvdb.Capabilities]
// returns, such as "Scanner"; others have no effect. No names leave the methods
// of kvdb.Store alone.
func Mask(s kvdb.Store, names ...string) kvdb.Store {
	return &mask{s, slices.Clone(names)}
}

type mask struct {
	kvdb.Store
	names []string
}

// Unwrap returns the store below.
func (m *mask) Unwrap() kvdb.Store { return m.Store }

// As passes a named capability on from the store below.
func (m *mask) As(target any) bool {
	switch target := target.(type) {
	case *kvdb.Appender:
		return unmask(m, target)
	case *kvdb.Batcher:
		return unmask(m, target)
	case *kvdb.Describer:
		return unmask(m, target)
	case *kvdb.Exister:
		return unmask(m, target)
	case *kvdb.Lagger:
		return unmask(m, target)
	case *kvdb.MultiGetter:
		return unmask(m, target)
	case *kvdb.Notifier:
		return unmask(m, target)
	case *kvdb.Pinger:
		return unmask(m, target)
	case *kvdb.PoolReader:
		return unmask(m, target)
	case *kvdb.PrefixScanner:
		return unmask(m, target)
	case *kvdb.Scanner:
		return unmask(m, target)
	case *kvdb.SizedGetter:
		return unmask(m, target)
	case *kvdb.SizedMultiGetter:
		return unmask(m, target)
	case *kvdb.StatsReader:
		return unmask(m, target)
	case *kvdb.Swapper:
		return unmask(m, target)
	case *kvdb.TTLGetter:
		return unmask(m, target)
	case *kvdb.TTLPutter:
		return unmask(m, target)
	case *kvdb.Updater:
		return unmask(m, target)
	case *kvdb.Viewer:
		return unmask(m, target)
	}
	return false
}

func unmask[C any](m *mask, target *C) bool {
	return slices.Contains(m.names, reflect.TypeFor[C]().Name()) && pass(m.Store, target)
}

// pass sets target to the capability of s, if it has it.
func pass[C any](s kvdb.Store, target *C) bool {
	c, ok := kvdb.As[C](s)
	if ok {
		*target = c
	}
	return ok
}
