// Kvserver serves any store of this repository to any Redis client: the Redis
// protocol, versions 2 and 3, on top; an engine below, embedded or a Redis server; and what
// package instrument sees in between on an HTTP port of its own.
//
//	go run ./examples/kvserver [-listen 127.0.0.1:6380] [-admin 127.0.0.1:8080]
//		[-engine pebble|bolt|badger|memory|redis] [-dir DIR] [-target ADDR] [-master NAME]
//		[-heartbeat KEY] [-sync=true] [-telemetry=true]
//		[-memory 128MiB] [-maxclients 0] [-traces 10] [-native] [-fault none]
//		[-drain 5s] [-pprof ADDR]
//
// It knows GET, SET (NX XX GET KEEPTTL), DEL, EXISTS, MGET, MSET, TTL, PTTL, TYPE; SCAN,
// KEYS, DBSIZE, FLUSHDB and FLUSHALL; MULTI, EXEC, DISCARD, WATCH and UNWATCH; PING, ECHO,
// SELECT, HELLO, AUTH, RESET, QUIT, CLIENT, INFO, CONFIG GET and COMMAND. A
// capability that the engine lacks is an error, except for NX and XX, which the
// server then guards with locks, and for MGET and DEL, which then go key by key. Keys
// expire with engine badger, up to a second late and never early, and redis; not those that a
// transaction writes, since batches have no times. With the other engines SET with EX or PX
// is an error, and TTL is -1.
//
// With -engine redis the store is the server at -target: an address, a URL, nodes of a cluster
// or, with -master, sentinels. Its keys have no order, so SCAN, KEYS, DBSIZE and FLUSHDB are
// errors, as are WATCH, CLIENT TRACKING and KEEPTTL, since others may write the same keys. Keys of
// database 0 are there as clients have them. The locks of this server keep only its own clients
// away: between the operations of one command, others may write. So the count of DEL, the reply of
// SET with both GET and EX or PX, what a transaction reads, and NX and XX in a transaction hold
// among clients of this server; other SETs with NX, XX or GET hold for everybody.
//
// -heartbeat names a key by which the lags of replicas are measured.
//
// One command may be several operations of the store, and those are what the
// metrics count:
//
//	GET, EXISTS        get for each key
//	TTL, PTTL, TYPE    get
//	SET                put
//	SET NX             compare_and_swap; in an engine without it, get, then put
//	SET XX             get, then compare_and_swap; in an engine without it, get, then put
//	SET NX EX, XX EX   get, then put, as in an engine without compare_and_swap
//	SET KEEPTTL        put, where keys expire after a get
//	SET GET            get, then put unless NX or XX is against it; on a server of others, in
//	                   place of the put, compare_and_swap, and both again if that found another value
//	DEL                get for each key, then delete, or BATCH delete for several
//	MGET               BATCH get for at most 64 keys, and another one from the first whose
//	                   value would make them more than 1 MiB together; get for a single
//	                   key, and one by one where memory is short or the engine has no
//	                   such call
//	MSET               BATCH put
//	EXEC               what its commands read, then BATCH, with all that they write
//	SCAN, DBSIZE       scan
//	KEYS               scan for at most 10,000 keys
//	FLUSHDB, FLUSHALL  scan and BATCH delete for at most 1,024 keys, and scan once more,
//	                   in one database or in each of 16
//
// A batch of one key counts as that one operation. Where keys expire, WATCH is a get for each
// key, and so is the first read of a key by a client that tracks, or by any client while one
// tracks its prefix, besides the read itself.
//
// A few commands a second, at most as many as -traces says, are root spans over their
// operations, of every command that comes and those that come rarely first. So there
// are exemplars on /metrics, and trace ids in lines of the log, before there is anything
// that takes traces; OTEL_EXPORTER_OTLP_ENDPOINT names one. OTEL_TRACES_SAMPLER decides
// about each of them. All other commands have no span. With -native the durations of
// operations are native histograms as well.
//
// The limits of the protocol are those of Redis: an argument of 512 MB, a line of
// 64 kB; and 1,048,576 arguments. What clients send and ask for, what waits for EXEC, what
// scans, WATCH and tracking remember, what an engine copies of a large write, and Pebble's
// cache and tables are from the memory of -memory, as are 24 KiB for each client that
// does nothing. What does not fit is answered with an error that says what to do, and the
// client goes on. Not from it are the program itself, garbage that is not collected yet,
// pages that the kernel keeps of files, all data of engine memory, and what engine redis
// answers, until it has come: each of up to a hundred connections to it may be reading a
// large value. Half of -memory bounds the number of clients, if the limit of open files does
// not, of which the program keeps some for itself and the engine.
//
// It writes JSON log lines to standard output, and what a person reads to
// standard error. After SIGINT or SIGTERM it says on /readyz that it wants no more
// traffic, and serves what still comes for the time of -drain. Then it answers
// the commands that it has received, closes the connections between two commands,
// and exits with 0; a second signal ends it at once. Ten seconds after the time of -drain
// it has ended, whatever hangs: clients that do not read, receivers of telemetry,
// outputs that take nothing; with status 1 if it is the store. It exits with 2 for wrong
// usage and with 1 when it cannot run.
//
// With -pprof it serves profiles on an address of their own, and leaves files of
// evidence in the directory profiles beside the store: an execution trace of the
// seconds before an operation that was slow, and goroutines, heap, trace and CPU
// when a check begins to fail. Without -pprof nothing listens and nothing records.
// To be read from other machines, profiles need a token, in the variable
// OTELKV_PPROF_TOKEN.
//
// It fails on purpose with -fault, or with POST /fault?kind= on the address of
// -admin; -help lists the kinds, and which engine can have them.
//
// Read program.go first: it is the whole program in one function. server.go
// and client.go are the network, command.go is the table of commands, and
// keyspace.go is the store as commands see it.
package main

import (
	"os"

	"github.com/otelkv/otelkv/examples/internal/program"
)

func main() {
	os.Exit(run(program.UntilSignal(), os.Args[1:], os.Stderr))
}
