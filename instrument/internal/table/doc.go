// Package table is the table of a store's metrics. Each row of [Rows] joins an
// entry of the catalogue to the function that finds its points in a
// record.Collection. [EngineRows] has the rows of the statistics that engines
// declare.
//
// Both ways out, the producer and the instruments of a MeterProvider, walk these
// rows.
package table
