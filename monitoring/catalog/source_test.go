package catalog_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Where something comes from is a directory of this project.
func TestSources(t *testing.T) {
	sources := make(map[string]string)
	for _, m := range catalog.All() {
		sources[m.Source] = m.Name
	}
	for _, s := range catalog.Spans() {
		sources[s.Source] = s.Name
	}
	for _, l := range catalog.Lines() {
		unique(t, l.Message, l.Sources)
		for _, s := range l.Sources {
			sources[s] = l.Message
		}
	}
	for source, of := range sources {
		if info, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(source))); err != nil || !info.IsDir() || source == "" {
			t.Errorf("%s: %q is no directory: %v", of, source, err)
		}
	}
}

func TestLevels(t *testing.T) {
	all := []catalog.Level{catalog.LevelDebug, catalog.LevelInfo, catalog.LevelWarn, catalog.LevelError}
	for _, l := range catalog.Lines() {
		unique(t, l.Message, l.Levels)
		for _, level := range l.Levels {
			if !slices.Contains(all, level) {
				t.Errorf("%s: level %q", l.Message, level)
			}
		}
	}
}

// A span's id is of no use without that of its trace.
func TestIDsOfTracesComeTogether(t *testing.T) {
	ids := []catalog.Field{catalog.FieldTraceID, catalog.FieldSpanID, catalog.FieldTraceFlags}
	for _, l := range catalog.Lines() {
		n := 0
		for _, id := range ids {
			if slices.Contains(l.Fields, id) {
				t.Errorf("%s always has %s, also without a span", l.Message, id)
			}
			if slices.Contains(l.Optional, id) {
				n++
			}
		}
		if n != 0 && n != len(ids) {
			t.Errorf("%s has %d of %q", l.Message, n, ids)
		}
	}
}

func TestTypesOfValues(t *testing.T) {
	all := []catalog.ValueType{catalog.String, catalog.Strings, catalog.Int, catalog.Double, catalog.Map}
	for _, f := range catalog.Fields() {
		if !slices.Contains(all, f.Type) {
			t.Errorf("%s: type %q", f.Field, f.Type)
		}
	}
	for _, a := range catalog.Attributes() {
		if !slices.Contains(all, a.Type) || len(a.Values) > 0 && a.Type != catalog.String {
			t.Errorf("%s: type %q with values %q", a.Key, a.Type, a.Values)
		}
		unique(t, a.Key, a.Values)
	}
}

// An attribute is there for something: a metric, a span, or log records.
func TestAttributesAreUsed(t *testing.T) {
	used := map[string]bool{
		catalog.ExceptionMessage: true, catalog.ExceptionType: true, // on log records
		catalog.ScopeName: true, catalog.ScopeVersion: true, // where two scopes claim one metric
	}
	for _, m := range append(catalog.All(), others()...) {
		for _, key := range m.Attributes {
			used[key] = true
		}
	}
	for _, s := range catalog.Spans() {
		for _, key := range slices.Concat(s.Attributes, s.Optional) {
			used[key] = true
		}
	}
	for _, a := range catalog.Attributes() {
		if !used[a.Key] {
			t.Errorf("nothing has %s", a.Key)
		}
	}
}

func TestKindsOfSpans(t *testing.T) {
	all := []catalog.SpanKind{catalog.KindInternal, catalog.KindClient, catalog.KindServer}
	names := make(map[string]int)
	for _, s := range catalog.Spans() {
		unique(t, s.Name, s.Kinds)
		for _, k := range s.Kinds {
			if !slices.Contains(all, k) {
				t.Errorf("%s: kind %q", s.Name, k)
			}
		}
		names[s.Name]++
		// Each attribute that the name is made of is there from the start.
		for _, part := range strings.Split(s.Name, "{")[1:] {
			if key, _, ok := strings.Cut(part, "}"); !ok || !slices.Contains(s.Attributes, key) {
				t.Errorf("%s: it does not have %s", s.Name, key)
			}
		}
	}
	for name, n := range names {
		if n > 1 && !strings.HasPrefix(name, "{") { // an operation's is a span or an event
			t.Errorf("%s is there %d times", name, n)
		}
	}
	first := catalog.Spans()[0].Name
	catalog.Spans()[0].Name = "changed"
	if catalog.Spans()[0].Name != first {
		t.Error("a caller has changed the catalogue")
	}
}
