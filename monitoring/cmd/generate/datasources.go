package generate

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// dataSources is an example of what Grafana is provisioned with, so that an exemplar leads
// to its trace and to its lines, and these to each other: Grafana makes such links from the
// data sources and not from a dashboard. Grafana reads $$ in this file as a dollar sign.
func dataSources(p Parameters) string {
	sources := []yaml.Map{prometheusSource(p)}
	if p.Traces != "" {
		sources = append(sources, tempoSource(p))
	}
	if p.Logs != "" {
		sources = append(sources, lokiSource(p))
	}
	return yaml.Marshal(yaml.Map{{Key: "apiVersion", Value: 1}, {Key: "datasources", Value: sources}})
}

// value is what a link is about, written for a file of Grafana.
const value = "$" + rawValue

const rawValue = "${__value.raw}"

// scraped is how often Prometheus does so by default. A window of rates has four scrapes of
// what Grafana is told: with less than is true, it has one, and there is no rate.
const scraped = "1m"

func prometheusSource(p Parameters) yaml.Map {
	id := yaml.Pair{Key: "name", Value: catalog.FieldTraceID}
	var links []yaml.Map
	if p.Traces != "" {
		links = append(links, yaml.Map{id, {Key: "datasourceUid", Value: p.Traces}, {Key: "urlDisplayLabel", Value: "Trace"}})
	}
	if p.Logs != "" {
		links = append(links, yaml.Map{id, {Key: "url", Value: strings.ReplaceAll(dashboard.LinesOfTrace(p.Logs, rawValue), rawValue, value)}, {Key: "urlDisplayLabel", Value: "Lines"}})
	}
	return source("Prometheus", "prometheus", "http://prometheus:9090", yaml.Map{
		{Key: "httpMethod", Value: "POST"},
		{Key: "timeInterval", Value: scraped},
		{Key: "exemplarTraceIdDestinations", Value: links},
	})
}

func tempoSource(p Parameters) yaml.Map {
	var settings yaml.Map
	if p.Logs != "" {
		settings = yaml.Map{{Key: "tracesToLogsV2", Value: yaml.Map{
			{Key: "datasourceUid", Value: p.Logs},
			{Key: "spanStartTimeShift", Value: "-5m"}, {Key: "spanEndTimeShift", Value: "5m"},
			{Key: "customQuery", Value: true},
			{Key: "query", Value: `{service_name=~".+"} |= "$${__trace.traceId}"`},
		}}}
	}
	return source("Tempo", p.Traces, "http://tempo:3200", settings)
}

func lokiSource(p Parameters) yaml.Map {
	var settings yaml.Map
	if p.Traces != "" {
		// A line is JSON with the id in it, or an OTLP record that has it beside its text.
		// Of fields of one name Grafana takes the first.
		field := func(name, matcher, pattern string) yaml.Map {
			return yaml.Map{
				{Key: "name", Value: name}, {Key: "matcherType", Value: matcher}, {Key: "matcherRegex", Value: pattern},
				{Key: "datasourceUid", Value: p.Traces}, {Key: "url", Value: value},
			}
		}
		id := catalog.FieldTraceID
		settings = yaml.Map{{Key: "derivedFields", Value: []yaml.Map{field("Trace", "regex", `"`+id+`":"(\w+)"`), field("Trace of the record", "label", id)}}}
	}
	return source("Loki", p.Logs, "http://loki:3100", settings)
}

func source(name, uid, address string, settings yaml.Map) yaml.Map {
	return yaml.Map{
		{Key: "name", Value: name}, {Key: "type", Value: strings.ToLower(name)}, {Key: "uid", Value: uid},
		{Key: "access", Value: "proxy"}, {Key: "url", Value: address}, {Key: "jsonData", Value: settings},
	}
}
