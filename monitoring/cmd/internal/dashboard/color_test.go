package dashboard_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/otelkv/otelkv/monitoring/catalog"
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
	var seen []any
	for o, color := range colors {
		if slices.Contains(seen, color) {
			t.Errorf("%s is %v, as something else is", o, color)
		}
		if looksIll(t, color.(string)) {
			t.Errorf("%s is %v: red and orange are what is ill", o, color)
		}
		seen = append(seen, color)
	}
}

// looksIll reports whether a color is red or orange: a hue within 40 degrees of red, unless it is gray.
func looksIll(t *testing.T, color string) bool {
	t.Helper()
	var r, g, b float64
	var rgb [3]int
	if n, err := fmt.Sscanf(color, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); n != 3 {
		t.Fatalf("the color %q: %v", color, err)
	}
	r, g, b = float64(rgb[0]), float64(rgb[1]), float64(rgb[2])
	span := max(r, g, b) - min(r, g, b)
	return span > 0.3*max(r, g, b) && r > g && r > b && math.Abs(g-b)/span < 40.0/60
}
