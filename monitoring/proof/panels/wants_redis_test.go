package panels_test

import "github.com/otelkv/otelkv/monitoring/proof/recording"

// connections are how many a kvserver may have to Redis, by the descriptors that it may have:
// a quarter of them within 40 and 120, without those for a few of its own, and ten for batches.
func connections(m *moment) (low, high float64) {
	n := min(120, max(40, float64(int(m.machine.Most)/4))) - 20 + 10
	return n, n
}

// upTo is at least one.
func upTo(b bounds) bounds {
	return func(m *moment) (float64, float64) {
		_, high := b(m)
		return 1, high
	}
}

func init() {
	// Pools of connections.
	add("702A",
		want{job: "kv-redis", sum: true, bounds: upTo(connections)},
		want{job: "pool", of: "db_client_connection_state=used", bounds: upTo(connections)},
		want{job: "pool", sum: true, bounds: upTo(connections)})
	add("703A", want{job: "pool", bounds: connections}, want{job: "kv-redis", bounds: connections})
	add("704A", want{job: "pool", bounds: between(1, crowd+20)}, want{job: "kv-redis", bounds: is(0)})
	add("705A", want{job: "pool", rates: ever, bounds: between(1/ever.Seconds(), crowd)}, want{job: "kv-redis", bounds: is(0)})
	add("706A", want{job: "pool", rates: ever, bounds: between(1e-3, 10)})
	add("707A", want{job: "redis-gone", rates: ever, of: "error_type=unavailable", bounds: between(1/ever.Seconds(), 1000)}, want{job: "kv-redis", bounds: is(0)})

	// What Redis says of itself.
	add("1601A", want{job: "kv-redis", bounds: func(m *moment) (float64, float64) {
		v := m.said.number("used_memory") / m.said.number("maxmemory")
		return v / 1.3, v * 1.3
	}})
	add("1602A", want{job: "kv-redis", bounds: told("used_memory", 0.3)})
	add("1602B", want{job: "kv-redis", bounds: told("used_memory_rss", 0.5)})
	add("1603A", want{job: "kv-redis", bounds: grown("db0.keys", rate/2)})
	add("1603B", want{job: "kv-redis", bounds: grown("rdb_changes_since_last_save", rate)})
	add("1604A", want{job: "kv-redis", rates: ever, bounds: happened("expired_keys", shortly)})
	add("1604B", want{job: "kv-redis", rates: ever, bounds: happened("evicted_keys", 1)})
	add("1605A", want{job: "kv-redis", rates: ever, bounds: func(m *moment) (float64, float64) {
		gets := m.total(operation("get"))
		return 0.6 * gets / (0.6*gets + absent), 1.1 * gets / (1.1*gets + absent)
	}})
	add("1606A", want{job: "kv-redis", rates: ever, bounds: func(m *moment) (float64, float64) {
		return m.total(all) / 2 / ever.Seconds(), 1.3 * m.said.number("total_commands_processed") / ever.Seconds()
	}})
	add("1606B", want{job: "kv-redis", rates: ever, bounds: happened("total_error_replies", unknown)})
	add("1607A", want{job: "kv-redis", bounds: told("connected_clients", 0.5)})
	add("1607B", want{job: "kv-redis", bounds: is(strangers)})
	add("1608A", want{job: "kv-redis", rates: ever, bounds: happened("rejected_connections", refused)})
	add("1609A", want{job: "kv-redis", bounds: is(1)})
}

// total is how many calls of a kind there were.
func (m *moment) total(which func(recording.Call) bool) (n float64) {
	for _, c := range m.calls {
		n += one(which)(c)
	}
	return n
}
