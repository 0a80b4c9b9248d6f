package dashboard

import (
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// RateInterval is the window that Grafana chooses: four scrapes at least, and as long as
// the distance of two points.
const RateInterval = "$__rate_interval"

func over(function string, v promql.Vector, window string) promql.Vector {
	return promql.Raw(function + "(" + v.String() + "[" + window + "])")
}

// rate is what a counter adds a second.
func rate(v promql.Vector) promql.Vector { return over("rate", v, RateInterval) }

func increase(v promql.Vector) promql.Vector { return over("increase", v, RateInterval) }

// events is how many there were within a quarter of an hour: rare ones are whole, and stay
// long enough to be seen.
func (s *Scope) events(v promql.Vector, by ...string) promql.Vector {
	return sum(s.Increase(v, quarter), by...).Call("round")
}

const quarter = 15 * time.Minute

func sum(v promql.Vector, by ...string) promql.Vector     { return aggregate("sum", v, by) }
func highest(v promql.Vector, by ...string) promql.Vector { return aggregate("max", v, by) }
func count(v promql.Vector, by ...string) promql.Vector   { return aggregate("count", v, by) }
func group(v promql.Vector, by ...string) promql.Vector   { return aggregate("group", v, by) }

func aggregate(how string, v promql.Vector, by []string) promql.Vector {
	if len(by) == 0 {
		return v.Call(how)
	}
	return v.By(how, by...)
}

// first is the highest of the series that agree in some labels.
func first(v promql.Vector, by ...string) promql.Vector {
	return promql.Raw("topk by (" + strings.Join(by, ", ") + ") (1, " + v.String() + ")")
}

// named gives the operation another label, so that two columns can name one each.
func named(v promql.Vector, label string, by ...string) promql.Vector {
	replaced := promql.Raw("label_replace(" + v.String() + `, "` + label + `", "$1", "` + operationName + `", "(.+)")`)
	return highest(replaced, append(by[:len(by):len(by)], label)...)
}

// orFor adds what the first vector does not have, by some labels.
func orFor(v, other promql.Vector, labels ...string) promql.Vector {
	return promql.Raw("(" + v.String() + ")\nor on (" + strings.Join(labels, ", ") + ") (" + other.String() + ")")
}

// requests are operations a second.
func (s *Scope) requests(by ...string) promql.Vector {
	return sum(rate(s.operation(catalog.Requests)), by...)
}

// outcomes are operations a second that end in one way.
func (s *Scope) outcomes(o catalog.Outcome, by ...string) promql.Vector {
	return sum(rate(s.operation(catalog.Requests, promql.Is(catalog.OutcomeAttribute, string(o)))), by...)
}

// errors are those a second that count against the objective.
func (s *Scope) errors(by ...string) promql.Vector {
	return sum(rate(s.operation(catalog.Errors, alert.CountedErrors())), by...)
}

// errorShare is that of the operations that fail. Without operations there is none.
func (s *Scope) errorShare(by ...string) promql.Vector {
	return s.errors(by...).Over(s.requests(by...).Above(0))
}
