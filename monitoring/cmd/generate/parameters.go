// Package generate makes the rules and the dashboard that ship with this project, for a
// deployment's own thresholds: alerting and recording rules for Prometheus, an example of
// a configuration for Alertmanager, a runbook for each alert, the rules as a
// PrometheusRule for Kubernetes, the dashboard for Grafana and an example of its data
// sources. The command mixin writes them to a directory.
//
// Names of metrics and labels come from monitoring/catalog, defaults of thresholds
// from monitoring/objective. What this package makes by default is committed in
// monitoring, which embeds it.
package generate

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// Runbooks is where the runbooks are by default.
const Runbooks = "https://github.com/otelkv/otelkv/blob/main/monitoring/runbooks"

// Parameters are what a deployment can choose. Start from [Defaults].
type Parameters struct {
	P99        time.Duration     // the most that 99 of 100 operations take: a bound of the buckets
	Errors     float64           // the share of operations that may fail, 0 to 1
	Saturation float64           // the share of CPU or memory in use that warns, 0 to 1
	Lag        time.Duration     // the most that a replica may be behind
	Disk       float64           // the share of the disk that counts as full, 0 to 1
	Capacity   float64           // operations a second of one instance; 0: not known, and no alert
	Selector   string            // matchers of all series, as in job="orders"; empty: every job
	Labels     map[string]string // further labels of every alert
	Runbooks   string            // the URL below which the runbooks are
	Traces     string            // the uid of the data source of traces in Grafana; empty: no links to it
	Logs       string            // the uid of that of logs; empty: no links to it
	Timescale  float64           // by which all windows are multiplied: for tests of the rules
}

// UIDs of data sources in Grafana, as datasources.yaml has them.
const (
	Traces = "tempo"
	Logs   = "loki"
)

// Defaults returns the parameters of the rules that are committed.
func Defaults() Parameters {
	return Parameters{
		P99:        objective.LatencyP99,
		Errors:     objective.ErrorRatio,
		Saturation: objective.Saturation,
		Lag:        objective.ReplicationLag,
		Disk:       objective.DiskUsed,
		Runbooks:   Runbooks,
		Traces:     Traces,
		Logs:       Logs,
		Timescale:  1,
	}
}

// Validate returns everything that is wrong with the parameters.
func (p Parameters) Validate() error {
	_, err := p.scope()
	return err
}

// scope is what the alerts are made for.
func (p Parameters) scope() (*alert.Scope, error) {
	matchers, err := promql.ParseMatchers(p.Selector)
	errs := []error{wrap("selector", err), p.thresholds(), p.texts()}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &alert.Scope{
		Writer:     promql.Writer{Matchers: matchers, Timescale: p.Timescale},
		P99:        p.P99,
		Errors:     p.Errors,
		Saturation: p.Saturation,
		Lag:        p.Lag,
		Disk:       p.Disk,
		Capacity:   p.Capacity,
		Added:      sorted(p.Labels),
	}, nil
}

func (p Parameters) thresholds() error {
	errs := []error{
		share("errors", p.Errors), share("saturation", p.Saturation), share("disk", p.Disk),
	}
	if bounds := catalog.OperationDuration.Bounds; !slices.Contains(bounds, p.P99.Seconds()) {
		list := make([]string, len(bounds))
		for i, b := range bounds {
			list[i] = time.Duration(math.Round(b * 1e9)).String()
		}
		errs = append(errs, fmt.Errorf("p99: %v is no bound of the buckets, so that nobody could tell who is above it: want one of %s", p.P99, strings.Join(list, ", ")))
	}
	if p.Lag <= 0 {
		errs = append(errs, fmt.Errorf("lag: want more than 0, got %v", p.Lag))
	}
	if !(p.Capacity >= 0) || math.IsInf(p.Capacity, 0) {
		errs = append(errs, fmt.Errorf("capacity: want operations a second, got %v", p.Capacity))
	}
	if !(p.Timescale > 0 && p.Timescale <= 1) {
		errs = append(errs, fmt.Errorf("timescale: want more than 0 and at most 1, got %v", p.Timescale))
	}
	return errors.Join(errs...)
}

func share(name string, f float64) error {
	if !(f > 0 && f < 1) {
		return fmt.Errorf("%s: want a share between 0 and 1, got %v", name, f)
	}
	return nil
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// ours are labels that the alerts themselves set.
var ours = []string{"alertname", "severity"}

func (p Parameters) texts() error {
	var errs []error
	for name, value := range p.Labels {
		switch {
		case !labelName.MatchString(name) || strings.HasPrefix(name, "__"):
			errs = append(errs, fmt.Errorf("labels: %q is no name of a label", name))
		case slices.Contains(ours, name):
			errs = append(errs, fmt.Errorf("labels: %s is set by each alert", name))
		case value == "" || strings.ContainsAny(value, "\n{}"):
			errs = append(errs, fmt.Errorf("labels: %s has the value %q, want a line without braces", name, value))
		}
	}
	if u, err := url.Parse(p.Runbooks); err != nil || u.Scheme == "" || u.Host == "" || strings.ContainsAny(p.Runbooks, "{} \n") {
		errs = append(errs, fmt.Errorf("runbooks: want a URL such as %s, got %q", Runbooks, p.Runbooks))
	}
	for name, uid := range map[string]string{"traces": p.Traces, "logs": p.Logs} {
		if !dataSource.MatchString(uid) {
			errs = append(errs, fmt.Errorf("%s: %q is no uid of a data source in Grafana", name, uid))
		}
	}
	return errors.Join(errs...)
}

// dataSource is a uid as Grafana allows them, or none.
var dataSource = regexp.MustCompile(`^[a-zA-Z0-9_-]{0,40}$`)

func wrap(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}
