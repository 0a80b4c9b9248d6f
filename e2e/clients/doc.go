// Package clients drives kvserver with the Redis clients that people have, each with
// its defaults and with a name, and Redis itself with the same, which shows that the
// tests ask for what Redis does.
//
// The clients of Go are in this module. Those of Node.js are in tools/nodeclients, and
// are there once "npm ci" has run in that folder, which has a Node of its own; redis-cli
// and redis-benchmark are programs of redis-tools. A test whose client is not installed
// says so and skips. With OTELKV_E2E set to "required" it fails.
package clients
