package dashboard

import (
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// engines are what the engines say of themselves. What all have is in the first row.
func (s *Scope) engines() []Row {
	return []Row{s.everyEngine(), s.pebble(), s.bolt(), s.badger(), s.redis()}
}

// Legends of what a store or a process says of itself.
var (
	itsStore   = legend(namespace, alert.Instance)
	itsProcess = legend(alert.Instance)
)

// stat is a statistic of the chosen stores. Its name is one of kvdb's constants, or as
// the adapter declares it.
func (s *Scope) stat(name string) promql.Vector {
	return highest(s.store(engine.Stat(name)), alert.Instance, namespace)
}

// growth is what a counter of an engine adds a second.
func (s *Scope) growth(name string, more ...promql.Matcher) promql.Vector {
	return sum(rate(s.store(engine.Stat(name), more...)), alert.Instance, namespace)
}

// ofEngine keeps the stores of one engine, where others have the statistic, too.
func ofEngine(system string) promql.Matcher { return promql.Is(catalog.SystemName, system) }

func (s *Scope) everyEngine() Row {
	return Row{ID: 300, Title: "Engines", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 301, Title: "Engine failed", Kind: StateTimeline, Unit: Plain,
			Description: "Whether an engine takes no more writes until its store is opened again. See the first error in the log, then restart the program.",
			Queries:     []Query{{Expr: s.stat(kvdb.StatFailed), Legend: itsStore}},
			States:      []State{{Value: 0, Text: "works", Color: Green}, {Value: 1, Text: "failed", Color: Red}},
			Alerts:      []string{"KVEngineFailed"},
		},
		Panel{
			ID: 302, Title: "Size on disk", Unit: Bytes,
			Description: "The size of a store's files. What grows without more data is garbage that the engine cannot drop: see compactions, pending pages and old read transactions below.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.disk.size"), Legend: itsStore}},
			Alerts:      []string{"KVDiskFilling"},
		},
		Panel{
			ID: 303, Title: "Age of what engines say", Unit: Seconds,
			Description: "How old an engine's statistics are. They are read every ten seconds, and left out when they are older than half a minute: then the engine does not answer.",
			Queries:     []Query{{Expr: highest(s.store(catalog.StatsAge), alert.Instance, namespace), Legend: itsStore}},
		},
	)}
}
