// Package alerts runs the example programs under each fault, beside healthy ones, and
// follows what comes of it: Debian's Prometheus and Alertmanager, and the ones that the
// modules under tools pin, evaluate the rules of monitoring/cmd/generate and notify a
// webhook. The right alert has to arrive there, no other one, and to be resolved after
// the fault. A run that has found nothing wrong can write what it has seen as a table,
// docs/alerts-proof.md. It wants the machine for itself, so the tests have a tag:
//
//	go test -tags arrival ./e2e/alerts -run TestArrival -v -args -update
package alerts
