package dashboard_test

import (
	"slices"
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// An operation has one color in all charts, another one than the others, and none that judges.
func TestOperationsKeepTheirColors(t *testing.T) {
	s := byDefault()
	built := make(map[uint32]sdk.Panel)
	for _, p := range panels(read(t, s)) {
		built[*p.Id] = p
	}
	colors, charts := make(map[string]any), 0
	for _, target := range s.Targets() {
		if target.Legend != "{{db_operation_name}}" {
			continue
		}
		charts++
		for _, o := range append(catalog.Operations(), catalog.Other) {
			own, _ := property(built[target.ID], string(o), "color").(map[string]any)
			switch color := own["fixedColor"]; {
			case own["mode"] != "fixed" || color == nil:
				t.Errorf("%q: %s has no color of its own", target.Title, o)
			case colors[string(o)] == nil:
				colors[string(o)] = color
			case colors[string(o)] != color:
				t.Errorf("%q: %s is %v, and elsewhere %v", target.Title, o, color, colors[string(o)])
			}
		}
	}
	if charts < 5 {
		t.Errorf("%d charts are by operation", charts)
	}
	seen := []any{string(dashboard.Red), string(dashboard.Orange)}
	for o, color := range colors {
		if slices.Contains(seen, color) {
			t.Errorf("%s is %v, as something else is", o, color)
		}
		seen = append(seen, color)
	}
}
