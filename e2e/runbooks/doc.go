// Package runbooks runs every block of every runbook, under the fault that its alert is for:
// queries are for a Prometheus that scrapes the example programs and evaluates the rules, at a
// fraction of their time; commands get the addresses, the log and the directory of the
// program, or the address of its Redis server. Each has to tell something. One that cannot,
// under a fault, is in a table with the reason.
package runbooks
