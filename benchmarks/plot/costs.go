package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// costs are the measurements that the picture shows.
type costs struct {
	clock     float64 // ns of two reads
	cores     []int   // that run the same at once, rising
	decorator [decorators]map[int]float64
}

// The decorators, in the order of the picture.
const (
	otelkv = iota
	clientGolang
	otelPrebuilt
	clientGolangEqual
	otelNaive
	decorators
)

// rowsOf has the rows whose reference is a decorator. Their cost is that of
// otelkv.
var rowsOf = map[string]int{
	"vs_client_golang":       clientGolang,
	"vs_client_golang_equal": clientGolangEqual,
	"vs_otel_prebuilt":       otelPrebuilt,
	"vs_otel_naive":          otelNaive,
}

var errNoReport = errors.New("it has not the rows vs_clock and vs_client_golang of a report as JSON")

// add takes the costs out of a report, but for those that there are.
func (c *costs) add(text []byte) error {
	var report struct {
		Rows []struct {
			Name            string
			Cost, Reference float64
			Goroutines      int
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return err
	}
	for _, row := range report.Rows {
		if row.Name == "vs_clock" && c.clock == 0 {
			c.clock = row.Reference
		}
		if rival, ok := rowsOf[strings.TrimSuffix(row.Name, "_parallel")]; ok {
			cores := max(1, row.Goroutines)
			c.set(otelkv, cores, row.Cost)
			c.set(rival, cores, row.Reference)
		}
	}
	if c.clock <= 0 || c.decorator[clientGolang][1] <= 0 {
		return errNoReport
	}
	return nil
}

// set keeps the time that an operation takes of one core. In a report the time
// of a parallel row is that of the wall clock divided by all operations.
func (c *costs) set(decorator, cores int, ns float64) {
	if !slices.Contains(c.cores, cores) {
		c.cores = append(c.cores, cores)
		slices.Sort(c.cores)
	}
	if c.decorator[decorator] == nil {
		c.decorator[decorator] = make(map[int]float64)
	}
	if _, known := c.decorator[decorator][cores]; !known {
		c.decorator[decorator][cores] = ns * float64(cores)
	}
}
