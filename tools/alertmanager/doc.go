// Package alertmanager pins an Alertmanager that is newer than Debian's, to which the
// tests of e2e/alerts send what the rules find, through the tool line of its go.mod.
//
// The module is outside the workspace; build it with GOWORK=off. Releases after
// v0.31.1 do not build as a module: their user interface is made apart.
package alertmanager
