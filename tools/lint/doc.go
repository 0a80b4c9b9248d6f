// Package lint pins the linter of this repository, through the tool line of
// its go.mod, and proves that the walls of .golangci.yml stand: its tests put
// forbidden code into a scratch tree and expect the linter to object.
//
// Package blocking below has checks of our own: that no lock is held over a call
// of foreign code, and that nothing waits for ever to close.
//
// The module is outside the workspace; run it with GOWORK=off.
package lint
