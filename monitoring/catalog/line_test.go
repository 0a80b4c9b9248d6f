package catalog_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

var (
	message  = regexp.MustCompile(`^[a-z][A-Za-z ]+[A-Za-z]$`)
	fieldKey = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

	// What the program's logger writes by itself.
	ofEveryLine = []catalog.Field{
		catalog.FieldTimestamp, catalog.FieldLevel, catalog.FieldSeverityNumber, catalog.FieldLogger, catalog.FieldCaller,
		catalog.FieldMessage, catalog.FieldStacktrace,
	}
)

func TestLines(t *testing.T) {
	told := make(map[catalog.Field]bool)
	for _, f := range catalog.Fields() {
		if told[f.Field] || !fieldKey.MatchString(f.Field) {
			t.Errorf("%s: twice, or no key of a field", f.Field)
		}
		told[f.Field] = true
		sentence(t, f.Field, f.Help)
	}
	messages, used := make(map[catalog.Message]bool), make(map[catalog.Field]bool)
	for _, l := range catalog.Lines() {
		if messages[l.Message] || !message.MatchString(l.Message) {
			t.Errorf("%q: twice, or no message", l.Message)
		}
		messages[l.Message] = true
		sentence(t, l.Message, l.When)
		if l.Note != "" {
			sentence(t, l.Message, l.Note)
		}
		if len(l.Levels) == 0 || len(l.Sources) == 0 {
			t.Errorf("%s: levels %v, sources %v", l.Message, l.Levels, l.Sources)
		}
		all := slices.Concat(l.Fields, l.Optional)
		for i, f := range all {
			if !told[f] || slices.Contains(all[:i], f) || slices.Contains(ofEveryLine, f) {
				t.Errorf("%s: the field %s is unknown, there twice, or one of every line", l.Message, f)
			}
			used[f] = true
		}
		if got, ok := catalog.FindLine(l.Message); !ok || got.When != l.When {
			t.Errorf("FindLine(%q) = %v, %t", l.Message, got, ok)
		}
	}
	for f := range told {
		if !used[f] && !slices.Contains(ofEveryLine, f) {
			t.Errorf("no line has the field %s", f)
		}
	}
	if _, ok := catalog.FindLine("nothing happened"); ok {
		t.Error("FindLine finds what is not there")
	}
	declared(t, "Message", messages)
	declared(t, "Field", told)
}

func TestLinesAreTheCallersOwn(t *testing.T) {
	catalog.Lines()[0].Message = "changed"
	catalog.Fields()[0].Field = "changed"
	if catalog.Lines()[0].Message == "changed" || catalog.Fields()[0].Field == "changed" {
		t.Error("a caller has changed the catalogue")
	}
}

// sentence checks that a text of the reference is one that it can put a full stop
// behind.
func sentence(t *testing.T, of, text string) {
	t.Helper()
	if text == "" || strings.HasSuffix(text, ".") || strings.ContainsAny(text, "\n|`") {
		t.Errorf("%s: %q: want a sentence without a full stop", of, text)
	}
}
