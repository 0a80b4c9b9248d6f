package logcore

import (
	"errors"
	"fmt"
	"reflect"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// describe returns the attributes that OpenTelemetry's SDK derives from the
// error of a record. The SDK is not given the error itself: it would call code
// of the user's, and take text that is not UTF-8, which costs the exporter the
// whole batch. An error that panics has none.
func describe(v any) (attributes [2]zapcore.Field, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	err, ok := v.(error)
	if !ok {
		return attributes, false
	}
	attributes[0] = zap.String(catalog.ExceptionMessage, validText(err.Error()))
	attributes[1] = zap.String(catalog.ExceptionType, validText(errorType(err)))
	return attributes, true
}

// errorType names the type of an error as the SDK does: what the error itself
// says, else its Go type below all fmt.Errorf.
func errorType(err error) string {
	if named, ok := err.(interface{ ErrorType() string }); ok {
		if name := named.ErrorType(); name != "" {
			return name
		}
	}
	for reflect.TypeOf(err) == wrapError && errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	t := reflect.TypeOf(err)
	if t.PkgPath() != "" && t.Name() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}

var wrapError = reflect.TypeOf(fmt.Errorf("%w", errors.ErrUnsupported))
