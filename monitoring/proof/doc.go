// Package proof carries Prometheus as a library, and holds what ships in monitoring to
// what the programs really emit. Its packages scrape and evaluate as a server does:
// the scrape loop, the database, the engine of queries and the groups of rules are
// Prometheus' own.
//
// The module is outside the workspace, since Prometheus takes minutes to compile; build
// and test it with GOWORK=off.
package proof
