// Package exporters makes the exporters of a signal that the environment asks for,
// over OTLP and for the console, and keeps an account of each: what it delivered,
// what it lost, and the lines of the log that tell of it.
package exporters
