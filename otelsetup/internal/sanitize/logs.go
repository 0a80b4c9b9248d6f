package sanitize

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// Records mends log records and returns how many it had to. It leaves those out
// whose scope or resource has to be mended: a record has no setter for them. See
// [LoggerProvider]. The argument is not changed.
func Records(records []sdklog.Record) (_ []sdklog.Record, mended, leftOut int) {
	var of origins
	origin := func(r *sdklog.Record) bool { return of.right(r.InstrumentationScope(), r.Resource()) }
	first := 0
	for first < len(records) && origin(&records[first]) && clean(&records[first]) {
		first++
	}
	if first == len(records) {
		return records, 0, 0
	}
	all := slices.Clone(records[:first])
	for i := first; i < len(records); i++ {
		switch r := &records[i]; {
		case !origin(r):
			leftOut++
		case clean(r):
			all = append(all, *r)
		default:
			all = append(all, record(r))
			mended++
		}
	}
	return all, mended, leftOut
}

// clean reports whether the record itself is.
func clean(r *sdklog.Record) bool {
	_, badEvent := Text(r.EventName())
	_, badSeverity := Text(r.SeverityText())
	_, badBody := Value(r.Body())
	ok := !badEvent && !badSeverity && !badBody
	r.WalkAttributes(func(attr attribute.KeyValue) bool {
		ok = ok && !bad(attr)
		return ok
	})
	return ok
}

// record returns a copy that is right.
func record(r *sdklog.Record) sdklog.Record {
	good := r.Clone()
	event, _ := Text(r.EventName())
	severity, _ := Text(r.SeverityText())
	body, _ := Value(r.Body())
	attrs := make([]attribute.KeyValue, 0, r.AttributesLen())
	r.WalkAttributes(func(attr attribute.KeyValue) bool {
		attrs = append(attrs, attr)
		return true
	})
	good.SetEventName(event)
	good.SetSeverityText(severity)
	good.SetBody(body)
	if attrs, mended := Attributes(attrs); mended {
		good.SetAttributes(attrs...)
	}
	return good
}

// LoggerProvider returns a provider that mends the names and attributes of the
// scopes that its loggers are made for. What is right costs nothing.
func LoggerProvider(p log.LoggerProvider) log.LoggerProvider { return loggerProvider{p} }

type loggerProvider struct{ log.LoggerProvider }

// Logger implements log.LoggerProvider.
func (p loggerProvider) Logger(name string, opts ...log.LoggerOption) log.Logger {
	c := log.NewLoggerConfig(opts...)
	scope, mended := Scope(instrumentation.Scope{
		Name: name, Version: c.InstrumentationVersion(), SchemaURL: c.SchemaURL(), Attributes: c.InstrumentationAttributes(),
	})
	if mended {
		name = scope.Name
		opts = []log.LoggerOption{
			log.WithInstrumentationVersion(scope.Version), log.WithSchemaURL(scope.SchemaURL),
			log.WithInstrumentationAttributeSet(scope.Attributes),
		}
	}
	return p.LoggerProvider.Logger(name, opts...)
}
