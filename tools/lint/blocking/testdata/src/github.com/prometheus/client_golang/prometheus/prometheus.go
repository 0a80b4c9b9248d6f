// Package prometheus stands for the real one.
package prometheus

type Collector interface{ Collect(chan<- int) }

type Registry struct{}

func (*Registry) Gather() error { return nil }
