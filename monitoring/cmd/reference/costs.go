package main

import (
	"fmt"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

const costHeading = "What a store costs"

// ordinary are the operations of a service that reads and writes single keys.
var ordinary = []catalog.Operation{catalog.Get, catalog.Put, catalog.Delete}

// costs writes how many series a store has.
func (d *document) costs() {
	d.heading(2, costHeading)
	d.paragraph(fmt.Sprintf("Series that one wrapped store shows on `/metrics`, and in brackets the samples a second at a scrape each %d s. "+
		"The numbers are computed from the catalogue and from what the adapters declare, and a test holds them to pages of real stores.",
		cost.ScrapeInterval))
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
			n := cost.Store(e, row.setting)
			cells = append(cells, fmt.Sprintf("%d (%.1f/s)", n, float64(n)/cost.ScrapeInterval))
		}
		rows = append(rows, cells)
	}
	d.table(head, rows)
	d.list(
		fmt.Sprintf("The first error of a type adds %d series for the operation that meets it: the histogram of the durations of such failures. "+
			"No store ever shows more than 1,500 ([decision 0003](../decisions/0003-series-are-bounded.md)).", cost.Failure()),
		"`registry.NewProducer(instrument.WithMetricFilter(…))` leaves out any other metric by its name.",
	)
}
