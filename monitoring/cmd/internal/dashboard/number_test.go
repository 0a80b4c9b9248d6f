package dashboard_test

import (
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// numbers are the panels that Grafana draws as one.
func numbers(t *testing.T) (all []sdk.Panel) {
	t.Helper()
	for _, p := range panels(read(t, byDefault())) {
		if p.Type == "stat" {
			all = append(all, p)
		}
	}
	if len(all) != 8 {
		t.Fatalf("there are %d numbers", len(all))
	}
	return all
}

// A number is that of now: the last of a range stays green for as long as the range has
// a point of a service that has died since.
func TestNumbersAreOfNow(t *testing.T) {
	for _, p := range numbers(t) {
		for _, target := range p.Targets {
			q, ok := target.(*prometheus.Dataquery)
			if !ok || q.Instant == nil || !*q.Instant || q.Range == nil || *q.Range {
				t.Errorf("%q asks for a range", *p.Title)
			}
		}
		if o, ok := p.Options.(*stat.Options); !ok || o.GraphMode != "none" {
			t.Errorf("%q draws a line of one point", *p.Title)
		}
	}
}

// Where there is nothing a number says so, and is not green.
func TestNumbersSayThatThereIsNothing(t *testing.T) {
	for _, p := range numbers(t) {
		var special *sdk.SpecialValueMap
		for _, m := range p.FieldConfig.Defaults.Mappings {
			if m.SpecialValueMap != nil {
				special = m.SpecialValueMap
			}
		}
		empty := p.FieldConfig.Defaults.NoValue
		switch {
		case empty == nil || special == nil:
			t.Errorf("%q does not say that there is nothing", *p.Title)
		case *special.Options.Result.Text != *empty || *special.Options.Result.Color == "green":
			t.Errorf("%q says %q in %s where there is nothing", *p.Title, *special.Options.Result.Text, *special.Options.Result.Color)
		}
	}
}

// A number of nothing is zero, and no state below zero takes it: no errors are no few calls.
func TestZeroIsNoStateBelowZero(t *testing.T) {
	below := 0
	for _, p := range panels(read(t, byDefault())) {
		for _, m := range p.FieldConfig.Defaults.Mappings {
			switch {
			case m.RangeMap != nil && *m.RangeMap.Options.From < 0:
				below++
				if *m.RangeMap.Options.To >= 0 {
					t.Errorf("%q calls what is from %v to %v %q", *p.Title, *m.RangeMap.Options.From, *m.RangeMap.Options.To, *m.RangeMap.Options.Result.Text)
				}
			case m.ValueMap != nil && m.ValueMap.Options["-1"].Text != nil:
				below++
			}
		}
	}
	if below < 3 {
		t.Errorf("%d states are below zero", below)
	}
}
