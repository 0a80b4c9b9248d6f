// Package vulnerabilities pins govulncheck, with which .ci/vulnerabilities looks for
// known vulnerabilities, through the tool line of its go.mod.
//
// The module is outside the workspace; build it with GOWORK=off.
package vulnerabilities
