package everything

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Whatever differs between what is seen and what is known is told, in both
// directions, and nothing else.
func TestComplaints(t *testing.T) {
	lines := catalog.Metric{Name: "app.lines", Unit: "{line}", Help: "Lines", Kind: catalog.Counter, Attributes: []string{"app.reason"}}
	reason := catalog.Attribute{Key: "app.reason", Values: []string{"full", "slow"}}
	for name, tt := range map[string]struct {
		change  func(*catalog.Metric)
		further []catalog.Metric
		values  []string
		excused exceptions
		want    []string
	}{
		"nothing": {},
		"an entry that is missing": {
			change: func(m *catalog.Metric) { m.Name = "app.other" },
			want: []string{
				"OTLP: app.lines was seen, and is not in the catalogue",
				"OTLP: app.other is in the catalogue, and was not seen",
			},
		},
		"an entry too many": {
			further: []catalog.Metric{{Name: "app.more"}},
			want:    []string{"OTLP: app.more is in the catalogue, and was not seen"},
		},
		"an entry too many, excused": {
			further: []catalog.Metric{{Name: "app.more"}},
			excused: exceptions{"OTLP: app.more": "it takes an hour"},
		},
		"an excuse that is none any more": {
			excused: exceptions{"OTLP: app.lines": "it takes an hour"},
			want:    []string{`OTLP: app.lines was seen: the exception "it takes an hour" is out of date`},
		},
		"an excuse for nothing": {
			excused: exceptions{"OTLP: app.gone": "it takes an hour"},
			want:    []string{`OTLP: app.gone: nothing of that name is in the catalogue any more, which the exception "it takes an hour" is for`},
		},
		"an entry of the other way": {
			further: []catalog.Metric{{Name: "app.more", Only: catalog.Page}},
		},
		"the unit": {
			change: func(m *catalog.Metric) { m.Unit = "{row}" },
			want:   []string{`OTLP: app.lines is a counter in "{line}", "Lines", and in the catalogue a counter in "{row}", "Lines"`},
		},
		"the help": {
			change: func(m *catalog.Metric) { m.Help = "Rows" },
			want:   []string{`OTLP: app.lines is a counter in "{line}", "Lines", and in the catalogue a counter in "{line}", "Rows"`},
		},
		"the kind": {
			change: func(m *catalog.Metric) { m.Kind = catalog.UpDownCounter },
			want:   []string{`OTLP: app.lines is a counter in "{line}", "Lines", and in the catalogue a updowncounter in "{line}", "Lines"`},
		},
		"an attribute too many": {
			change: func(m *catalog.Metric) { m.Attributes = append(m.Attributes, "app.name") },
			want:   []string{"OTLP: app.name of app.lines is in the catalogue, and was not seen"},
		},
		"an attribute too few": {
			change: func(m *catalog.Metric) { m.Attributes = nil },
			want:   []string{"OTLP: app.lines has the attribute app.reason, which is not in the catalogue"},
		},
		"values": {
			values: []string{"full", "broken"},
			want: []string{
				"OTLP: app.reason, broken, is in the catalogue, and was not seen",
				"OTLP: app.reason, slow, was seen, and is not in the catalogue",
			},
		},
		"values of the metric": { // zero is one
			change: func(m *catalog.Metric) { m.Values = map[string][]string{"app.reason": {"full", "never", "broken"}} },
			want: []string{
				"OTLP: app.reason of app.lines, broken, is in the catalogue, and was not seen",
				"OTLP: app.reason of app.lines, slow, was seen, and is not in the catalogue",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := newSightings()
			m := seen.see("app.lines", "{line}", "Lines", "counter")
			seen.point(m, "app.reason", "full", false)
			seen.point(m, "app.reason", "slow", false)
			seen.point(m, "app.reason", "never", true)
			metric, attribute := lines, reason
			if tt.change != nil {
				tt.change(&metric)
			}
			if tt.values != nil {
				attribute.Values = tt.values
			}
			c := comparison{way: catalog.OTLP, seen: seen, excused: tt.excused}
			got := c.against(inventory{append(tt.further, metric), []catalog.Attribute{attribute}})
			if !slices.Equal(got, tt.want) {
				t.Errorf("complaints:\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

// What two sources tell of one metric has to agree.
func TestSourcesDisagree(t *testing.T) {
	seen := newSightings()
	seen.see("app.lines", "{line}", "Lines", "counter")
	seen.see("app.lines", "{line}", "Lines of the log", "counter")
	if len(seen.disagree) != 1 {
		t.Errorf("complaints: %q", seen.disagree)
	}
}
