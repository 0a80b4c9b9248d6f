// Package redishook instruments a go-redis client as programs call it: the metrics, spans
// and log lines that package instrument has for a store, for each command.
//
//	client := redis.NewClient(&redis.Options{Addr: "redis.example:6379"})
//	hook, err := redishook.Instrument(client, instrument.WithTelemetry(tel))
//	if err != nil {
//		return err
//	}
//	defer hook.Close()
//
// # Operations
//
// A command is named as the semantic conventions have it, GET or HSET. The names come from
// a list of at most 64, [Commands] or the Config's; another command counts as other. A pipeline of two
// commands or more is PIPELINE, a transaction MULTI, with the name of the command behind it where all
// have the same one and the list has that, as in "PIPELINE GET"; both tell how many commands they have. One
// command alone in a pipeline is the plain command.
//
// redis.Nil is a miss. In a batch it is part of the answer. A transaction whose watched
// keys have changed is a conflict. Errors have the types that those of package kvredis have.
//
// Commands that wait on purpose, such as BLPOP, have counts and durations, and stay outside of
// objectives, of slow lines and of what is in flight. So does a pipeline that has one, which counts as other; in a
// transaction nothing waits. Commands of subscriptions, and what the client says
// for itself when it opens a connection, are not recorded; PUBLISH is a command as others are.
//
// Bytes written are those of arguments that are strings or byte slices, option words and fields
// included; numbers and times are not counted. Bytes read are those of a string, of a list of strings, such as
// that of LRANGE or MGET, of HGETALL's map, and of a reply to Do that is one string. Those of other replies, such as
// pages of scans, sorted sets with scores, streams, and of scripts that return lists, are not counted, nor are
// those of commands that wait, and of a batch with an error.
//
// # Connections
//
// The client's pool has the metrics of the semantic conventions, db.client.connection.count by state,
// max, idle.min, idle.max, pending_requests, timeouts, and wait_time, in one bucket, of those requests that waited. It is
// asked every ten seconds. Connections for pipelines are in these counts, those of subscriptions are not. Of a cluster and of
// a ring, whose clients have a pool for each node, limits and pending requests are not known, and a cluster's client
// is not asked before it has met a node.
//
// kvdb.dial.errors counts attempts to connect that failed, by the type of the error: timeout, unavailable
// and _OTHER. go-redis tries five times by default, and again when it tries the command again. What fails behind the dial,
// such as a password, is an error of the command. Dials that no command waits for are counted, too.
//
// A client with a cache of its own (ClientSideCacheConfig of its options) has
// kvdb.engine.client_cache.hits, .misses, .entries and .size. A read that the cache answers is a command as others are.
//
// db.client.connection.use_time is not there: no hook sees when a connection is taken and given back. create_time, and
// a wait_time with buckets, come with [Config.ConnectionTimes], which sets the recorder of go-redis, redis.SetOTelRecorder: there
// is one for all clients of the process. create_time begins with the first attempt to dial and ends when the connection can be
// used, without the time that it was in reserve between; one that failed, one of a subscription and one
// from before the hook are not in it. wait_time then has each request that got a connection, also at once, and those
// that a cluster's or a ring's client makes for itself; requests that gave up are timeouts. A client's pools
// are known by its first command or pipeline. Neither is there with a MeterProvider.
//
// # What is kept out
//
// No argument, key or value is in any metric, span or line. What a server says can quote
// them, so lines have the texts of package kvredis in its place.
package redishook
