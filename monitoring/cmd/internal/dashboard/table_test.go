package dashboard_test

import (
	"regexp"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// pixels is how wide a panel is inside on a page of 1280, with Grafana's margins of 16, 8
// between two panels, and 8 within each.
func pixels(p dashboard.Panel) uint32 { return p.Width*(1280-2*16)/24 - 8 - 2*8 }

// readable is what a column needs that has no width of its own: an address with a port.
const readable = 100

// eachTable calls f with the tables and what Grafana reads of them.
func eachTable(t *testing.T, f func(p dashboard.Panel, built sdk.Panel)) {
	t.Helper()
	s := byDefault()
	all := panels(read(t, s))
	n := 0
	for _, r := range s.Rows() {
		for _, p := range r.Panels {
			if p.Kind == dashboard.Table {
				i := slices.IndexFunc(all, func(b sdk.Panel) bool { return *b.Id == p.ID })
				f(p, all[i])
				n++
			}
		}
	}
	if n < 3 {
		t.Fatalf("there are %d tables", n)
	}
}

func property(built sdk.Panel, column, id string) any {
	for _, o := range built.FieldConfig.Overrides {
		if o.Matcher.Options == column {
			for _, p := range o.Properties {
				if p.Id == id {
					return p.Value
				}
			}
		}
	}
	return nil
}

func excluded(built sdk.Panel) map[string]any {
	for _, tr := range built.Transformations {
		if tr.Id == "organize" {
			list, _ := tr.Options.(map[string]any)["excludeByName"].(map[string]any)
			return list
		}
	}
	return nil
}

var fieldOfRow = regexp.MustCompile(`\$\{__data\.fields\.([^}]+)\}`)

// A link sees what organize keeps: of another field nothing is left in the address, and
// the click empties the dashboard.
func TestLinksNameColumnsThatAreKept(t *testing.T) {
	links := 0
	eachTable(t, func(p dashboard.Panel, built sdk.Panel) {
		gone, columns := excluded(built), p.Columns()
		for _, l := range p.Labels {
			for _, m := range fieldOfRow.FindAllStringSubmatch(l.URL, -1) {
				links++
				if gone[m[1]] != nil || !slices.Contains(columns, m[1]) {
					t.Errorf("%q: the link of %s names %s, which is no column any more", p.Title, l.Title, m[1])
				}
			}
		}
	})
	if links < 4 {
		t.Errorf("the links of tables name %d fields", links)
	}
}

// What a table's rows are told apart by is shown, but for the system, which the name of a
// store tells, and for the job.
func TestTablesShowWhatTheyGroupBy(t *testing.T) {
	eachTable(t, func(p dashboard.Panel, built sdk.Panel) {
		gone, columns := excluded(built), p.Columns()
		for _, q := range p.Queries {
			for label := range kept(q.Expr.String()) {
				if label == "" || label == "le" || label == "db_system_name" || label == "db_operation_name" && gone[label] == nil {
					continue
				}
				if gone[label] != nil || !slices.Contains(columns, label) {
					t.Errorf("%q groups by %s and does not show it", p.Title, label)
				}
			}
		}
	})
}

// All columns are in sight at 1280 pixels.
func TestTablesFit(t *testing.T) {
	eachTable(t, func(p dashboard.Panel, built sdk.Panel) {
		if custom, _ := built.FieldConfig.Defaults.Custom.(*common.TableFieldOptions); custom == nil || custom.MinWidth == nil || *custom.MinWidth > 50 {
			t.Errorf("%q: a column has as many pixels at least as Grafana gives it by default", p.Title)
		}
		var sum uint32
		for _, column := range p.Columns() {
			if excluded(built)[column] != nil || property(built, column, "custom.hidden") == true {
				continue
			}
			w, ok := property(built, column, "custom.width").(float64)
			if !ok {
				w = readable
			}
			sum += uint32(w)
		}
		if sum > pixels(p) {
			t.Errorf("%q has columns of %d pixels in a panel of %d", p.Title, sum, pixels(p))
		}
	})
}

// A title has some 8 pixels for each letter, beside the sign for the description.
func TestTitlesOfNumbersFit(t *testing.T) {
	for _, p := range byDefault().Rows()[0].Panels {
		if n := uint32(utf8.RuneCountInString(p.Title)); p.Kind == dashboard.Stat && n*8 > pixels(p)-24 {
			t.Errorf("%q does not fit on %d pixels", p.Title, pixels(p))
		}
	}
}
