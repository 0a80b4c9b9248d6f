// Package victorialogs pins VictoriaLogs, the log store that the tests of e2e
// run, through the tool line of its go.mod.
//
// The module is outside the workspace; build it with GOWORK=off.
package victorialogs
