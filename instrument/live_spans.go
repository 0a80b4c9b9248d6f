package instrument

import (
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// liveSpans are the operations in flight that are traced, in the order in which they
// began, so that the line of one that hangs has its trace.
type liveSpans struct {
	mu          sync.Mutex
	first, last *traced
	n           int
}

// maxLiveSpans bounds the memory for calls of a Recorder whose End was forgotten.
const maxLiveSpans = 4096

// A liveSpan is a place among them.
type liveSpan struct {
	kind         record.Operation
	before, next *traced
	listed       bool
}

func (l *liveSpans) add(t *traced, kind record.Operation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n == maxLiveSpans {
		return
	}
	l.n++
	t.kind, t.before, t.listed = kind, l.last, true
	if l.last == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
}

// remove takes one out, unless it is nil.
func (l *liveSpans) remove(t *traced) {
	if t == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !t.listed {
		return
	}
	l.n--
	t.listed = false
	if t.before == nil {
		l.first = t.next
	} else {
		t.before.next = t.next
	}
	if t.next == nil {
		l.last = t.before
	} else {
		t.next.before = t.before
	}
}

// oldest returns the span of the oldest operation of a kind, if one began before
// the moment given.
func (l *liveSpans) oldest(kind record.Operation, before time.Time) trace.SpanContext {
	span := l.find(kind, before)
	if span == nil {
		return trace.SpanContext{}
	}
	return span.SpanContext()
}

func (l *liveSpans) find(kind record.Operation, before time.Time) trace.Span {
	l.mu.Lock()
	defer l.mu.Unlock()
	for t := l.first; t != nil && t.start.Before(before); t = t.next {
		if t.kind == kind && t.span != nil {
			return t.span
		}
	}
	return nil
}
