package everything

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	logs "go.opentelemetry.io/proto/otlp/logs/v1"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A lineSighting is what lines of one message looked like.
type lineSighting struct{ levels, fields map[string]bool }

// Lines are those that a log or a receiver has got.
type lines struct {
	exported bool // over OTLP, where the trace stands elsewhere than in the fields

	mu         sync.Mutex
	seen       map[catalog.Message]*lineSighting
	complaints map[string]bool
}

func newLines(exported bool) *lines {
	return &lines{exported: exported, seen: make(map[catalog.Message]*lineSighting), complaints: make(map[string]bool)}
}

func (l *lines) complain(format string, args ...any) {
	where := "log: "
	if l.exported {
		where = "OTLP: "
	}
	l.complaints[where+fmt.Sprintf(format, args...)] = true
}

// ofLogger are the fields that the logger writes by itself, and those of the
// program.
var ofLogger = []catalog.Field{
	catalog.FieldTimestamp, catalog.FieldLevel, catalog.FieldLogger, catalog.FieldCaller,
	catalog.FieldMessage, catalog.FieldStacktrace, "app_field",
}

// ofTrace are those that a record has in places of their own.
var ofTrace = []catalog.Field{catalog.FieldTraceID, catalog.FieldSpanID, catalog.FieldTraceFlags}

// take compares a line with what is known of its message.
func (l *lines) take(message, level string, fields []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.HasPrefix(message, "app ") { // the program's own
		return
	}
	known, ok := catalog.FindLine(message)
	if !ok {
		l.complain("%q is not in the catalogue", message)
		return
	}
	s := l.seen[message]
	if s == nil {
		s = &lineSighting{make(map[string]bool), make(map[string]bool)}
		l.seen[message] = s
	}
	s.levels[level] = true
	if !slices.Contains(known.Levels, catalog.Level(level)) {
		l.complain("%q has the level %s, which is not in the catalogue", message, level)
	}
	for _, f := range known.Fields {
		if !slices.Contains(fields, f) {
			l.complain("%q lacks %s, which it always has in the catalogue", message, f)
		}
	}
	for _, f := range fields {
		s.fields[f] = true
		if l.exported && (f == catalog.ExceptionMessage || f == catalog.ExceptionType) && slices.Contains(fields, catalog.FieldError) {
			continue
		}
		if !known.Open && !slices.Contains(ofLogger, f) && !slices.Contains(known.Fields, f) && !slices.Contains(known.Optional, f) {
			l.complain("%q has the field %s, which is not in the catalogue", message, f)
		}
	}
}

// text takes lines of JSON.
func (l *lines) text(text string) {
	for line := range strings.Lines(text) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			l.complain("%q is no JSON: %v", line, err)
			continue
		}
		var keys []string
		for key := range fields {
			keys = append(keys, key)
		}
		l.take(fmt.Sprint(fields[catalog.FieldMessage]), fmt.Sprint(fields[catalog.FieldLevel]), keys)
	}
}

// export takes what a receiver of OTLP gets.
func (l *lines) export(all []*logs.ResourceLogs) {
	for _, resource := range all {
		for _, scope := range resource.GetScopeLogs() {
			for _, r := range scope.GetLogRecords() {
				var keys []string
				for _, kv := range r.GetAttributes() {
					keys = append(keys, kv.GetKey())
				}
				l.take(r.GetBody().GetStringValue(), r.GetSeverityText(), keys)
			}
		}
	}
}

// against returns what is wrong, in order. Lines whose sources are none of this
// process are not missed.
func (l *lines) against(all []catalog.Line, sources []string, excused exceptions) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	missing := func(what string, seen bool) {
		reason, is := excused[what]
		switch {
		case seen && is:
			l.complain("%s was seen: the exception %q is out of date", what, reason)
		case !seen && !is:
			l.complain("%s is in the catalogue, and was not seen", what)
		}
	}
	for _, known := range all {
		if !slices.ContainsFunc(known.Sources, func(source string) bool { return slices.Contains(sources, source) }) {
			continue
		}
		s := l.seen[known.Message]
		missing(fmt.Sprintf("%q", known.Message), s != nil)
		if s == nil {
			continue
		}
		for _, level := range known.Levels {
			missing(fmt.Sprintf("%q at %s", known.Message, level), s.levels[string(level)])
		}
		for _, f := range known.Optional {
			if !l.exported || !slices.Contains(ofTrace, f) {
				missing(fmt.Sprintf("%s of %q", f, known.Message), s.fields[f])
			}
		}
	}
	var complaints []string
	for complaint := range l.complaints {
		complaints = append(complaints, complaint)
	}
	slices.Sort(complaints)
	return complaints
}
