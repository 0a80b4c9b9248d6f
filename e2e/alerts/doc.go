// Package alerts runs the example programs under each fault, beside healthy ones, and
// follows what comes of it: Debian's Prometheus and Alertmanager, and the ones that the
// modules under tools pin, evaluate the rules of monitoring/cmd/generate and notify a
// webhook. The right alert has to arrive there, no other one, and to be resolved after
// the fault. What a run has seen is the table of docs/alerts-proof.md:
//
//	go test ./e2e/alerts -run TestArrival -v -args -update
package alerts
