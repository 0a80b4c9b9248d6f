package dashboard

import (
	"maps"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// Columns that no reader wants: the time of the answer, and a label that the name of the
// store tells.
var unwanted = []string{"Time", system}

// narrowest is how many pixels a column has at least: by default it is more than fits
// twelve times.
const narrowest = 50

// table merges the answers of all queries by their labels: one row for each set of them.
// Columns keep their names, and get titles.
func (p Panel) table() (sdk.Panel, error) {
	hidden := make(map[string]bool)
	for _, name := range unwanted {
		hidden[name] = true
	}
	order := make(map[string]int)
	for i, name := range p.Columns() {
		order[name] = i
	}
	for i, q := range p.Queries {
		if q.Column == "" {
			hidden[p.value(i)] = true
		}
	}
	b := table.NewPanelBuilder().ShowHeader(true).CellHeight(common.TableCellHeightSm).Align(common.FieldTextAlignmentAuto).MinWidth(narrowest).
		Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{"sum"})).
		ColorScheme(colored(sdk.FieldColorModeIdThresholds)).
		WithTransformation(sdk.DataTransformerConfig{Id: "merge", Options: map[string]any{}}).
		WithTransformation(sdk.DataTransformerConfig{Id: "organize", Options: map[string]any{
			"excludeByName": hidden, "indexByName": order, "renameByName": map[string]string{},
		}})
	if p.SortBy != "" {
		b.SortBy([]cog.Builder[common.TableSortByFieldState]{common.NewTableSortByFieldStateBuilder().DisplayName(p.SortBy).Desc(true)})
	}
	for _, l := range p.Labels {
		properties := []sdk.DynamicConfigValue{{Id: "displayName", Value: l.Title}}
		if l.Title == "" {
			properties = notShown()
		}
		if l.Width > 0 {
			properties = append(properties, width(l.Width))
		}
		if len(l.Short) > 0 {
			properties = append(properties, sdk.DynamicConfigValue{Id: "mappings", Value: shortened(l.Short)})
		}
		if l.URL != "" {
			properties = append(properties, sdk.DynamicConfigValue{Id: "links", Value: []map[string]any{
				{"title": "Open", "url": l.URL, "targetBlank": false},
			}})
		}
		b.OverrideByName(l.Name, properties)
	}
	for i, q := range p.Queries {
		if q.Column != "" {
			b.OverrideByName(p.value(i), q.column())
		}
	}
	return b.Build()
}

// shortened are mappings of texts, each at its place of the alphabet.
func shortened(texts map[string]string) []sdk.ValueMapping {
	options := make(map[string]sdk.ValueMappingResult, len(texts))
	for i, value := range slices.Sorted(maps.Keys(texts)) {
		options[value] = sdk.ValueMappingResult{Text: pointer(texts[value]), Index: pointer(int32(i))}
	}
	return []sdk.ValueMapping{{ValueMap: &sdk.ValueMap{Type: "value", Options: options}}}
}

// notShown keeps a column for links, which see none that organize takes away. The second
// way is that of Grafana since 12.2.
func notShown() []sdk.DynamicConfigValue {
	return []sdk.DynamicConfigValue{
		{Id: "custom.hidden", Value: true},
		{Id: "custom.hideFrom", Value: map[string]bool{"viz": true, "legend": false, "tooltip": false}},
	}
}

func width(pixels uint32) sdk.DynamicConfigValue {
	return sdk.DynamicConfigValue{Id: "custom.width", Value: pixels}
}

// Columns are the names of a table's columns, from the left.
func (p Panel) Columns() (names []string) {
	behind := func(column string) {
		for _, l := range p.Labels {
			if l.Behind == column {
				names = append(names, l.Name)
			}
		}
	}
	behind("")
	for i, q := range p.Queries {
		names = append(names, p.value(i))
		if q.Column != "" {
			behind(q.Column)
		}
	}
	return names
}

// value is the column that Grafana makes of the values of a query.
func (p Panel) value(i int) string {
	if len(p.Queries) == 1 {
		return "Value"
	}
	return "Value #" + RefID(i)
}

func (q Query) column() []sdk.DynamicConfigValue {
	properties := []sdk.DynamicConfigValue{{Id: "displayName", Value: q.Column}, {Id: "unit", Value: q.Unit}}
	if q.Width > 0 {
		properties = append(properties, width(q.Width))
	}
	if q.Decimals != nil {
		properties = append(properties, sdk.DynamicConfigValue{Id: "decimals", Value: *q.Decimals})
	}
	if len(q.States) > 0 {
		properties = append(properties, sdk.DynamicConfigValue{Id: "mappings", Value: mappings(q.States)})
	}
	if len(q.Lines) > 0 || len(q.States) > 0 {
		properties = append(properties,
			sdk.DynamicConfigValue{Id: "thresholds", Value: thresholds(q.Lines)},
			sdk.DynamicConfigValue{Id: "custom.cellOptions", Value: map[string]string{"type": "color-background", "mode": "basic"}})
	}
	return properties
}
