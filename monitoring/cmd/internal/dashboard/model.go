package dashboard

import "github.com/otelkv/otelkv/monitoring/cmd/internal/promql"

// A Row is panels below a heading that folds.
type Row struct {
	ID     uint32
	Title  string // empty: the first screen, which has none
	Folded bool
	Panels []Panel
}

// A Kind is how a panel draws.
type Kind string

// Kinds of panels, as Grafana calls them.
const (
	TimeSeries    Kind = "timeseries"
	Stat          Kind = "stat"
	Table         Kind = "table"
	HeatMap       Kind = "heatmap"
	StateTimeline Kind = "state-timeline"
)

// Units, as Grafana calls them.
const (
	Seconds          = "s"
	Share            = "percentunit"
	OperationsPerSec = "ops"
	CountsPerSec     = "cps"
	Bytes            = "bytes"
	BytesPerSec      = "binBps"
	Count            = "short"
	Plain            = "none"
)

// A Panel is one of the dashboard.
type Panel struct {
	// ID is the panel's for good: links and pictures name it.
	ID uint32

	Title string

	// Description says what is shown and what to do about it.
	Description string

	Kind          Kind
	Unit          string
	Width, Height uint32 // in cells of a grid of 24 columns
	Queries       []Query
	Lines         []Line
	States        []State

	Stacked     bool
	Logarithmic bool
	Whole       bool   // its values are shares of a whole: the axis goes from 0 to 1
	Empty       string // what it shows where there is nothing

	// Alerts are about the same; the panel links to their runbooks.
	Alerts []string

	// Links are those of each of its points.
	Links []Link

	// Of tables only.
	Labels []Label // columns that are labels, in their order
	SortBy string  // a column
}

// A Query is what a panel asks Prometheus for.
type Query struct {
	Expr      promql.Vector
	Legend    string
	Exemplars bool

	// Dashed is a line to compare others with.
	Dashed bool

	// Of tables only: the column of the values, empty for one that is not shown, and
	// how it is shown.
	Column string
	Unit   string
	Width  uint32 // in pixels
	Lines  []Line

	Decimals *uint32 // nil: as many as Grafana wants, which can be three

	States []State
}

// A Line is an objective that is drawn where it lies.
type Line struct {
	// Objective is the name of a constant of monitoring/objective.
	Objective string

	Value float64
	Color Color // of what is above it
}

// A State is the name of a value. To is the last value that it names, if that is another
// one.
type State struct {
	Value, To float64
	Text      string
	Color     Color
}

// A Label is a column of a table. It stands behind that of a query, or before all of
// them. One without a title is not shown, but links can name it.
type Label struct {
	Name, Title, URL, Behind string

	Width uint32 // in pixels; 0: its share of what is left

	// Short are texts in place of values that are too long for the column.
	Short map[string]string
}

// A Link is one that points have.
type Link struct{ Title, URL string }

// RefID names a query within its panel, as Grafana does: A, B, C.
func RefID(i int) string { return string(rune('A' + i)) }

// Instant reports whether the panel asks for the values of now alone.
// A number, too: the last one of a range is green long after its service has died.
func (p Panel) Instant() bool { return p.Kind == Table || p.Kind == Stat }
