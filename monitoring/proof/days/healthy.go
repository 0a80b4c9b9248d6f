package days

import "github.com/otelkv/otelkv/monitoring/catalog"

// Healthy are the services of a healthy day in a world: one with all its events, and one
// that hardly anybody calls, and of whose few calls some fail.
func Healthy(w World) []*Service {
	return []*Service{
		{Job: "orders", World: w, Instances: 3, Stores: []string{Pebble, Bolt}, Peak: 600, Curve: Shop, Events: Usual()},
		{
			Job: "archive", World: w, Instances: 1, Stores: []string{Bolt}, Peak: 0.005, Curve: Quiet, Errors: 0.03,
			Uses: []catalog.Operation{catalog.Get, catalog.Put},
		},
	}
}

// Usual are the events of a healthy day.
func Usual() []Event {
	return []Event{
		{"a new configuration, and all instances restart one after the other", Minute(14), 1, 3, nil, down},
		{"cold caches", Minute(14) + 1, 1, 3, nil, cold},
		{"once more, since it was wrong", Minute(14.2), 1, 3, nil, down},
		{"a client that sends empty keys", Minute(15), 20, 0, nil, each(func(c *Condition) { c.fails(catalog.ErrInvalidArgument, 0.1) })},
		{"the receiver of traces restarts", Minute(15.6), 3, 0, nil, func(m *Moment) { m.Lost = 40 }},
		{"instances drain before a deployment", Minute(16.5) - 1, 2, 4, nil, draining},
		{"a deployment", Minute(16.5) + 1, 1, 4, nil, moved},
		{"cold caches of new instances", Minute(16.5) + 3, 1, 4, nil, cold},
		{"instances drain before a second one", Minute(16.8) - 1, 2, 4, nil, draining},
		{"a deployment that mends it", Minute(16.8) + 1, 1, 4, nil, moved},
		{"callers that lose patience", Minute(17.6), 4, 0, nil, each(func(c *Condition) { c.Share[catalog.Canceled] = 0.12 })},
		{"a restart between two scrapes", Minute(18), 1, 0, slot(1), func(m *Moment) { m.Restarts = true }},
		{"scrapes time out", Minute(18.3), 3, 0, slot(0), func(m *Moment) { m.Unseen = true }},
		{"a database fails over", Minute(19.7), 1, 0, nil, each(func(c *Condition) { c.fails(catalog.ErrUnavailable, 0.008) })},
		{"an operation that takes its time", Minute(20.2), 1, 0, slot(2), first(func(c *Condition) { c.Oldest = 34 })},
		{"a replica catches up", Minute(20.6), 1, 0, nil, first(func(c *Condition) { c.Lag = 8 })},
		{"a replica is gone for a minute", Minute(21), 1, 0, slot(1), first(func(c *Condition) { c.Connected, c.Lag = false, unknown })},
		{"the nightly batch", Minute(2), 70, 0, nil, batch},
		{"many write the same keys", Minute(2.1), 5, 0, nil, each(func(c *Condition) { c.Share[catalog.Conflict] = 0.2 })},
		{"a flush waits", Minute(2.5), 1, 0, slot(0), first(func(c *Condition) { c.Stalled = 0.02 })},
		{"a backup reads for four minutes", Minute(4), 4, 0, nil, func(m *Moment) {
			for i := range m.Stores {
				m.Stores[i].Reading = 60 * float64(m.Since+1)
			}
		}},
		{"a check is late", Minute(6), 2, 0, slot(2), func(m *Moment) { m.Checks["database"], m.Unready = "unknown", true }},
	}
}

// each changes all stores, and first the first one.
func each(f func(*Condition)) func(*Moment) {
	return func(m *Moment) {
		for i := range m.Stores {
			f(&m.Stores[i])
		}
	}
}

func first(f func(*Condition)) func(*Moment) { return func(m *Moment) { f(&m.Stores[0]) } }

func down(m *Moment) { m.Down = true }

func moved(m *Moment) { m.Down, m.Moved = true, true }

// cold are the first minutes of a process.
func cold(m *Moment) {
	each(func(c *Condition) {
		c.Slow, c.Pace = 0.012, 8
		c.fails(catalog.ErrTimeout, 0.012)
	})(m)
}

// draining is the last minutes of a process: its probe says no, and some come too late.
func draining(m *Moment) {
	m.Unready = true
	each(func(c *Condition) { c.fails(catalog.ErrClosed, 0.3) })(m)
}

// batch writes much: the disk fills, until compactions have done their work.
func batch(m *Moment) {
	done := float64(m.Since) / 70
	m.CPU, m.Memory = 0.55, m.Memory+0.1
	if m.Since < 6 {
		m.CPU = 0.9
	}
	each(func(c *Condition) {
		c.Batch, c.Pace, c.Slow = 150, 12, 3e-4
		c.Lag, c.Stalled, c.Oldest = 3*done, 0.002, 2
		c.Disk += 0.04 * done
		c.Free = 0.4
	})(m)
}
