package dashboard

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// A Target is a query of a panel, with all that a test or a picture needs to know of it.
type Target struct {
	Row   string // the heading; empty for the first screen
	ID    uint32 // of the panel
	Title string // of the panel
	Ref   string // A, B, C: the query within its panel
	Kind  Kind

	Expr    string // with Grafana's variables
	Legend  string // with labels in {{}}
	Column  string // of a table; empty for one that is not shown
	Unit    string
	Instant bool

	Exemplars bool
	Lines     []Line
	States    []State
}

// Targets are all queries of the dashboard in their order.
func (s *Scope) Targets() (all []Target) {
	for _, r := range s.Rows() {
		for _, p := range r.Panels {
			for i, q := range p.Queries {
				t := Target{
					Row: r.Title, ID: p.ID, Title: p.Title, Ref: RefID(i), Kind: p.Kind,
					Expr: q.Expr.String(), Legend: q.Legend, Column: q.Column, Unit: p.Unit, Instant: p.Instant(),
					Exemplars: q.Exemplars, Lines: p.Lines, States: p.States,
				}
				if q.Unit != "" {
					t.Unit, t.Lines, t.States = q.Unit, q.Lines, q.States
				}
				all = append(all, t)
			}
		}
	}
	return all
}

// Values are those of the variables, by their names without the dollar sign.
type Values map[string]string

// Default returns what the variables are before anybody chooses, with a window of a rate.
func (s *Scope) Default(rateInterval string) Values {
	values := Values{strings.TrimPrefix(RateInterval, "$"): rateInterval, strings.TrimPrefix(between, "$"): promql.Duration(step)}
	for _, v := range s.variables() {
		switch {
		case v.Query != "":
			values[v.Name] = v.All
		case len(v.Choices) > 0:
			values[v.Name] = v.Choices[0].Value
		}
	}
	return values
}

// Fill puts the values in place of the variables, as Grafana does.
func (v Values) Fill(expr string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(expr, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n := 0
		for n < len(rest) && (rest[n] == '_' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
			n++
		}
		if value, ok := v[rest[:n]]; ok {
			b.WriteString(value)
		} else {
			b.WriteString("$" + rest[:n])
		}
		expr = rest[n:]
	}
}

// AnnotationQueries are what the dashboard asks for to mark when something happened.
func (s *Scope) AnnotationQueries() (all []string) {
	for _, a := range s.annotations() {
		all = append(all, a.Expr.String())
	}
	return all
}
