package testutil

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap/zapcore"

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
	for _, fault := range faults(line) {
		t.Error(fault)
	}
}

// CheckLog fails the test unless every whole line of a log is one of the catalogue,
// as it stands there. Lines whose message begins with "app " are the test's own. It
// returns the messages of the others.
func CheckLog(t testing.TB, text string) (messages map[string]bool) {
	t.Helper()
	messages = make(map[string]bool)
	for b := range strings.Lines(text) {
		if !strings.HasSuffix(b, "\n") { // the program was killed meanwhile
			break
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(b), &line); err != nil {
			t.Errorf("no line of JSON: %v: %s", err, b)
			continue
		}
		message, _ := line[catalog.FieldMessage].(string)
		if strings.HasPrefix(message, "app ") {
			continue
		}
		if _, ok := catalog.FindLine(message); !ok {
			t.Errorf("no line of the catalogue: %s", b)
		}
		CheckLine(t, line)
		messages[message] = true
	}
	return messages
}

// NotedLines does what CheckLine does for lines of JSON that are written to it; the
// tests of a package with AllLines fail at the end.
type NotedLines struct{}

// Write implements io.Writer.
func (NotedLines) Write(text []byte) (int, error) {
	for b := range bytes.Lines(text) {
		var line map[string]any
		if json.Unmarshal(b, &line) == nil {
			for _, fault := range faults(line) {
				noted.Store(fault, true)
			}
		}
	}
	return len(text), nil
}

// Core returns a core that notes the lines of a logger.
func (n NotedLines) Core() zapcore.Core {
	return zapcore.NewCore(newEncoder(), zapcore.AddSync(n), zapcore.DebugLevel)
}

var (
	seen  sync.Map // messages
	noted sync.Map // what is wrong with lines
)

// faults returns what is wrong with a line.
func faults(line map[string]any) (all []string) {
	message, _ := line[catalog.FieldMessage].(string)
	l, ok := catalog.FindLine(message)
	if !ok {
		return nil
	}
	seen.Store(message, true)
	level, _ := line[catalog.FieldLevel].(string)
	if !slices.Contains(l.Levels, catalog.Level(level)) {
		all = append(all, fmt.Sprintf("%q is logged at %s, in the catalogue at %v", message, level, l.Levels))
	}
	for _, f := range l.Fields {
		if _, ok := line[f]; !ok {
			all = append(all, fmt.Sprintf("%q is logged without %s: %v", message, f, line))
		}
	}
	for f, v := range line {
		switch {
		case slices.Contains(ofEveryLine, f):
		case !l.Open && !slices.Contains(l.Fields, f) && !slices.Contains(l.Optional, f):
			all = append(all, fmt.Sprintf("%q is logged with %s, which the catalogue does not have for it", message, f))
		case !fits(f, v):
			all = append(all, fmt.Sprintf("%q: the field %s is %T(%v), in the catalogue %s", message, f, v, v, fieldTypes()[f]))
		}
	}
	return all
}

var fieldTypes = sync.OnceValue(func() map[catalog.Field]catalog.ValueType {
	types := make(map[catalog.Field]catalog.ValueType)
	for _, f := range catalog.Fields() {
		types[f.Field] = f.Type
	}
	return types
})

// fits reports whether a value that was decoded from JSON has the field's type.
func fits(f catalog.Field, v any) bool {
	want, ok := fieldTypes()[f]
	if !ok { // the test's own
		return true
	}
	switch v := v.(type) {
	case string:
		return want == catalog.String
	case float64:
		return want == catalog.Double || want == catalog.Int && v == float64(int64(v))
	case []any:
		return want == catalog.Strings
	case map[string]any:
		return want == catalog.Map
	}
	return false
}
