package dashboard

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

func pointer[T any](v T) *T { return &v }

// source is the data source that the variable chooses, so that the file works wherever
// it is imported or provisioned.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: pointer("prometheus"), Uid: pointer("${" + DataSourceVariable + "}")}
}

func option(text, value string, selected bool) sdk.VariableOption {
	return sdk.VariableOption{
		Selected: &selected,
		Text:     sdk.StringOrArrayOfString{String: &text},
		Value:    sdk.StringOrArrayOfString{String: &value},
	}
}

func (v Variable) build() sdk.VariableModel {
	m := sdk.VariableModel{
		Name: v.Name, Label: &v.Label, Description: &v.Description,
		Multi: pointer(false), IncludeAll: pointer(false), SkipUrlSync: pointer(false),
	}
	switch {
	case v.Query != "":
		m.Type, m.Datasource = sdk.VariableTypeQuery, pointer(source())
		m.Definition, m.Query = &v.Query, &sdk.StringOrMap{Map: map[string]any{"qryType": 1, "query": v.Query, "refId": v.Name}}
		m.Multi, m.IncludeAll, m.AllValue = pointer(true), pointer(true), &v.All
		m.Refresh, m.Sort = pointer(sdk.VariableRefreshOnTimeRangeChanged), pointer(sdk.VariableSortAlphabeticalAsc)
		all, value := []string{"All"}, []string{"$__all"}
		m.Current = &sdk.VariableOption{
			Selected: pointer(true),
			Text:     sdk.StringOrArrayOfString{ArrayOfString: all}, Value: sdk.StringOrArrayOfString{ArrayOfString: value},
		}
	case len(v.Choices) > 0:
		m.Type = sdk.VariableTypeCustom
		var list []string
		for i, c := range v.Choices {
			list = append(list, c.Text+" : "+c.Value)
			m.Options = append(m.Options, option(c.Text, c.Value, i == 0))
		}
		m.Query = &sdk.StringOrMap{String: pointer(strings.Join(list, ", "))}
		m.Current = &m.Options[0]
		m.AllowCustomValue = pointer(false)
	default:
		m.Type, m.Query = sdk.VariableTypeDatasource, &sdk.StringOrMap{String: pointer("prometheus")}
		m.Refresh = pointer(sdk.VariableRefreshOnDashboardLoad)
	}
	return m
}

func (a Annotation) build() sdk.AnnotationQuery {
	expr := a.Expr.String()
	query := prometheus.NewDataquery()
	query.Expr, query.RefId, query.Range, query.Interval = expr, pointer("A"), pointer(true), pointer("60s")
	query.Datasource = pointer(source())
	tags := strings.Join(a.Tags, ",")
	return sdk.AnnotationQuery{
		TagKeys: &tags,
		Name:    a.Name, Datasource: pointer(source()), Enable: true, IconColor: string(a.Color),
		Expr: &expr, Step: pointer("60s"), TitleFormat: &a.Title, TextFormat: &a.Text, Target: *query,
	}
}

// builtIn are the annotations that people make in Grafana.
func builtIn() sdk.AnnotationQuery {
	grafana := common.DataSourceRef{Type: pointer("grafana"), Uid: pointer("-- Grafana --")}
	return sdk.AnnotationQuery{
		Name: "Annotations & Alerts", Datasource: &grafana, Enable: true, Hide: pointer(true), BuiltIn: pointer(1.0),
		IconColor: "rgba(0, 211, 255, 1)", Type: pointer("dashboard"),
	}
}

// link is one that opens beside the dashboard.
func link(title, address string) sdk.DashboardLink {
	return sdk.DashboardLink{
		Title: title, Type: sdk.DashboardLinkTypeLink, Icon: "doc", Url: &address, TargetBlank: true, Tags: []string{},
	}
}
