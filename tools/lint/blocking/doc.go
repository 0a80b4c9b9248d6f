// Package blocking holds two checks that nothing waits for telemetry.
//
// LockHeld objects to a call of foreign code while a lock is held; CloseLimit
// to an exported Close, Shutdown or Stop, and the like, that can wait for ever.
// They run as a tool of go vet, from .ci/lint:
//
//	go vet -vettool=$(cd tools/lint && GOWORK=off go tool -n otelkvlint) ./...
//
// # What is foreign
//
// Code that this repository does not write, and that can block, call back or
// panic:
//
//   - a method of an interface that another package declares (io.Writer,
//     zapcore.Core, prometheus.Gatherer, an OpenTelemetry exporter, instrument
//     or callback, kvdb.Store), or of an exported one of the package itself,
//     which users implement;
//   - a function value that comes from outside of the package: an exported
//     field, or a parameter of an exported function (hooks, filters, checks);
//   - a logger: zap, log, log/slog;
//   - what gathers, collects, exports, flushes or shuts down in the packages of
//     OpenTelemetry and Prometheus;
//   - a file, a process or the network: os, os/exec, net, net/http, bufio;
//   - any function of another package that is handed a reader or writer, unless
//     that is one in memory.
//
// It is followed through the functions of the package, through function values
// and unexported interfaces whose values are all known there, and, by facts,
// through the functions of the other packages of this repository.
//
// What cannot block or is called everywhere is not foreign: see harmless.
//
// # What has no limit
//
// WaitGroup.Wait, Cond.Wait, errgroup's Wait, a receive from a channel, and a
// select without a default or a case for a timer or the end of a context. A
// receive from a channel that the same function sends to is a slot given back,
// and no wait. A context that is context.Background is no limit.
//
// # The way out
//
// A comment on the line of the call or wait, or alone on the line above it,
// silences the check there and for all callers. It has to give a reason, and to
// silence something:
//
//	//otelkv:lockok the file is in memory
//	//otelkv:waitok the goroutine below has seen done
package blocking
