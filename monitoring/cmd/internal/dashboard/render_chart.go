package dashboard

import (
	"strconv"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// timeSeries draws lines from zero up, or on a logarithmic scale, and the objectives
// across them: the axis reaches up to the first, so that one always sees how far it is.
func (p Panel) timeSeries() (sdk.Panel, error) {
	b := timeseries.NewPanelBuilder().
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		LineWidth(1).FillOpacity(10).ShowPoints(common.VisibilityModeNever).
		ColorScheme(colored(sdk.FieldColorModeIdPaletteClassic))
	if len(p.Lines) > 0 {
		b.ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
	}
	switch {
	case p.Whole:
		b.Min(0).Max(1)
	case p.Logarithmic:
		b.ScaleDistribution(common.NewScaleDistributionConfigBuilder().Type(common.ScaleDistributionLog).Log(10)).FillOpacity(0)
	default:
		b.Min(0)
	}
	if top := lowest(p.Lines); top > 0 && !p.Whole {
		b.AxisSoftMax(top * 1.2)
	}
	if p.Stacked {
		b.Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).FillOpacity(40)
	}
	for i, q := range p.Queries {
		if q.Legend == legend(operationName) {
			for _, o := range operationColors {
				b.OverrideByName(string(o.operation), []sdk.DynamicConfigValue{{Id: "color", Value: map[string]any{"mode": "fixed", "fixedColor": o.color}}})
			}
		}
		if q.Dashed {
			b.OverrideByQuery(RefID(i), []sdk.DynamicConfigValue{
				{Id: "custom.lineStyle", Value: map[string]any{"fill": "dash", "dash": []int{10, 10}}},
				{Id: "custom.fillOpacity", Value: 0},
			})
		}
	}
	return b.Build()
}

func lowest(lines []Line) (value float64) {
	for _, l := range lines {
		if value == 0 || l.Value < value {
			value = l.Value
		}
	}
	return value
}

// stat is the number of now on a ground that has the color of where it lies.
func (p Panel) stat() (sdk.Panel, error) {
	b := stat.NewPanelBuilder().
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeValue).
		ColorMode(common.BigValueColorModeValue).ColorScheme(colored(sdk.FieldColorModeIdThresholds))
	if len(p.Lines) > 0 {
		b.ColorMode(common.BigValueColorModeBackground)
	}
	return b.Build()
}

func (p Panel) heatMap() (sdk.Panel, error) {
	return heatmap.NewPanelBuilder().
		Calculate(false).ShowLegend().
		YAxis(heatmap.NewYAxisConfigBuilder().Unit(p.Unit).AxisPlacement(common.AxisPlacementLeft)).
		CellValues(heatmap.NewCellValuesBuilder().Unit(OperationsPerSec)).
		FilterValues(heatmap.NewFilterValueRangeBuilder().Le(1e-9)).
		Color(heatmap.NewHeatmapColorOptionsBuilder().Mode(heatmap.HeatmapColorModeScheme).Scheme("Oranges").Steps(64)).
		ExemplarsColor("rgba(31, 120, 193, 0.9)").
		Tooltip(heatmap.NewHeatmapTooltipBuilder().Mode(common.TooltipDisplayModeSingle).YHistogram(true)).
		Build()
}

// stateTimeline draws states as bars in their colors.
func (p Panel) stateTimeline() (sdk.Panel, error) {
	return statetimeline.NewPanelBuilder().
		MergeValues(true).ShowValue(common.VisibilityModeAuto).RowHeight(0.8).FillOpacity(80).LineWidth(0).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeSingle)).
		ColorScheme(colored(sdk.FieldColorModeIdThresholds)).
		Build()
}
