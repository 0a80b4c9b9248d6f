package dashboard_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// pane is the query behind a link to Grafana's Explore.
func pane(t *testing.T, address string) (uid string, query map[string]any) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Path != "/explore" {
		t.Fatalf("%s: %v", address, err)
	}
	var panes map[string]struct {
		Datasource string
		Queries    []map[string]any
		Range      map[string]string
	}
	if err := json.Unmarshal([]byte(u.Query().Get("panes")), &panes); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if p := panes["a"]; len(p.Queries) == 1 && p.Range["from"] != "" && p.Range["to"] != "" {
		return p.Datasource, p.Queries[0]
	}
	t.Fatalf("%s has not one query with a time range", address)
	return "", nil
}

// A point of a line of errors or latency leads to traces and lines, of its operation.
func TestPointsLeadToTracesAndLines(t *testing.T) {
	links := make(map[uint32][]string)
	for _, p := range panels(read(t, byDefault())) {
		for _, l := range p.FieldConfig.Defaults.Links {
			uid, query := pane(t, *l.Url)
			text, _ := query["query"].(string)
			if uid == "loki" {
				text, _ = query["expr"].(string)
			}
			links[*p.Id] = append(links[*p.Id], uid+": "+text)
		}
	}
	for id, want := range map[uint32][]string{
		12: {
			`loki: {service_name=~".+"} |= "operation failed" | json | operation="${__field.labels.db_operation_name}"`,
			`tempo: { span.db.system.name != nil && status = error && span.db.operation.name = "${__field.labels.db_operation_name}" }`,
		},
		13: {
			`tempo: { span.db.system.name != nil && duration > 100ms }`,
			`loki: {service_name=~".+"} |= "operation slow" | json`,
		},
	} {
		if strings.Join(links[id], "\n") != strings.Join(want, "\n") {
			t.Errorf("panel %d leads to\n%s\nwant\n%s", id, strings.Join(links[id], "\n"), strings.Join(want, "\n"))
		}
	}
}

// Who has no such data sources gets no links to them.
func TestNoLinksToNothing(t *testing.T) {
	for _, p := range panels(read(t, scopes()["of its own"])) {
		for _, l := range p.FieldConfig.Defaults.Links {
			t.Errorf("%q leads to %s", *p.Title, *l.Url)
		}
	}
}

func TestLinesOfTrace(t *testing.T) {
	uid, query := pane(t, dashboard.LinesOfTrace("loki", "0af7651916cd43dd8448eb211c80319c"))
	if want := `{service_name=~".+"} |= "0af7651916cd43dd8448eb211c80319c"`; uid != "loki" || query["expr"] != want {
		t.Errorf("the lines of a trace are %v of %s, want %s", query["expr"], uid, want)
	}
}

// A click on a store shows it alone, and one on an alert opens its runbook.
func TestTablesLink(t *testing.T) {
	text, err := byDefault().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"/d/otelkv?${datasource:queryparam}&var-job=${__data.fields.job}&var-instance=${__data.fields.instance}&var-store=${__value.raw}&${__url_time_range}",
		"/d/otelkv?${datasource:queryparam}&var-job=${__data.fields.job}&var-instance=${__value.raw}&${__url_time_range}",
		"https://runbooks/${__value.raw}.md", catalog.OperationSlow,
	} {
		if !strings.Contains(text, want) && !strings.Contains(text, url.QueryEscape(want)) {
			t.Errorf("nothing links to %s", want)
		}
	}
}
