package catalog

const withPool = "for stores with a pool of connections, as far as it is known"

// poolTimeBounds are kvdb.PoolTimeBounds in seconds.
var poolTimeBounds = []float64{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}

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
	PoolCreateTime = Metric{
		Name: "db.client.connection.create_time", Unit: "s", Kind: Histogram,
		Help:       "The time it took to create a new connection",
		Attributes: perStore(PoolName), Bounds: poolTimeBounds,
		When:      "for stores with a pool of connections that measures it, such as a hook on a Redis client that asks for it; not with a MeterProvider",
		Note:      "With all that the client does before the connection can be used, such as to log in; a connection that failed is not in it",
		Stability: Development, Source: fromInstrument,
	}
	PoolWaitTime = Metric{
		Name: "db.client.connection.wait_time", Unit: "s", Kind: Histogram,
		Help:       "The time it took to obtain an open connection from the pool",
		Attributes: perStore(PoolName), Bounds: poolTimeBounds,
		When: withPool + "; not with a MeterProvider",
		Note: "It has one bucket where a pool only tells how often and how long its users waited: the mean is the sum divided by the count, and a request that got a connection at once is not in it. " +
			"Of a pool that measures each request, all that got a connection are in it, and it has these buckets",
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
