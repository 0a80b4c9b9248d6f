package engine

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Hook is an engine's own client, instrumented, that declares statistics which no store has.
type Hook struct {
	Name    string // "a Redis client with a hook"
	Package string // relative to the module path
	Stats   []kvdb.StatInfo

	// When says which clients have them.
	When string
}

// Hooks returns every hook.
func Hooks() []Hook {
	return []Hook{{
		Name: "a Redis client with a hook", Package: "kvdb/kvredis/redishook", Stats: redishook.StatInfos(),
		When: "for a client that has a cache with statistics of its own",
	}}
}

// Metrics returns the statistics as metrics of the catalogue.
func (h Hook) Metrics() []catalog.Metric {
	all := make([]catalog.Metric, len(h.Stats))
	for i, info := range h.Stats {
		all[i] = metric(info, h.Package)
		all[i].When = h.When
	}
	return all
}
