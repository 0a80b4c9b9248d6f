// Package panels holds each query of the dashboard that ships to what the example
// programs, and one that loses telemetry, really do, under load and under each fault, in the three ways in which
// Prometheus takes histograms: it has series where it should, with the labels that its
// legend names, in the unit that its panel says, and with the value that the load and the
// fault have made. Each query is then mutated, one name, matcher, label, number or
// aggregation at a time, and the same checks have to notice. Comparisons of what the first
// screen judges are noticed by series that are made for it.
//
//	GOWORK=off go test ./panels -v -args -only kv-slow
//
// # Tolerances
//
// What is held to the calls of a load is so within what nobody can know: which side of a
// scrape a call was on that ended while the page was made. A rate that Prometheus does not
// extrapolate to the whole of its window, since a scrape came late, is up to 15 % lower. A
// quantile is no higher than the slowest call was for its caller, and no lower than what
// the fault adds: timers are never early. Both may be wrong by the 5 % that a native
// histogram and a summary have, and classic buckets by a bucket. No limit is on how long
// something takes on this machine.
package panels
