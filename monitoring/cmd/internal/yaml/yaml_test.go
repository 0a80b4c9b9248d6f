package yaml_test

import (
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

func TestMarshal(t *testing.T) {
	const want = `name: x
empty text is no key: "no"
number: "1"
"true": "a: b"
long: |-
  a

    b
list: [a, "#b", "<&>"]
count: 3
flag: true
map:
  "1": "\ttab"
items:
  - a: b
    c:
      d: 5m
  - e:
      - f: g
`
	got := yaml.Marshal(yaml.Map{
		{Key: "name", Value: "x"},
		{Key: "nothing", Value: ""},
		{Key: "empty text is no key", Value: "no"},
		{Key: "number", Value: "1"},
		{Key: "true", Value: "a: b"},
		{Key: "long", Value: "a\n\n  b\n"},
		{Key: "list", Value: []string{"a", "#b", "<&>"}},
		{Key: "none", Value: []string(nil)},
		{Key: "count", Value: 3},
		{Key: "flag", Value: true},
		{Key: "map", Value: yaml.Map{{Key: "1", Value: "\ttab"}}},
		{Key: "no map", Value: yaml.Map{}},
		{Key: "items", Value: []yaml.Map{
			{{Key: "a", Value: "b"}, {Key: "c", Value: yaml.Map{{Key: "d", Value: "5m"}}}},
			{{Key: "e", Value: []yaml.Map{{{Key: "f", Value: "g"}}}}},
		}},
		{Key: "no items", Value: []yaml.Map(nil)},
	})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
