// Package alerts holds each expression of the rules that ship to what the example
// programs really show, under each fault and beside healthy ones, in the three ways in
// which Prometheus takes histograms: each has data where it should, its labels and texts
// are whole, it is true under its fault, and false elsewhere. Each is then mutated, one
// matcher, name, threshold or operator at a time, and the same checks have to notice.
//
//	GOWORK=off go test ./alerts -v -args -only errors,slow
package alerts
