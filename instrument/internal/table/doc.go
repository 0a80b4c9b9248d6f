// Package table has the metrics of stores: each is a row of [Rows], which is an entry
// of the catalogue and the way from a record.Collection to its points. The rows of
// what an engine declares come from [EngineRows].
//
// Whoever reports them, through a producer or the instruments of a MeterProvider,
// walks the rows and puts the points into the form that is asked for.
package table
