// Package lint pins the linter of this repository, through the tool line of
// its go.mod, and proves that the walls of .golangci.yml stand: its tests put
// forbidden code into a scratch tree and expect the linter to object.
//
// The module is outside the workspace; run it with GOWORK=off.
package lint
