package runbooks

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

var (
	filters = regexp.MustCompile(`\bjq (?:-[a-z]+ )?'([^']*)'`)
	isText  = regexp.MustCompile(`\.message == "([^"]*)"`)
	isOneOf = regexp.MustCompile(`\.message \| IN\(([^)]*)\)`)
	quoted  = regexp.MustCompile(`"([^"]*)"`)
	reads   = regexp.MustCompile(`\.([a-z][a-z_]*)`)
	makes   = regexp.MustCompile(`\{([a-z_]+(?:, [a-z_]+)*)\}`)
)

// read returns which messages a command looks for, and which fields it reads.
func read(command string) (messages, fields []string) {
	for _, filter := range filters.FindAllStringSubmatch(command, -1) {
		for _, m := range isText.FindAllStringSubmatch(filter[1], -1) {
			messages = append(messages, m[1])
		}
		for _, list := range isOneOf.FindAllStringSubmatch(filter[1], -1) {
			for _, m := range quoted.FindAllStringSubmatch(list[1], -1) {
				messages = append(messages, m[1])
			}
		}
		for _, m := range reads.FindAllStringSubmatch(filter[1], -1) {
			fields = append(fields, m[1])
		}
		for _, m := range makes.FindAllStringSubmatch(filter[1], -1) {
			fields = append(fields, strings.Split(m[1], ", ")...)
		}
	}
	return messages, fields
}

// TestNames: commands look for messages and fields that lines have.
func TestNames(t *testing.T) {
	fields := make(map[string]bool)
	for _, f := range catalog.Fields() {
		fields[f.Field] = true
	}
	used := 0
	for _, list := range books(t, parameters()) {
		for _, b := range list {
			messages, names := read(b.text)
			for _, m := range messages {
				if _, ok := catalog.FindLine(m); !ok {
					t.Errorf("%v looks for the message %q, which no line has", b, m)
				}
			}
			for _, f := range names {
				if !fields[f] {
					t.Errorf("%v reads the field %s, which no line has", b, f)
				}
			}
			used += len(messages) + len(names)
		}
	}
	if used == 0 {
		t.Error("no command reads lines")
	}
}

// TestRead: names are found however jq has them.
func TestRead(t *testing.T) {
	messages, fields := read(`jq -c 'select(.message == "a b" and .to) | {check, since} | .x[0] // "\(.in) c"' "$LOG.d"
jq 'select(.message | IN("c", "d e"))' f | jq .`)
	if want := []string{"a b", "c", "d e"}; !slices.Equal(messages, want) {
		t.Errorf("messages %q", messages)
	}
	if want := []string{"check", "in", "message", "since", "to", "x"}; !slices.Equal(slices.Compact(slices.Sorted(slices.Values(fields))), want) {
		t.Errorf("fields %q", fields)
	}
}
