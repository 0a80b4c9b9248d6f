package sanitize

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Spans mends spans and returns how many it had to. The argument is not changed.
func Spans(spans []sdktrace.ReadOnlySpan) (_ []sdktrace.ReadOnlySpan, mended int) {
	all := spans
	var of origins
	for i, s := range spans {
		good, bad := spanOf(s, &of)
		if !bad {
			continue
		}
		if mended == 0 {
			all = slices.Clone(spans)
		}
		all[i] = good
		mended++
	}
	return all, mended
}

// A span is one that was mended: the SDK's has no setters.
type span struct {
	sdktrace.ReadOnlySpan
	name       string
	status     sdktrace.Status
	attributes []attribute.KeyValue
	events     []sdktrace.Event
	links      []sdktrace.Link
	scope      instrumentation.Scope
	resource   *resource.Resource
}

func (s *span) Name() string                                { return s.name }
func (s *span) Status() sdktrace.Status                     { return s.status }
func (s *span) Attributes() []attribute.KeyValue            { return s.attributes }
func (s *span) Events() []sdktrace.Event                    { return s.events }
func (s *span) Links() []sdktrace.Link                      { return s.links }
func (s *span) InstrumentationScope() instrumentation.Scope { return s.scope }
func (s *span) Resource() *resource.Resource                { return s.resource }

// InstrumentationLibrary is the former name of the scope, which the interface
// still has.
func (s *span) InstrumentationLibrary() instrumentation.Scope { return s.scope }

func spanOf(s sdktrace.ReadOnlySpan, of *origins) (_ sdktrace.ReadOnlySpan, mended bool) {
	name, status := s.Name(), s.Status()
	mended = in(&name, &status.Description)
	attrs, bad := Attributes(s.Attributes())
	mended = mended || bad
	events, bad := each(s.Events(), event)
	mended = mended || bad
	links, bad := each(s.Links(), link)
	mended = mended || bad
	scope, res := s.InstrumentationScope(), s.Resource()
	if !of.right(scope, res) {
		scope, _ = Scope(scope)
		res, _ = Resource(res)
		mended = true
	}
	if !mended {
		return s, false
	}
	return &span{s, name, status, attrs, events, links, scope, res}, true
}

func event(e sdktrace.Event) (_ sdktrace.Event, mended bool) {
	e.Attributes, mended = Attributes(e.Attributes)
	return e, in(&e.Name) || mended
}

func link(l sdktrace.Link) (_ sdktrace.Link, mended bool) {
	l.Attributes, mended = Attributes(l.Attributes)
	return l, mended
}

// each mends elements, and copies the slice if it has to.
func each[E any](all []E, one func(E) (E, bool)) (_ []E, mended bool) {
	good := all
	for i := range all {
		e, bad := one(all[i])
		if !bad {
			continue
		}
		if !mended {
			good, mended = slices.Clone(all), true
		}
		good[i] = e
	}
	return good, mended
}
