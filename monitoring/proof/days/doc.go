// Package days simulates a day of services that keep stores: the series that the shipped
// rules read, a sample a minute, over which the rules are evaluated as a server does, and
// what they find goes through Alertmanager's own packages to the receivers that the
// shipped alertmanager.yaml names.
//
// A healthy day has a load that comes and goes, deployments, restarts, scrapes that fail, a
// nightly batch and a night without load; it must fire nothing but the watchdog. A sick
// day is a healthy one with one fault, and must page once.
//
// The labels of the simulated series are those of testdata, which a test compares with what
// the programs emit. All is computed from the names of services and instances, so that a day
// is the same in each run.
package days
