package logcore

import (
	"errors"
	"fmt"
	"reflect"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An exception is what a record has of an error.
type exception struct {
	any           bool
	message, kind string
}

// describe returns what OpenTelemetry's SDK derives from the
// error of a record. The SDK is not given the error itself: it would call code
// of the user's, and take text that is not UTF-8, which costs the exporter the
// whole batch. An error that panics has none.
func describe(v any) (e exception) {
	defer func() {
		if recover() != nil {
			e = exception{}
		}
	}()
	err, ok := v.(error)
	if !ok {
		return exception{}
	}
	return exception{true, validText(err.Error()), validText(errorType(err))}
}

// attributes appends those whose names the caller has not given to others.
func (e exception) attributes(dst []zapcore.Field, given nameSet) []zapcore.Field {
	if !e.any {
		return dst
	}
	if given&exceptionMessage == 0 {
		dst = append(dst, zap.String(catalog.ExceptionMessage, e.message))
	}
	if given&exceptionType == 0 {
		dst = append(dst, zap.String(catalog.ExceptionType, e.kind))
	}
	return dst
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
