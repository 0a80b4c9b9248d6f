package everything

import (
	"fmt"
	"slices"
	"sync"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Spans are those of stores that a receiver has got, and the events in their
// place.
type spans struct {
	mu            sync.Mutex
	spans, events *sighting
	kinds         map[catalog.SpanKind]bool
	complaints    map[string]bool
}

func newSpans() *spans {
	return &spans{
		spans: newSightings().see("span", "", "", ""), events: newSightings().see("event", "", "", ""),
		kinds: make(map[catalog.SpanKind]bool), complaints: make(map[string]bool),
	}
}

var spanKinds = map[trace.Span_SpanKind]catalog.SpanKind{
	trace.Span_SPAN_KIND_INTERNAL: catalog.KindInternal, trace.Span_SPAN_KIND_CLIENT: catalog.KindClient, trace.Span_SPAN_KIND_SERVER: catalog.KindServer,
}

// export takes what a receiver of OTLP gets. A program's own spans may have events
// of stores.
func (s *spans) export(all []*trace.ResourceSpans) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range all {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				if scope.GetScope().GetName() == catalog.ScopeInstrument {
					s.kinds[spanKinds[span.GetKind()]] = true
					s.take(s.spans, false, span.GetName(), span.GetAttributes())
				}
				for _, e := range span.GetEvents() {
					s.take(s.events, true, e.GetName(), e.GetAttributes())
				}
			}
		}
	}
}

// ofStores returns what the catalogue has of the spans of stores, or of the events.
func ofStores(event bool) catalog.Span {
	all := catalog.Spans()
	return all[slices.IndexFunc(all, func(s catalog.Span) bool { return s.Source == "instrument" && s.Event == event })]
}

func (s *spans) take(seen *sighting, event bool, name string, attributes []*common.KeyValue) {
	values := make(map[string]string)
	for _, kv := range attributes {
		values[kv.GetKey()] = text(kv.GetValue())
		note(seen.attributes, kv.GetKey(), "")
	}
	if want := catalog.SpanName(values[catalog.OperationName], values[catalog.Namespace]); name != want {
		s.complaints[fmt.Sprintf("the name of a span or event is %q, want %q", name, want)] = true
	}
	known := ofStores(event)
	for _, key := range known.Attributes {
		if _, ok := values[key]; !ok {
			s.complaints[fmt.Sprintf("a span or event %q lacks %s, which it always has in the catalogue", name, key)] = true
		}
	}
	for key := range values {
		if !slices.Contains(known.Attributes, key) && !slices.Contains(known.Optional, key) {
			s.complaints[fmt.Sprintf("a span or event has %s, which is not in the catalogue (event: %t)", key, event)] = true
		}
	}
}

// against returns what is wrong with spans and events.
func (s *spans) against() (complaints []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for event, seen := range map[bool]*sighting{false: s.spans, true: s.events} {
		for _, key := range ofStores(event).Optional {
			if seen.attributes[key] == nil {
				s.complaints[fmt.Sprintf("%s of a span or event is in the catalogue, and was not seen (event: %t)", key, event)] = true
			}
		}
	}
	for _, kind := range ofStores(false).Kinds {
		if !s.kinds[kind] {
			s.complaints[fmt.Sprintf("spans of the kind %s are in the catalogue, and were not seen", kind)] = true
		}
	}
	for kind := range s.kinds {
		if !slices.Contains(ofStores(false).Kinds, kind) {
			s.complaints[fmt.Sprintf("a span of the kind %s was seen, which is not in the catalogue", kind)] = true
		}
	}
	for complaint := range s.complaints {
		complaints = append(complaints, complaint)
	}
	slices.Sort(complaints)
	return complaints
}
