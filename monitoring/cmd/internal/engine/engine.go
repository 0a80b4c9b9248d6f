// Package engine lists the stores that this project has, with all that can be
// known of them before one is opened.
package engine

import (
	"context"
	"slices"
	"time"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An Engine is one that has a store in this project.
type Engine struct {
	Name    string // "Pebble"
	System  string // the value of db.system.name
	Package string // relative to the module path

	// Capabilities are named as package kvdb names them.
	Capabilities []string

	// Stats are the statistics that the engine declares.
	Stats []kvdb.StatInfo

	// Info is what a store with default options says of itself, without its names.
	Info kvdb.Info

	// Open opens a store with default options: in a directory, or on the server at an
	// address if the engine is remote.
	Open func(ctx context.Context, at string) (kvdb.Store, error)
}

// All returns every engine. The stores whose capabilities are asked for are nil
// pointers: a test holds what they answer, and Info, to stores that are open.
func All() []Engine {
	return []Engine{
		{
			Name: "Pebble", System: "pebble", Package: "kvdb/kvpebble", Open: openPebble,
			Capabilities: kvdb.Capabilities((*kvpebble.Store)(nil)), Stats: kvpebble.StatInfos(),
			Info: kvdb.Info{MaxKey: kvpebble.MaxKey, MaxValue: kvpebble.MaxValue},
		},
		{
			Name: "bbolt", System: "bbolt", Package: "kvdb/kvbolt", Open: openBolt,
			Capabilities: kvdb.Capabilities((*kvbolt.Store)(nil)), Stats: kvbolt.StatInfos(),
			Info: kvdb.Info{MaxKey: kvbolt.MaxKey, MaxValue: kvbolt.MaxValue},
		},
		{
			Name: "Badger", System: "badger", Package: "kvdb/kvbadger", Open: openBadger,
			Capabilities: kvdb.Capabilities((*kvbadger.Store)(nil)), Stats: kvbadger.StatInfos(),
			Info: kvdb.Info{TTLResolution: time.Second, MaxKey: kvbadger.MaxKey, MaxValue: kvbadger.MaxValue},
		},
		{
			Name: "Redis", System: "redis", Package: "kvdb/kvredis", Open: openRedis,
			Capabilities: kvdb.Capabilities((*kvredis.Store)(nil)), Stats: kvredis.StatInfos(),
			Info: kvdb.Info{Remote: true, TTLResolution: time.Millisecond, MaxKey: kvredis.MaxKey, MaxValue: kvredis.MaxValue},
		},
		{
			Name: "memory", System: "memory", Package: "kvdb", Open: openMemory,
			Capabilities: kvdb.Capabilities((*kvdb.Memory)(nil)),
		},
	}
}

// Operations returns the operations that a store of the engine has, in the order
// of /metrics.
func (e Engine) Operations() []catalog.Operation {
	return slices.DeleteFunc(catalog.Operations(), func(o catalog.Operation) bool {
		return !o.Contract().In(e.Capabilities)
	})
}

// Has reports whether the engine's stores have a capability.
func (e Engine) Has(capability string) bool { return slices.Contains(e.Capabilities, capability) }

// Metrics returns the statistics as metrics of the catalogue. The share of the
// disk is not among them: it is shown as [catalog.Utilization].
func (e Engine) Metrics() []catalog.Metric {
	var all []catalog.Metric
	for _, info := range e.Stats {
		if info.Name != kvdb.StatDiskUtilization {
			all = append(all, metric(info, e.Package))
		}
	}
	return all
}

// Stat returns the metric of a statistic by its name. It panics if there is none: names
// are constants of package kvdb, or checked by the tests that use them.
func Stat(name string) catalog.Metric {
	for _, e := range All() {
		for _, m := range e.Metrics() {
			if m.Name == name {
				return m
			}
		}
	}
	panic("no engine has the statistic " + name)
}

// KnowsDisk reports whether the engine tells the used share of its filesystem.
func (e Engine) KnowsDisk() bool {
	return slices.ContainsFunc(e.Stats, func(i kvdb.StatInfo) bool { return i.Name == kvdb.StatDiskUtilization })
}

func metric(info kvdb.StatInfo, source string) catalog.Metric {
	m := catalog.Metric{
		Name: info.Name, Unit: info.Unit, Help: info.Help, Kind: catalog.Gauge,
		Attributes: catalog.StatsAge.Attributes, Stability: catalog.Development, Source: source,
	}
	if info.Counter {
		m.Kind = catalog.Counter
	}
	if info.Stability != "" {
		m.Stability = catalog.Stability(info.Stability)
	}
	return m
}
