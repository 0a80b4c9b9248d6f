package dashboard

import (
	"encoding/json"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// JSON is the dashboard in the schema that every Grafana since version 10 reads, and
// that files are provisioned in.
func (s *Scope) JSON() (string, error) {
	built, err := s.build()
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(built, "", "  ")
	return readable.Replace(string(text)) + "\n", err
}

// The classic schema: the newer one is not what tools and older Grafanas read.
type (
	classic        = sdk.Dashboard        //nolint:staticcheck // see above
	classicBuilder = sdk.DashboardBuilder //nolint:staticcheck // see above
)

var newClassic = sdk.NewDashboardBuilder //nolint:staticcheck // see above

func (s *Scope) build() (classic, error) {
	b := newClassic("Key-value stores").
		Uid(UID).
		Description("Is it well? The first screen says so for all stores of programs with otelkv; the rows below it say why not. Generated from the catalogue of metrics and the objectives.").
		Tags([]string{Tag, "kv", "database"}).
		Timezone("browser").
		Time("now-1h", "now").
		Refresh("30s").
		Readonly().
		Tooltip(sdk.DashboardCursorSyncCrosshair)
	for _, v := range s.variables() {
		b.WithVariable(builder(v.build()))
	}
	b.Annotation(builder(builtIn()))
	for _, a := range s.annotations() {
		b.Annotation(builder(a.build()))
	}
	b.Link(builder(link("Runbooks", s.Runbooks+"/README.md")))
	var y uint32
	for _, r := range s.Rows() {
		var err error
		if y, err = s.add(b, r, y); err != nil {
			return classic{}, err
		}
	}
	return b.Build()
}

// add puts a row onto the dashboard, and returns the first row of cells below it. The
// panels of a folded row are within it.
func (s *Scope) add(b *classicBuilder, r Row, y uint32) (uint32, error) {
	var heading *sdk.RowBuilder
	if r.Title != "" {
		heading = sdk.NewRowBuilder(r.Title).Id(r.ID).Collapsed(r.Folded).
			GridPos(sdk.GridPos{W: columns, H: 1, Y: y})
		y++
	}
	where, below := places(r.Panels, y)
	panels := make([]sdk.Panel, len(r.Panels))
	for i, p := range r.Panels {
		built, err := s.panel(p, where[i])
		if err != nil {
			return 0, err
		}
		panels[i] = built
	}
	if r.Folded {
		for _, p := range panels {
			heading.WithPanel(builder(p))
		}
		b.WithRow(heading)
		return y, nil
	}
	if heading != nil {
		b.WithRow(heading)
	}
	for _, p := range panels {
		b.WithPanel(builder(p))
	}
	return below, nil
}

// builder wraps what is built already.
func builder[T any](v T) cog.Builder[T] { return built[T]{v} }

type built[T any] struct{ value T }

func (b built[T]) Build() (T, error) { return b.value, nil }
