package days

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// ofProcess are the series of processes, by name.
var ofProcess = map[string]func(*process, line) float64{
	catalog.Uptime.PrometheusName():           func(p *process, _ line) float64 { return float64(p.at + p.offset - p.began) },
	catalog.ProcessStartTime.PrometheusName(): func(p *process, _ line) float64 { return float64(p.began) },
	catalog.Utilization.PrometheusName(): func(p *process, l line) float64 {
		if l.value(catalog.Resource) == catalog.CPU {
			return p.now.CPU
		}
		return p.now.Memory
	},
	catalog.HealthCheckStatus.PrometheusName(): func(p *process, l line) float64 {
		state := p.now.Checks[l.value(catalog.CheckName)]
		if state == "" {
			state = "pass"
		}
		return truth(l.value(catalog.CheckState) == state)
	},
	catalog.HealthReady.PrometheusName(): func(p *process, l line) float64 {
		switch l.value(catalog.Probe) {
		case "liveness":
			return truth(!p.now.Dead)
		case "readiness":
			return truth(!p.now.Unready)
		default:
			return 1
		}
	},
	catalog.LogDropped.PrometheusName():     none,
	catalog.ScrapeFailures.PrometheusName(): none,

	catalog.SpanExported.PrometheusName():       exported,
	catalog.LogRecordExported.PrometheusName():  none,
	catalog.DataPointExported.PrometheusName():  none,
	catalog.SpanProcessed.PrometheusName():      none,
	catalog.LogRecordProcessed.PrometheusName(): none,
}

func none(*process, line) float64 { return 0 }

// exported are spans, which are lost by errors of one type.
func exported(p *process, l line) float64 {
	switch kind := l.value(catalog.ErrorType); {
	case kind == "":
		return p.sent
	case strings.HasPrefix(kind, "_OTHER"):
		return p.lost
	default:
		return 0
	}
}
