// Package scenarios holds each number of the rules that ship to what promtool's tests of
// monitoring/cmd/scenario feed them with. When each alert fires there, to the minute, is in
// testdata; a rule with another window, wait, number, label, matcher or operator has to fire at
// other minutes in one of them, or is in a list with the reason why not. The list is checked,
// too: what is noticed may not be in it.
//
//	GOWORK=off go test ./scenarios -v
//	GOWORK=off go test ./scenarios -args -update
package scenarios
