package days

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Sick day is a healthy one with one fault, of which somebody should hear once.
type Sick struct {
	Name     string
	World    World
	Engine   string // of the store that has the fault
	Size     int    // instances; by default 3
	Alert    string // the one that tells
	Severity string
	Fault    Event
}

// Service is the one that has the fault.
func (s Sick) Service() *Service {
	size := max(s.Size, 3)
	uses := []catalog.Operation{catalog.Get, catalog.Put, catalog.CompareAndSwap, catalog.BatchPut, catalog.Scan}
	if size > 3 {
		uses = uses[:1]
	}
	return &Service{
		Job: "orders", World: s.World, Instances: size, Stores: []string{s.Engine}, Uses: uses, Peak: 200 * float64(size), Curve: Shop, Bare: size > 3,
		Events: append(Usual(), s.Fault),
	}
}

// Capacity is what an instance can do, in operations a second, as mixin's -capacity.
const Capacity = 1000

const (
	critical = "critical"
	warning  = "warning"
)

// SickDays are the days that page.
func SickDays() []Sick {
	at := func(hour float64, minutes int, slots func(int) bool, strike func(*Moment)) Event {
		return Event{"the fault", Minute(hour), minutes, 0, slots, strike}
	}
	all := []Sick{
		{"one in ten operations finds the store unavailable", Text, Pebble, 0, "KVErrorRatioHigh", critical, at(10, 30, nil, erring)},
		{"one of a hundred instances has errors", Converts, Pebble, 100, "KVErrorRatioHigh", critical, at(10, 30, slot(57), erring)},
		{"all of ten instances have errors", Converts, Pebble, 10, "KVErrorRatioHigh", critical, at(10, 30, nil, erring)},
		{"errors eat the budget", OTLP, Bolt, 0, "KVErrorBudgetBurn", warning, at(17.5, 300, nil, each(func(c *Condition) { c.fails(catalog.ErrTimeout, 0.004) }))},
		{"slow operations eat the budget", Converts, Bolt, 0, "KVLatencyBudgetBurn", warning, at(17.5, 300, nil, each(func(c *Condition) { c.Slow = 0.004 }))},
		{"callers go away", Converts, Pebble, 0, "KVCanceledHigh", warning, at(10, 30, slot(1), each(func(c *Condition) { c.Share[catalog.Canceled] = 0.2 }))},
		{"updates lose to others", Text, Bolt, 0, "KVConflictsHigh", warning, at(10, 30, slot(1), each(func(c *Condition) { c.Share[catalog.Conflict] = 0.3 }))},
		{"an instance has all the calls that it can take", Text, Pebble, 0, "KVCapacityHigh", warning, at(10, 40, slot(1), each(func(c *Condition) { c.Load = 1.3 * Capacity }))},
		{"nobody calls", Protobuf, Pebble, 0, "KVTrafficDropped", warning, at(17, 60, nil, each(func(c *Condition) { c.Load = 0 }))},
		{"the disk has hiccups that take seconds", Text, Pebble, 0, "KVDiskSlow", critical, at(10, 25, slot(1), diskSlow)},
		{"the disk is full within half an hour", OTLP, Pebble, 0, "KVDiskFull", critical, at(8, 60, slot(1), diskFull)},
		{"the disk fills, until somebody adds space", Protobuf, Pebble, 0, "KVDiskFilling", warning, at(17.5, 300, slot(1), filling)},
		{"a replica is behind", Converts, Pebble, 0, "KVReplicationLagHigh", critical, at(10, 25, slot(1), replica(true, 30))},
		{"a replica is gone", OTLP, Pebble, 0, "KVReplicaDisconnected", critical, at(10, 25, slot(1), replica(false, unknown))},
		{"writes are held back", Text, Pebble, 0, "KVWriteStalled", critical, at(10, 25, slot(1), stalled)},
		{"an operation hangs", Protobuf, Bolt, 0, "KVStoreHung", critical, at(10, 25, slot(1), hanging)},
		{"a read transaction stays open", Converts, Bolt, 0, "KVReadTransactionOld", warning, at(10, 30, slot(1), func(m *Moment) { m.Stores[0].Reading = 60 * float64(m.Since+1) })},
		{"most pages of the file are free", OTLP, Bolt, 0, "KVFreelistBloated", warning, at(8, 120, slot(1), each(func(c *Condition) { c.Free, c.FreelistSize = 0.7, 800_000 }))},
		{"the engine fails", Text, Bolt, 0, "KVEngineFailed", critical, at(10, 25, slot(1), engineFailed)},
		{"the memory runs out", OTLP, Pebble, 0, "KVSaturationHigh", critical, at(10, 15, slot(1), func(m *Moment) { m.Memory = min(0.98, 0.6+0.08*float64(m.Since)) })},
		{"an instance starts again and again", Text, Pebble, 0, "KVRestarting", critical, at(10, 25, slot(1), crashing)},
		{"an instance that pushes starts again and again", OTLP, Pebble, 0, "KVRestarting", critical, at(10, 25, slot(1), crashing)},
		{"an instance is started again every five minutes", Converts, Pebble, 0, "KVRestarting", critical, at(9, 100, slot(1), backingOff)},
		{"an instance that pushes is started again every five minutes", OTLP, Pebble, 0, "KVRestarting", critical, at(9, 100, slot(1), backingOff)},
		{"an instance is gone", Converts, Pebble, 0, "KVTelemetryAbsent", critical, at(10, 25, slot(1), down)},
		{"nobody reaches any instance", Protobuf, Pebble, 0, "KVTelemetryAbsent", critical, at(10, 25, nil, func(m *Moment) { m.Unseen = true })},
		{"no instance pushes any more", OTLP, Pebble, 0, "KVTelemetryAbsent", critical, at(10, 25, nil, down)},
		{"traces do not arrive", Text, Pebble, 0, "KVTelemetryLossy", warning, at(10, 30, nil, func(m *Moment) { m.Lost = 60 })},
		{"a check hangs", Protobuf, Pebble, 0, "KVCheckUnknown", critical, at(10, 25, slot(1), func(m *Moment) { m.Checks["database"], m.Unready = "unknown", true })},
		{"an instance drains and does not end", Converts, Pebble, 0, "KVNotReady", critical, at(10, 25, slot(1), func(m *Moment) { m.Unready = true })},
	}
	for _, w := range AllWorlds {
		all = append(all, Sick{"one in twenty operations is slow: " + w.Name, w, Pebble, 0, "KVLatencyHigh", critical, at(10, 30, slot(1), each(func(c *Condition) { c.Slow = 0.05 }))})
	}
	return all
}
