package kvdb

import "reflect"

// As finds a capability, or any other type, in the chain of decorators that
// begins with s.
//
// For a capability of this package, that is, for an interface that has a
// method of one, the first decorator decides: As returns its view or nothing,
// and never reaches around it, so that no operation escapes a decorator that
// counts, limits or withholds it. Ask for one capability at a time; no
// decorator answers for a combination of them.
//
// For any other type, such as a decorator's or an engine's own, As tries each
// store of the chain in turn: the store itself, then its method
// As(target any) bool if it has one.
//
// As returns false when s is nil.
func As[T any](s Store) (T, bool) {
	var target T
	guarded := isCapability(reflect.TypeFor[T]())
	for s != nil {
		d, decorated := s.(Decorator)
		if !decorated || !guarded {
			if t, ok := s.(T); ok {
				return t, true
			}
			if a, ok := s.(interface{ As(target any) bool }); ok && a.As(&target) {
				return target, true
			}
		}
		if !decorated {
			break
		}
		if guarded {
			if d.As(&target) {
				return target, true
			}
			break
		}
		s = d.Unwrap()
	}
	var zero T
	return zero, false
}

// Capabilities returns the names of the capabilities of this package that s
// has, in alphabetical order: "Appender", "Batcher" and so on.
func Capabilities(s Store) []string {
	var names []string
	for _, t := range capabilities {
		if offers(s, t) {
			names = append(names, t.Name())
		}
	}
	return names
}

// offers is As for a capability that is known only as a type.
func offers(s Store, capability reflect.Type) bool {
	if s == nil {
		return false
	}
	if _, decorated := s.(Decorator); !decorated && reflect.TypeOf(s).Implements(capability) {
		return true
	}
	a, ok := s.(interface{ As(target any) bool })
	return ok && a.As(reflect.New(capability).Interface())
}

// capabilities lists every capability of the package in alphabetical order; a
// test compares it with the source.
var capabilities = []reflect.Type{
	reflect.TypeFor[Appender](),
	reflect.TypeFor[Batcher](),
	reflect.TypeFor[Describer](),
	reflect.TypeFor[Exister](),
	reflect.TypeFor[Lagger](),
	reflect.TypeFor[MultiGetter](),
	reflect.TypeFor[Notifier](),
	reflect.TypeFor[Pinger](),
	reflect.TypeFor[PoolReader](),
	reflect.TypeFor[PrefixScanner](),
	reflect.TypeFor[Scanner](),
	reflect.TypeFor[SizedGetter](),
	reflect.TypeFor[SizedMultiGetter](),
	reflect.TypeFor[StatsReader](),
	reflect.TypeFor[Swapper](),
	reflect.TypeFor[TTLGetter](),
	reflect.TypeFor[TTLPutter](),
	reflect.TypeFor[Updater](),
	reflect.TypeFor[Viewer](),
}

var capabilityMethods = func() map[string]bool {
	methods := make(map[string]bool)
	for _, t := range capabilities {
		for i := range t.NumMethod() {
			methods[t.Method(i).Name] = true
		}
	}
	return methods
}()

// isCapability reports whether t is an interface with a method of a
// capability.
func isCapability(t reflect.Type) bool {
	if t.Kind() != reflect.Interface {
		return false
	}
	for i := range t.NumMethod() {
		if capabilityMethods[t.Method(i).Name] {
			return true
		}
	}
	return false
}
