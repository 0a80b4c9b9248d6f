package days

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Pages of a file of bbolt.
const (
	pageSize = 4096
	pagesOf  = 1 << 18 // one gibibyte
)

// gauges are what a store tells besides its operations, by the name of the series.
var gauges = map[string]func(*store) float64{
	catalog.InFlight.PrometheusName():             func(s *store) float64 { return min(s.now.Oldest, 1) },
	catalog.InFlightOldestAge.PrometheusName():    func(s *store) float64 { return s.now.Oldest },
	catalog.InFlightOldestOwnAge.PrometheusName(): func(s *store) float64 { return s.now.Oldest },
	catalog.Utilization.PrometheusName():          func(s *store) float64 { return s.now.Disk },
	catalog.ReplicationLag.PrometheusName():       func(s *store) float64 { return s.now.Lag },
	catalog.ReplicationConnected.PrometheusName(): func(s *store) float64 { return truth(s.now.Connected) },

	statistic(kvdb.StatFailed, ""):                                   func(s *store) float64 { return truth(s.now.Failed) },
	statistic(kvdb.StatWriteStallTime, "_seconds_total"):             func(s *store) float64 { return s.stalled },
	statistic("kvdb.engine.disk.slow", "_total"):                     func(s *store) float64 { return s.slowDisk },
	statistic("kvdb.engine.disk.size", "_bytes"):                     func(s *store) float64 { return pageSize * pagesOf },
	statistic("kvdb.engine.page.size", "_bytes"):                     func(s *store) float64 { return pageSize },
	statistic("kvdb.engine.pages.free", ""):                          func(s *store) float64 { return s.now.Free * pagesOf },
	statistic("kvdb.engine.pages.pending", ""):                       func(*store) float64 { return 3 },
	statistic("kvdb.engine.freelist.size", "_bytes"):                 func(s *store) float64 { return s.now.FreelistSize },
	statistic("kvdb.engine.read_transaction.oldest_age", "_seconds"): func(s *store) float64 { return s.now.Reading },
}

func statistic(name, suffix string) string { return catalog.PrometheusLabel(name) + suffix }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
