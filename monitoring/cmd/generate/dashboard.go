package generate

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// Dashboard is the path of the dashboard in Grafana.
const Dashboard = dashboard.Path

// A Target is a query of a panel of the dashboard.
type Target = dashboard.Target

// Values are those of the dashboard's variables.
type Values = dashboard.Values

// Targets returns all queries of the dashboard, from the first screen down, and what its
// variables are before anybody chooses; rateInterval stands for Grafana's own window of
// rates, as in 1m.
func Targets(p Parameters, rateInterval string) ([]Target, Values, error) {
	s, err := p.board()
	if err != nil {
		return nil, nil, err
	}
	return s.Targets(), s.Default(rateInterval), nil
}

func dashboardJSON(p Parameters) (string, error) {
	s, err := p.board()
	if err != nil {
		return "", err
	}
	return s.JSON()
}

// board is what the dashboard is made for.
func (p Parameters) board() (*dashboard.Scope, error) {
	s, err := p.scope()
	if err != nil {
		return nil, err
	}
	return &dashboard.Scope{Scope: s, Runbooks: strings.TrimSuffix(p.Runbooks, "/"), Traces: p.Traces, Logs: p.Logs}, nil
}

// dashboardURL is the link to what an alert is about. The values are escaped when the
// alert fires, since names of stores and operations can have any letters.
func dashboardURL(filters []alert.Filter) string {
	var variables []string
	for _, f := range filters {
		variables = append(variables, "var-"+f.Variable+"={{ $labels."+f.Label+" | urlquery }}")
	}
	if len(variables) == 0 {
		return Dashboard
	}
	return Dashboard + "?" + strings.Join(variables, "&")
}
