package dashboard

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// legend names series by labels.
func legend(labels ...string) string {
	list := make([]string, len(labels))
	for i, l := range labels {
		list[i] = "{{" + l + "}}"
	}
	return strings.Join(list, " ")
}

// slowTraces leads to the traces of operations that took longer than the objective.
func (s *Scope) slowTraces() Link {
	return s.tracesOf("duration > " + s.traceDuration())
}

// tracesOf leads to traces whose spans have a condition, and the operation of the point's
// series if that has one.
func (s *Scope) tracesOf(condition string, labels ...string) Link {
	conditions := []string{fmt.Sprintf("span.%s != nil", catalog.SystemName)}
	if condition != "" {
		conditions = append(conditions, condition)
	}
	for _, l := range labels {
		conditions = append(conditions, fmt.Sprintf(`span.%s = "${__field.labels.%s}"`, catalog.OperationName, l))
	}
	return Link{"Traces", explore("tempo", s.Traces, map[string]any{
		"queryType": "traceql", "query": "{ " + strings.Join(conditions, " && ") + " }",
	})}
}

// linesOf leads to the lines of the log that have a message. Loki gives each stream a
// service_name; lines have the operation as a field, records over OTLP as metadata.
func (s *Scope) linesOf(message catalog.Message, labels ...string) Link {
	query := fmt.Sprintf(`{service_name=~".+"} |= %q | json`, message)
	for _, l := range labels {
		query += fmt.Sprintf(` | %s="${__field.labels.%s}"`, catalog.FieldOperation, l)
	}
	return Link{fmt.Sprintf("Lines %q", message), explore("loki", s.Logs, map[string]any{"expr": query})}
}

// LinesOfTrace is the address of the lines of the log that have a trace id, which the text
// stands for.
func LinesOfTrace(logs, id string) string {
	return exploreFrom("loki", logs, "now-6h", "now", map[string]any{"expr": fmt.Sprintf(`{service_name=~".+"} |= %q`, id)})
}

// explore is the address of Grafana's page of that name, with a query of a data source
// in the time range of the dashboard. There is none without a data source.
func explore(kind, uid string, query map[string]any) string {
	if uid == "" {
		return ""
	}
	return exploreFrom(kind, uid, "${__from}", "${__to}", query)
}

func exploreFrom(kind, uid, from, to string, query map[string]any) string {
	query["refId"], query["datasource"] = "A", map[string]string{"type": kind, "uid": uid}
	pane, err := json.Marshal(map[string]any{"a": map[string]any{
		"datasource": uid, "queries": []any{query},
		"range": map[string]string{"from": from, "to": to},
	}})
	if err != nil {
		panic(err) // these are texts
	}
	return "/explore?schemaVersion=1&panes=" + escape(readable.Replace(string(pane)))
}

// escape is for the query of an address, and leaves Grafana's variables as they are.
func escape(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(url.QueryEscape(before))
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString("${" + name + "}")
		text = after
	}
}

// traceDuration is the objective as TraceQL writes it.
func (s *Scope) traceDuration() string { return strings.ReplaceAll(s.P99.String(), "µ", "u") }
