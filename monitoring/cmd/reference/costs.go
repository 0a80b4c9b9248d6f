package main

import (
	"fmt"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

const costHeading = "What an instance costs"

// ordinary are the operations of a service that reads and writes single keys.
var ordinary = []catalog.Operation{catalog.Get, catalog.Put, catalog.Delete}

// costs writes how many series a store has.
func (d *document) costs() {
	d.heading(2, costHeading)
	d.paragraph(fmt.Sprintf("An instance is a process with its stores. Below are the series that it shows on `/metrics`, and in brackets the samples a second "+
		"at a scrape each %d s. The numbers are computed from the catalogue and from what the adapters declare, "+
		"and a test holds them to the pages of real stores and programs.", cost.ScrapeInterval))
	d.paragraph("A wrapped store, which has series for each operation that it can do:")
	head := []string{""}
	for _, e := range engine.All() {
		head = append(head, fmt.Sprintf("%s, %d operations", e.Name, len(e.Operations())))
	}
	all := catalog.Operations()
	var rows [][]string
	for _, row := range []struct {
		name    string
		setting cost.Setting
	}{
		{"nobody has used it yet", cost.Setting{}},
		{"get, put and delete are in use", cost.Setting{InUse: ordinary}},
		{"… `WithoutCompatMetrics`", cost.Setting{InUse: ordinary, WithoutCompat: true}},
		{"… `WithSizes`", cost.Setting{InUse: ordinary, Sizes: true}},
		{"all operations are in use", cost.Setting{InUse: all}},
		{"… `WithoutCompatMetrics`", cost.Setting{InUse: all, WithoutCompat: true}},
		{"… `WithSizes`", cost.Setting{InUse: all, Sizes: true}},
	} {
		cells := []string{row.name}
		for _, e := range engine.All() {
			cells = append(cells, samples(cost.Store(e, row.setting)))
		}
		rows = append(rows, cells)
	}
	d.table(head, rows)
	d.list(
		fmt.Sprintf("The first error of a type adds %d series for the operation that meets it: the histogram of the durations of such failures. "+
			"No store ever shows more than 1,500 ([decision 0003](../decisions/0003-series-are-bounded.md)).", cost.Failure()),
		"Each replica that a store lists adds 2.",
		"`registry.NewProducer(instrument.WithMetricFilter(…))` leaves out any other metric by its name.",
	)
	d.program()
}

// program writes what comes once a process, and what it is all together.
func (d *document) program() {
	const checks = 3
	d.paragraph("The process, once:")
	d.table([]string{"", "series"}, [][]string{
		{"otelsetup, without options", samples(cost.Otelsetup())},
		{"… `WithoutRuntimeMetrics`", "−" + samples(cost.Runtime())},
		{"… `WithoutProcessMetrics`", "−" + samples(cost.Process())},
		{"… `WithOTLPEndpoint`", "+" + samples(cost.OTLP())},
		{"health, without checks", samples(cost.Health(0))},
		{"… each check", "+" + samples(cost.Check())},
		{"… each heartbeat", "+" + samples(cost.Heartbeat())},
		{"pprofx", samples(cost.Pprofx())},
	})
	d.paragraph(fmt.Sprintf("All together, with %d checks, no OTLP, and a store of which get, put and delete are in use:", checks))
	var rows [][]string
	for _, e := range engine.All() {
		store := cost.Store(e, cost.Setting{InUse: ordinary})
		lean := cost.Store(e, cost.Setting{InUse: ordinary, WithoutCompat: true})
		rest := cost.Otelsetup() + cost.Health(checks) + cost.Pprofx()
		rows = append(rows, []string{e.Name, samples(store + rest), samples(lean + rest - cost.Runtime() - cost.Process())})
	}
	d.table([]string{"", "default", "without all that options remove"}, rows)
	d.paragraph("Prometheus itself adds five series for each target that it scrapes, such as `up`.")
}

// samples writes a number of series, and what a scrape makes of it.
func samples(series int) string {
	return fmt.Sprintf("%d (%.1f/s)", series, float64(series)/cost.ScrapeInterval)
}
