package dashboard

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// panel builds a panel: what all kinds have in common, and then what its kind adds.
func (s *Scope) panel(p Panel, at Place) (sdk.Panel, error) {
	built, err := p.drawn()
	if err != nil {
		return sdk.Panel{}, err
	}
	built.Id, built.Title, built.Description = &p.ID, &p.Title, &p.Description
	built.GridPos = &sdk.GridPos{X: at.X, Y: at.Y, W: at.Width, H: at.Height}
	built.Datasource = pointer(source())
	for i, q := range p.Queries {
		built.Targets = append(built.Targets, p.target(i, q))
	}
	for _, name := range p.Alerts {
		built.Links = append(built.Links, link("Runbook of "+name, s.Runbooks+"/"+name+".md"))
	}
	built.Transparent, built.RepeatDirection = nil, nil // no need to say what is so anyway
	defaults := &built.FieldConfig.Defaults
	defaults.Unit, defaults.Thresholds, defaults.Mappings = &p.Unit, thresholds(p.Lines), mappings(p.States)
	if p.Empty != "" {
		defaults.NoValue = &p.Empty
		if p.Kind == Stat { // where there is nothing, Grafana takes the color of what is well
			defaults.Mappings = append(defaults.Mappings, nothing(p.Empty))
		}
	}
	for _, l := range p.Links {
		if l.URL != "" {
			defaults.Links = append(defaults.Links, link(l.Title, l.URL))
		}
	}
	return built, nil
}

// drawn is what is special to the panel's kind.
func (p Panel) drawn() (sdk.Panel, error) {
	switch p.Kind {
	case TimeSeries:
		return p.timeSeries()
	case Stat:
		return p.stat()
	case Table:
		return p.table()
	case HeatMap:
		return p.heatMap()
	default:
		return p.stateTimeline()
	}
}

func (p Panel) target(i int, q Query) *prometheus.Dataquery {
	format := prometheus.PromQueryFormatTimeSeries
	legend := q.Legend
	switch p.Kind {
	case Table:
		format, legend = prometheus.PromQueryFormatTable, "__auto"
	case HeatMap:
		format = prometheus.PromQueryFormatHeatmap
	}
	t := prometheus.NewDataquery()
	t.RefId, t.Expr, t.Format, t.LegendFormat = pointer(RefID(i)), q.Expr.String(), &format, &legend
	t.Datasource, t.EditorMode = pointer(source()), pointer(prometheus.QueryEditorModeCode)
	t.Instant, t.Range, t.Exemplar = pointer(p.Instant()), pointer(!p.Instant()), pointer(q.Exemplars)
	return t
}

// thresholds begin with what is well.
func thresholds(lines []Line) *sdk.ThresholdsConfig {
	steps := []sdk.Threshold{{Color: string(Green)}}
	for _, l := range slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return compare(a.Value, b.Value) }) {
		steps = append(steps, sdk.Threshold{Color: string(l.Color), Value: &l.Value})
	}
	return &sdk.ThresholdsConfig{Mode: sdk.ThresholdsModeAbsolute, Steps: steps}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func mappings(states []State) (all []sdk.ValueMapping) {
	for i, st := range states {
		result := sdk.ValueMappingResult{Text: &st.Text, Color: pointer(string(st.Color)), Index: pointer(int32(i))}
		if st.To > st.Value {
			all = append(all, sdk.ValueMapping{RangeMap: &sdk.RangeMap{
				Type: "range", Options: sdk.DashboardRangeMapOptions{From: &st.Value, To: &st.To, Result: result},
			}})
			continue
		}
		all = append(all, sdk.ValueMapping{ValueMap: &sdk.ValueMap{
			Type: "value", Options: map[string]sdk.ValueMappingResult{number(st.Value): result},
		}})
	}
	return all
}

// nothing names what is not there, or no number, and gives it no color that judges.
func nothing(text string) sdk.ValueMapping {
	return sdk.ValueMapping{SpecialValueMap: &sdk.SpecialValueMap{
		Type: sdk.MappingTypeSpecialValue,
		Options: sdk.DashboardSpecialValueMapOptions{
			Match: sdk.SpecialValueMatchNullAndNan, Result: sdk.ValueMappingResult{Text: &text, Color: pointer(string(Gray)), Index: pointer(int32(99))},
		},
	}}
}

// colored gives a panel's values the colors of its lines, or series one each.
func colored(mode sdk.FieldColorModeId) cog.Builder[sdk.FieldColor] {
	return sdk.NewFieldColorBuilder().Mode(mode)
}
