package dashboard

import "github.com/otelkv/otelkv/monitoring/catalog"

// A Color is one that is seen on a light ground and on a dark one.
type Color string

// Colors.
const (
	Green  Color = "green"
	Orange Color = "orange"
	Red    Color = "red"
	Blue   Color = "blue"
	Purple Color = "purple"
	Gray   Color = "#808080"
)

// operationColors are those that the operations of stores have in all charts. None is red or
// orange, which are what is ill.
var operationColors = []struct {
	operation catalog.Operation
	color     Color
}{
	{catalog.Get, "#5794f2"},
	{catalog.Put, "#73bf69"},
	{catalog.Delete, "#b877d9"},
	{catalog.Scan, "#37a2b0"},
	{catalog.View, "#d683ce"},
	{catalog.Update, "#e0b400"},
	{catalog.CompareAndSwap, "#8ab8ff"},
	{catalog.Ping, "#9fa7b3"},
	{catalog.BatchPut, "#37872d"},
	{catalog.BatchDelete, "#7c4fa8"},
	{catalog.BatchGet, "#1f60c4"},
	{catalog.Batch, "#a08a4b"},
	{catalog.Other, "#6e7681"},
}
