package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// A tell is what the first screen has to say, without a look at anything else.
type tell func(f *findings, seen []report)

// findings say what is wrong with what is seen.
type findings []string

func (f *findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }
func (f *findings) problems(r report)              { *f = append(*f, r.problems()...) }

// tells are those of each program: which store is ill, and by which of its operations.
var tells = map[string][]tell{
	"healthy":   {fine, without("Failing")},
	"server":    {fine, without("Failing"), column("Store", "kvserver")},
	"bolt":      {column("Ready", "yes", "no"), without("Failing")}, // the row of the engine shows the old transaction
	"badger":    {with("Ops/s")},                                    // a stall makes writes slow, or fail, or both
	"stall":     {with("Ops/s")},
	"errors":    {sick, with("Failing")},
	"redis":     {sick, with("Failing")},
	"slow":      {sick, with("Slowest")},
	"telemetry": {sick, with("Slowest")},
	"replica":   {sick, column("Lag", "lost")},
	"lag":       {sick, column("Lag", "30 s")},
	"disk":      {sick, column("Disk", "95.0%"), column("Ready", "no")},
	"fulldisk":  {sick, column("Disk", "100.0%"), with("Failing")},
	"engine":    {sick, with("Failing")},
	"hang":      {sick, with("Oldest"), with("Slowest"), column("p99", "hangs")},
	"canceled":  {fine, without("Failing")},
	"conflicts": {fine, without("Failing")},
	"idle":      {without("Failing")},
	"unknown":   {without("Failing")},

	"slowdisk":   {with("Ops/s")},
	"saturation": {saturated(0.25), with("Ops/s")}, // it gives way to the browser, and others use a tenth
	"memory":     {saturated(objective.SaturationCritical), with("Ops/s")},
	"restart":    {with("Ops/s"), without("Failing")}, // the table of alerts names it
}

const saturation, stores = 6, 21

// first returns the first row of the table of stores, by its columns: what is ill is on top.
func first(f *findings, seen []report) map[string]string {
	at := slices.IndexFunc(seen, func(r report) bool { return r.ID == stores })
	if at < 0 || len(seen[at].Rows) < 2 {
		f.add("there is no table of stores")
		return nil
	}
	row := make(map[string]string)
	for i, name := range seen[at].Rows[0] {
		row[name] = seen[at].Rows[1][i]
	}
	return row
}

// sick wants the ill instance on top.
func sick(f *findings, seen []report) {
	if row := first(f, seen); row["State"] != "ill" || row["Instance"] != ill {
		f.add("the first store is %v, want %s ill", row, ill)
	}
}

// fine wants no store to be ill, but where the machine is so busy that all is slow.
func fine(f *findings, seen []report) {
	row := first(f, seen)
	if row["State"] == "well" {
		return
	}
	p99, err := time.ParseDuration(strings.ReplaceAll(row["p99"], " ", ""))
	if err != nil || p99 <= objective.LatencyP99 {
		f.add("the first store is %v, want it well", row)
	}
}

// column wants one of some texts, with any but an empty one, and without an empty one.
func column(name string, texts ...string) tell {
	return func(f *findings, seen []report) {
		if row := first(f, seen); !slices.Contains(texts, row[name]) {
			f.add("%s is %q in %v, want %q", name, row[name], row, texts)
		}
	}
}

func with(name string) tell {
	return func(f *findings, seen []report) {
		if row := first(f, seen); row[name] == "" {
			f.add("%s is empty in %v", name, row)
		}
	}
}

// saturated wants the tile of what is used most to say at least so much.
func saturated(least float64) tell {
	return func(f *findings, seen []report) {
		at := slices.IndexFunc(seen, func(r report) bool { return r.ID == saturation })
		if at < 0 {
			f.add("there is no tile of saturation")
			return
		}
		text, _ := strings.CutSuffix(strings.TrimSpace(seen[at].Says), "%")
		if share, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil || share < 100*least {
			f.add("%s says %q, want at least %v %%", seen[at].Title, seen[at].Says, 100*least)
		}
	}
}

func without(name string) tell { return column(name, "") }
