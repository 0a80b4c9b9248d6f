package instrument

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

// engineRows are the metrics that the engines of a collection bring themselves.
// Stores of several engines may share a name; who disagrees with the first about
// what it is, is left out.
func engineRows(c *collection) []row {
	var rows []row
	known := make(map[string]bool)
	for i := range c.sources {
		s := &c.sources[i]
		if s.now.stats == nil {
			continue
		}
		for at, stat := range s.now.stats.stats {
			if strings.HasPrefix(stat.Name, engineStatPrefix) && !known[stat.Name] {
				known[stat.Name] = true
				rows = append(rows, engineRow(stat, at))
			}
		}
	}
	return rows
}

// engineRow is the row of a statistic, which its engine names at the given place.
func engineRow(like kvdb.Stat, at int) row {
	r := row{definition: definition{like.Name, like.Unit, like.Help}, kind: gauge}
	if like.Counter {
		r.kind = counter
	}
	r.floats = func(c *collection, yield floatPoints) {
		for i := range c.sources {
			s := &c.sources[i]
			if s.now.stats == nil || !fresh(s.now.stats.at, s.now.at) || s.closed && !like.Counter {
				continue
			}
			if stat := find(s.counted.stats.stats, like.Name, at); stat != nil && stat.Unit == like.Unit && stat.Counter == like.Counter {
				yield(s, s.set(0, labelStore, 0), stat.Value)
			}
		}
	}
	return r
}

// find returns the first statistic of a name, which is likely to be at a place.
func find(stats []kvdb.Stat, name string, at int) *kvdb.Stat {
	if at >= len(stats) || stats[at].Name != name {
		at = slices.IndexFunc(stats, func(s kvdb.Stat) bool { return s.Name == name })
	}
	if at < 0 {
		return nil
	}
	return &stats[at]
}
