package catalog

// Metrics of the replicas of a store.
var (
	ReplicationLag = Metric{
		Name: "kvdb.replication.lag", Unit: "s", Kind: Gauge,
		Help:       "How far a replica is behind",
		Attributes: perStore(Replica), When: "while it is known",
		Stability: Development, Source: fromInstrument,
	}
	ReplicationConnected = Metric{
		Name: "kvdb.replication.connected", Kind: Gauge,
		Help:       "Whether a replica is connected",
		Attributes: perStore(Replica), When: "for stores with replicas, each that is listed; for five minutes after it no longer is, unless another has come in its place",
		Note:      "It is 0 while the lag is not known, too. At most 32 are shown, those that are listed first. A store that for half a minute could not say anything of its replicas has the replica unknown",
		Stability: Development, Source: fromInstrument,
	}
)
