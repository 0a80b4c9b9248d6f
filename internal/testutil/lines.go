package testutil

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Fields that the logger of a program adds to any line.
var ofEveryLine = []catalog.Field{
	catalog.FieldTimestamp, catalog.FieldLevel, catalog.FieldLogger, catalog.FieldCaller,
	catalog.FieldMessage, catalog.FieldStacktrace,
}

// CheckLine fails the test if a line has a message of the catalogue, but not the
// level and the fields that stand there. Lines with other messages are the test's
// own.
func CheckLine(t testing.TB, line map[string]any) {
	t.Helper()
	message, _ := line[catalog.FieldMessage].(string)
	l, ok := catalog.FindLine(message)
	if !ok {
		return
	}
	seen.Store(message, true)
	level, _ := line[catalog.FieldLevel].(string)
	if !slices.Contains(l.Levels, catalog.Level(level)) {
		t.Errorf("%q is logged at %s, in the catalogue at %v", message, level, l.Levels)
	}
	for _, f := range l.Fields {
		if _, ok := line[f]; !ok {
			t.Errorf("%q is logged without %s: %v", message, f, line)
		}
	}
	for f, v := range line {
		if slices.Contains(ofEveryLine, f) {
			continue
		}
		if !l.Open && !slices.Contains(l.Fields, f) && !slices.Contains(l.Optional, f) {
			t.Errorf("%q is logged with %s, which the catalogue does not have for it", message, f)
		}
		checkType(t, f, v)
	}
}

var fieldTypes = sync.OnceValue(func() map[catalog.Field]catalog.ValueType {
	types := make(map[catalog.Field]catalog.ValueType)
	for _, f := range catalog.Fields() {
		types[f.Field] = f.Type
	}
	return types
})

// checkType checks a value that was decoded from JSON.
func checkType(t testing.TB, f catalog.Field, v any) {
	t.Helper()
	want, ok := fieldTypes()[f]
	if !ok {
		return
	}
	is := false
	switch v := v.(type) {
	case string:
		is = want == catalog.String
	case float64:
		is = want == catalog.Double || want == catalog.Int && v == float64(int64(v))
	case []any:
		is = want == catalog.Strings
	case map[string]any:
		is = want == catalog.Map
	}
	if !is {
		t.Errorf("the field %s is %T(%v), in the catalogue %s", f, v, v, want)
	}
}

// seen are the messages that were checked.
var seen sync.Map

// lines runs the tests of a package.
type lines struct {
	m         interface{ Run() int }
	source    string
	elsewhere []catalog.Message
}

// AllLines returns m with one more test: that every line which the catalogue has
// for the package was written by one of the others, but for those that are tested
// elsewhere.
func AllLines(m *testing.M, source string, elsewhere ...catalog.Message) interface{ Run() int } {
	return lines{m, source, elsewhere}
}

// Run implements what package goleak runs.
func (l lines) Run() int {
	code := l.m.Run()
	if code != 0 || filtered() {
		return code
	}
	for _, line := range catalog.Lines() {
		if !slices.Contains(line.Sources, l.source) || slices.Contains(l.elsewhere, line.Message) {
			continue
		}
		if _, ok := seen.Load(line.Message); !ok {
			fmt.Fprintf(os.Stderr, "FAIL: the catalogue has the line %q for %s, and no test has seen it\n", line.Message, l.source)
			code = 1
		}
	}
	return code
}

// filtered reports whether some tests are left out.
func filtered() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return testing.Short()
}
