// Package monitoring has the alerting rules and the dashboard of this project as files
// that a program can carry: [Files] has rules.yaml for Prometheus, prometheusrule.yaml for
// its operator, alertmanager.yaml, an example with inhibition, dashboard.json for Grafana,
// datasources.yaml, an example of its data sources, and a runbook for each alert,
// runbooks/NAME.md.
//
// The files are those for the default thresholds, which are the constants of package
// objective. The command monitoring/cmd/mixin makes them for others:
//
//	go run github.com/otelkv/otelkv/monitoring/cmd/mixin -out DIR -p99 50ms -selector 'job="orders"'
package monitoring

import "embed"

// The rules, the dashboard, and what is made with them.
//go:generate go -C cmd run ./mixin -out ..

//go:embed rules.yaml prometheusrule.yaml alertmanager.yaml dashboard.json datasources.yaml runbooks/*.md
var files embed.FS

// Files returns the files, to be read only.
func Files() embed.FS { return files }
