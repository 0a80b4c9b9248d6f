// Package pint pins pint, a linter for rules of Prometheus, through the tool line of
// its go.mod. The step "rules" of .ci/run has it look at those of monitoring, with the
// settings in .pint.hcl.
//
// The module is outside the workspace; build it with GOWORK=off.
package pint
