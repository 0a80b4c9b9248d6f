package testutil

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// CallNil calls every exported method of a receiver, such as a nil pointer or a
// zero value, with the zero value of each argument but a context, and fails the test where that
// panics. A function among the arguments is one that returns zero values.
func CallNil(t *testing.T, receiver any, except ...string) {
	t.Helper()
	of := reflect.TypeOf(receiver)
	for i := range of.NumMethod() {
		m := of.Method(i)
		if slices.Contains(except, m.Name) {
			continue
		}
		t.Run(fmt.Sprintf("%s.%s", of, m.Name), func(t *testing.T) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("panics: %v", p)
				}
			}()
			arguments := []reflect.Value{reflect.ValueOf(receiver)}
			for j := 1; j < m.Type.NumIn(); j++ {
				in := m.Type.In(j)
				if m.Type.IsVariadic() && j == m.Type.NumIn()-1 {
					break
				}
				arguments = append(arguments, zero(in))
			}
			m.Func.Call(arguments)
		})
	}
}

func zero(of reflect.Type) reflect.Value {
	if of == reflect.TypeFor[context.Context]() {
		return reflect.ValueOf(context.Background())
	}
	if of.Kind() != reflect.Func {
		return reflect.Zero(of)
	}
	return reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value {
		var results []reflect.Value
		for i := range of.NumOut() {
			results = append(results, reflect.Zero(of.Out(i)))
		}
		return results
	})
}
