package generate

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// alertmanager is an example of a configuration: routes by severity, one notification
// for all instances of a service, and inhibition.
func alertmanager(s *alert.Scope) string {
	every := func(d time.Duration) string { return promql.Duration(s.Scaled(d)) }
	return yaml.Marshal(yaml.Map{
		{Key: "route", Value: yaml.Map{
			{Key: "receiver", Value: "tickets"},
			{Key: "group_by", Value: append(s.Service(), "alertname")},
			{Key: "group_wait", Value: every(30 * time.Second)},
			{Key: "group_interval", Value: every(5 * time.Minute)},
			{Key: "repeat_interval", Value: every(12 * time.Hour)},
			{Key: "routes", Value: []yaml.Map{
				{
					{Key: "matchers", Value: []string{`alertname="KVWatchdog"`}},
					{Key: "receiver", Value: "deadman"},
					{Key: "group_interval", Value: every(time.Minute)},
					{Key: "repeat_interval", Value: every(time.Minute)},
				},
				{{Key: "matchers", Value: []string{`severity="critical"`}}, {Key: "receiver", Value: "pager"}},
			}},
		}},
		{Key: "receivers", Value: []yaml.Map{
			receiver("pager"), receiver("tickets"), receiver("deadman"),
		}},
		{Key: "inhibit_rules", Value: inhibitions(s)},
	})
}

func receiver(name string) yaml.Map {
	return yaml.Map{
		{Key: "name", Value: name},
		{Key: "webhook_configs", Value: []yaml.Map{
			{{Key: "url", Value: "http://127.0.0.1:9099/" + name}, {Key: "send_resolved", Value: true}},
		}},
	}
}
