package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func (s *Scope) disk() promql.Vector {
	return s.Series(catalog.Utilization, promql.Is(catalog.Resource, catalog.Disk))
}

var diskFull = Alert{
	Name: "KVDiskFull",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		return []Level{{
			Severity: Critical, For: time.Minute, KeepFiring: 3 * window,
			Expr: s.known(s.disk(), catalog.Resource).Above(s.Disk),
		}}
	},
	Summary: "The disk of " + store + " is " + share + " full, " + atInstance +
		": free or add space before writes fail",
	Description: "The disk is so full that the engine may lack the room to compact, and that the store is not ready. " +
		"A share that cannot be read any more counts as it was.",
	Fault:     "fulldisk",
	Objective: []string{"DiskUsed"},
}

var diskFilling = Alert{
	Name: "KVDiskFilling",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		ahead := s.Scaled(objective.DiskForecast).Seconds()
		forecast := func(of time.Duration) promql.Vector {
			return promql.Raw("predict_linear(" + s.disk().String() + "[" + promql.Duration(s.Scaled(of)) + "], " + promql.Number(ahead) + ")").Above(s.Disk)
		}
		// What somebody has made room for has been steep, for as long as a forecast looks back.
		const back = 2 * time.Hour
		paged := s.Over("max_over_time", s.Named("ALERTS", promql.Is("alertname", "KVDiskFull"), promql.Is("alertstate", "firing")), back)
		return []Level{{
			Severity: Warning, For: 30 * time.Minute, KeepFiring: 30 * time.Minute,
			Expr: s.known(s.disk(), catalog.Resource).Above(min(objective.DiskForecastFrom, s.Disk/2)).
				And(promql.Same, forecast(held)).
				And(promql.Same, forecast(back)). // or it would go on when space has been made
				Unless(s.onALERTS(append([]string{Instance}, ofStore()...)...), paged),
		}}
	},
	Summary: "The disk of " + store + " is " + share + " full and will be too full within a day, " + atInstance +
		": see what grows, and add space in time",
	Description: "As the disk has filled over the last hours, it will be too full within a day.",
	Fault:       "fulldisk",
	Objective:   []string{"DiskForecast", "DiskForecastFrom", "DiskUsed"},
	Causes:      []string{"KVDiskFull"},
}

var diskSlow = Alert{
	Name: "KVDiskSlow",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		events := s.Increase(s.Series(engine.Stat("kvdb.engine.disk.slow")), 2*window)
		return []Level{
			{Severity: Critical, KeepFiring: 3 * window, Expr: events.Above(objective.DiskSlowCritical)},
			{Severity: Warning, For: window, KeepFiring: window, Expr: events.Above(0)}, // longer than it takes to be critical
		}
	},
	Summary: "The disk of " + store + " took five seconds or longer for an operation, {{ $value | printf \"%.0f\" }} times in ten minutes, " + atInstance +
		": look at the disk and at who else uses it",
	Description: "The engine has told of operations of the disk that take seconds. Writes wait for it, and reads that are not cached.",
	Fault:       "slowdisk",
	Objective:   []string{"DiskSlowCritical"},
}
