package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

func (s *Scope) connections() Row {
	pool, state := catalog.PrometheusLabel(catalog.PoolName), catalog.PrometheusLabel(catalog.PoolState)
	failure := catalog.PrometheusLabel(catalog.ErrorType)
	by := []string{alert.Instance, pool}
	return Row{ID: 700, Title: "Connections", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 701, Title: "Clients of servers", Unit: Count, Empty: "no servers",
			Description: "Open connections of a server such as kvserver. A sudden fall is a network or a client that has gone; a steady rise is a client that does not close.",
			Queries:     []Query{{Expr: highest(s.process(catalog.Connections), alert.Instance), Legend: itsProcess}},
		},
		Panel{
			ID: 702, Title: "Pools of connections", Unit: Count, Stacked: true, Empty: "no pools",
			Description: "Connections to an engine that is a server, by state. All in use, with requests that wait, means that the pool is too small or the engine too slow.",
			Queries:     []Query{{Expr: sum(s.store(catalog.PoolConnections), append(by[:len(by):len(by)], state)...), Legend: legend(state, pool, alert.Instance)}},
		},
		Panel{
			ID: 703, Title: "Limit of pools", Unit: Count, Empty: "no pools",
			Description: "How many connections a pool may open. When it is reached, requests wait: enlarge it if the engine can take more.",
			Queries:     []Query{{Expr: sum(s.store(catalog.PoolMax), by...), Legend: legend(pool, alert.Instance)}},
		},
		Panel{
			ID: 704, Title: "Requests that wait for a connection", Unit: Count, Empty: "no pools",
			Description: "Anything above zero that lasts adds to latency before the engine has seen the request: enlarge the pool, or find what holds connections.",
			Queries:     []Query{{Expr: sum(s.store(catalog.PoolPendingRequests), by...), Legend: legend(pool, alert.Instance)}},
			Alerts:      []string{"KVLatencyHigh"},
		},
		Panel{
			ID: 705, Title: "Time-outs of pools", Unit: CountsPerSec, Empty: "no pools",
			Description: "Requests that got no connection in time, and failed: see what holds connections, or enlarge the pool.",
			Queries:     []Query{{Expr: sum(rate(s.store(catalog.PoolTimeouts)), by...), Legend: legend(pool, alert.Instance)}},
			Alerts:      []string{"KVErrorRatioHigh"},
		},
		Panel{
			ID: 706, Title: "Wait for a connection", Unit: Seconds, Empty: "no pools",
			Description: "The mean of those requests that did not get a connection at once; of all that got one, where a hook on a Redis client measures each (ConnectionTimes).",
			Queries:     []Query{{Expr: s.mean(catalog.PoolWaitTime, stores(), by...), Legend: legend(pool, alert.Instance)}},
		},
		Panel{
			ID: 707, Title: "Failed attempts to connect", Unit: CountsPerSec, Empty: "no pools",
			Description: "unavailable is a server that refuses, or an address or a network that is wrong; timeout is one that does not answer. While idle connections are left, no operation fails yet.",
			Queries:     []Query{{Expr: sum(rate(s.store(catalog.DialErrors)), append(by[:len(by):len(by)], failure)...), Legend: legend(failure, pool, alert.Instance)}},
			Alerts:      []string{"KVErrorRatioHigh"},
		},
	)}
}
