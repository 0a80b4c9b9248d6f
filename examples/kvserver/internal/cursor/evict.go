package cursor

import "container/list"

// take takes memory, and that of other scans if there is too little.
func (t *Table) take(n int, but *list.Element) bool {
	for t.bytes+n > t.limits.Bytes || !t.budget.Take(n) { //otelkv:lockok it counts
		if !t.evict(but) {
			return false
		}
	}
	t.bytes += n
	return true
}

// evict drops a scan, but not this one, and reports whether there was one.
func (t *Table) evict(but *list.Element) bool {
	last := t.recent.Back()
	if last == but && last != nil {
		last = last.Prev()
	}
	if last == nil {
		return false
	}
	if !last.Value.(*scan).ended {
		last = t.oldestOf(t.greediest(but), but)
	}
	sc := last.Value.(*scan)
	for len(sc.positions) > 0 {
		t.forget(sc)
	}
	t.give(scanSize)
	t.release(sc.client)
	t.recent.Remove(last)
	return true
}

// greediest returns the client that has most places, but for one of them.
func (t *Table) greediest(but *list.Element) (client int64) {
	most := 0
	for c, n := range t.held {
		if but != nil && but.Value.(*scan).client == c {
			n--
		}
		if n > most {
			client, most = c, n
		}
	}
	return client
}

func (t *Table) oldestOf(client int64, but *list.Element) *list.Element {
	e := t.recent.Back()
	for e == but || e.Value.(*scan).client != client {
		e = e.Prev()
	}
	return e
}

// forget drops the first position of a scan.
func (t *Table) forget(sc *scan) {
	first := sc.positions[0]
	delete(t.scans, first.cursor)
	sc.positions = append(sc.positions[:0], sc.positions[1:]...)
	t.give(positionSize + len(first.after))
}

func (t *Table) give(n int) {
	t.bytes -= n
	t.budget.Give(n) //otelkv:lockok it counts
}

func (t *Table) release(client int64) {
	if t.held[client]--; t.held[client] == 0 {
		delete(t.held, client)
	}
}
