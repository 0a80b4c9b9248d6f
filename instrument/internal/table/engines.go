package table

import (
	"math"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// EngineRows are the metrics that the engines of a collection declare. Stores of
// several engines may share a name; who disagrees with the first about what it
// is, which can only be one that is closed, is left out.
func EngineRows(c *record.Collection) []Row {
	var rows []Row
	known := make(map[string]bool)
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Now.Stats == nil {
			continue
		}
		for at, info := range s.Now.Stats.Infos {
			// The disk's share is told as a utilization.
			if info.Name != kvdb.StatDiskUtilization && !known[info.Name] {
				known[info.Name] = true
				rows = append(rows, engineRow(info, at))
			}
		}
	}
	return rows
}

// engineRow is the row of a statistic, which its engine declares at the given
// place.
func engineRow(like kvdb.StatInfo, at int) Row {
	r := Row{Metric: catalog.Metric{Name: like.Name, Unit: like.Unit, Help: like.Help, Kind: catalog.Gauge}}
	if like.Counter {
		r.Kind = catalog.Counter
	}
	r.Floats = func(c *record.Collection, yield floatPoints) {
		for i := range c.Sources {
			s := &c.Sources[i]
			if !s.Fresh(s.Now.Stats) || s.Closed && !like.Counter || !s.Now.Stats.Declares(like) {
				continue
			}
			if value := s.Counted.Stats.Value(like.Name, at); !math.IsNaN(value) {
				yield(s, s.Set(0, record.LabelStore, 0), value)
			}
		}
	}
	return r
}
