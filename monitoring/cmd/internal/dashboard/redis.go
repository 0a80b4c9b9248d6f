package dashboard

import "github.com/otelkv/otelkv/monitoring/objective"

func (s *Scope) redis() Row {
	hits, misses := s.growth("kvdb.engine.lookup.hits"), s.growth("kvdb.engine.lookup.misses")
	return Row{ID: 1600, Title: "Redis", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 1601, Title: "Memory, as a share of what the server may take", Unit: Share, Empty: "no server has a maxmemory",
			Description: "At all of it the server drops keys, or refuses writes, as its maxmemory-policy says. Above the line give it more, or store less.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.memory.used").Over(s.stat("kvdb.engine.memory.limit")), Legend: itsStore}},
			Lines:       []Line{{"SaturationCritical", objective.SaturationCritical, Red}},
		},
		Panel{
			ID: 1602, Title: "Memory of the server", Unit: Bytes,
			Description: "What the server has taken, and what its process has of the machine. Far more of the latter is memory that is split up: MEMORY PURGE or active defragmentation gives it back.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.memory.used"), Legend: "taken " + itsStore},
				{Expr: s.stat("kvdb.engine.memory.resident"), Legend: "resident " + itsStore},
			},
		},
		Panel{
			ID: 1603, Title: "Keys", Unit: Count,
			Description: "Keys of the database, and changes that no snapshot on the disk has yet. If keys only rise, somebody writes without a time to live.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.keys"), Legend: "keys " + itsStore},
				{Expr: s.stat("kvdb.engine.changes.unsaved"), Legend: "changes " + itsStore},
			},
		},
		Panel{
			ID: 1604, Title: "Keys that went", Unit: CountsPerSec,
			Description: "Keys whose time was over, and keys that were dropped for want of memory: who reads the latter again misses them.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.keys.expired"), Legend: "expired " + itsStore},
				{Expr: s.growth("kvdb.engine.keys.evicted"), Legend: "evicted " + itsStore},
			},
		},
		Panel{
			ID: 1605, Title: "Lookups that found their key", Unit: Share,
			Description: "Of all clients of the server. If it falls, compare with the keys that went.",
			Queries:     []Query{{Expr: hits.Over(hits.Plus(misses).Above(0)), Legend: itsStore}},
		},
		Panel{
			ID: 1606, Title: "Commands and errors", Unit: CountsPerSec,
			Description: "What the server does for all of its clients. If it does far more than this store asks for, others are busy on it.",
			Queries: []Query{
				{Expr: s.growth("kvdb.engine.commands"), Legend: "commands " + itsStore},
				{Expr: s.growth("kvdb.engine.errors"), Legend: "errors " + itsStore},
			},
		},
		Panel{
			ID: 1607, Title: "Clients", Unit: Count,
			Description: "Clients that are connected, and those that wait in a blocking command. A number that only rises is a leak of connections.",
			Queries: []Query{
				{Expr: s.stat("kvdb.engine.clients"), Legend: "connected " + itsStore},
				{Expr: s.stat("kvdb.engine.clients.blocked"), Legend: "blocked " + itsStore},
			},
		},
		Panel{
			ID: 1608, Title: "Clients that were turned away", Unit: CountsPerSec,
			Description: "The server had as many clients as it takes. Raise maxclients, or make the pools of its clients smaller.",
			Queries:     []Query{{Expr: s.growth("kvdb.engine.clients.rejected"), Legend: itsStore}},
		},
		Panel{
			ID: 1609, Title: "Replicas of the primary", Unit: Count,
			Description: "How many are connected, as the primary counts them. Fewer than there should be means less to fail over to: see the row on replication.",
			Queries:     []Query{{Expr: s.stat("kvdb.engine.replicas"), Legend: itsStore}},
			Alerts:      []string{"KVReplicaDisconnected"},
		},
	)}
}
