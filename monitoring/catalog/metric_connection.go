package catalog

const withPool = "for stores with a pool of connections, as far as it is known"

// Metrics of a store's pool of connections to its server.
var (
	PoolConnections = Metric{
		Name: "db.client.connection.count", Unit: "{connection}", Kind: UpDownCounter,
		Help:       "The number of connections that are currently in state described by the `state` attribute",
		Attributes: perStore(PoolName, PoolState), When: withPool,
		Stability: Development, Source: fromInstrument,
	}
	PoolMax = Metric{
		Name: "db.client.connection.max", Unit: "{connection}", Kind: UpDownCounter,
		Help:       "The maximum number of open connections allowed",
		Attributes: perStore(PoolName), When: "for stores with a pool of connections that has a limit",
		Stability: Development, Source: fromInstrument,
	}
	PoolIdleMin = Metric{
		Name: "db.client.connection.idle.min", Unit: "{connection}", Kind: UpDownCounter,
		Help:       "The minimum number of idle open connections allowed",
		Attributes: perStore(PoolName), When: "for stores with a pool of connections that keeps some in reserve",
		Stability: Development, Source: fromInstrument,
	}
	PoolIdleMax = Metric{
		Name: "db.client.connection.idle.max", Unit: "{connection}", Kind: UpDownCounter,
		Help:       "The maximum number of idle open connections allowed",
		Attributes: perStore(PoolName), When: "for stores with a pool of connections that has such a limit",
		Stability: Development, Source: fromInstrument,
	}
	PoolPendingRequests = Metric{
		Name: "db.client.connection.pending_requests", Unit: "{request}", Kind: UpDownCounter,
		Help:       "The number of current pending requests for an open connection",
		Attributes: perStore(PoolName), When: withPool,
		Stability: Development, Source: fromInstrument,
	}
	PoolTimeouts = Metric{
		Name: "db.client.connection.timeouts", Unit: "{timeout}", Kind: Counter,
		Help:       "The number of connection timeouts that have occurred trying to obtain a connection from the pool",
		Attributes: perStore(PoolName), When: withPool,
		Stability: Development, Source: fromInstrument,
	}
	PoolWaitTime = Metric{
		Name: "db.client.connection.wait_time", Unit: "s", Kind: Histogram,
		Help:       "The time it took to obtain an open connection from the pool",
		Attributes: perStore(PoolName), Bounds: []float64{},
		When:      withPool + "; not with a MeterProvider",
		Note:      "It has one bucket, since a pool only tells how often and how long its users waited: the mean is the sum divided by the count; a request that got a connection at once is not in it",
		Stability: Development, Source: fromInstrument,
	}
)

// DialErrors is what the conventions have no metric for.
var DialErrors = Metric{
	Name: "kvdb.dial.errors", Unit: "{error}", Kind: Counter,
	Help:       "Attempts to open a connection of a pool that failed",
	Attributes: perStore(PoolName, ErrorType), Values: map[string][]string{ErrorType: {string(ErrTimeout), string(ErrUnavailable), string(ErrOther)}},
	When: "for stores with a pool of connections that counts them",
	Note: "A client may try several times before the operation that needs the connection fails, and for connections in reserve nothing fails. " +
		"An attempt whose caller went away is not in it",
	Stability: Development, Source: fromInstrument,
}

// Connections counts at the server, as a pool does at its client.
var Connections = Metric{
	Name: "kvdb.connections", Unit: "{connection}", Kind: UpDownCounter,
	Help: "Open connections of the server", When: "for a server that counts them with instrument.CountConnections",
	Stability: Development, Source: fromInstrument,
}
