// Package alerts runs the example programs under each fault and follows what comes of it:
// Debian's Prometheus and Alertmanager, and the ones that the modules under tools pin,
// evaluate the rules of monitoring/cmd/generate and notify a webhook. The right alert has to
// arrive there, no other one, and it has to be resolved after the fault. A run can write what
// it has seen as a table, docs/alerts-proof.md, which is compared with the rules by a test of its
// own; one that has found something wrong is not to be kept.
//
// A run takes some six minutes, and so it has a flag:
//
//	go test ./e2e/alerts -run TestArrival -v -timeout 20m -args -arrival
package alerts
