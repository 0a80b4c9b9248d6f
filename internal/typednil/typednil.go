// Package typednil finds nil pointers in interfaces: they are not equal to nil, and
// their methods panic later, far from the cause.
package typednil

import (
	"fmt"
	"reflect"
)

// Is reports whether v is nil, or an interface around a nil pointer, map or
// function.
func Is(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Interface:
		return r.IsNil()
	default:
		return false
	}
}

// Name says what a v is for which Is is true: "nil", or "a nil *otelsetup.Telemetry".
func Name(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprintf("a nil %T", v)
}

// Check returns an error about what was given to an option and is a nil pointer in an
// interface, as a constructor leaves whose error nobody looked at. A nil alone is the
// option's default, and no error.
func Check(v any) error {
	if v == nil || !Is(v) {
		return nil
	}
	return fmt.Errorf("the value is %s: check the error of what makes it", Name(v))
}
