package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A report is what the page sees of a panel that it has drawn: not what it was to draw.
type report struct {
	ID    int      `json:"id"`
	Title string   `json:"title"`
	Type  string   `json:"type"`
	Unit  string   `json:"unit"`
	Marks int      `json:"marks"` // lines, cells, bars, or rows of a table that are seen
	Empty string   `json:"empty"` // what it says in their place
	X     []string `json:"x"`     // the texts of its axes
	Y     []string `json:"y"`
	Faint []string `json:"faint"` // texts that are cut, or lie on others
	Cut   []string `json:"cut"`   // texts of cells that are cut, names among them, which can be long
	// Of a table, its rows; of a stat, what it says.
	Rows [][]string `json:"rows"`
	Says string     `json:"says"`
	// Names of the series that the legend has.
	Legend []string `json:"legend"`
}

// units are what the texts of an axis end in. Zero and infinity may stand alone.
var units = map[string]string{
	"s":           `(ns|µs|ms|s|min|h|d)`,
	"percentunit": `%`,
	"ops":         `((K|Mil|Bil) )?ops/s`,
	"cps":         `((K|Mil|Bil) )?c/s`,
	"bytes":       `(B|KiB|MiB|GiB|TiB)`,
	"binBps":      `(B|KiB|MiB|GiB)/s`,
	"short":       `(K|Mil|Bil)?`,
	"none":        ``,
}

// problems are what is wrong with a panel, one a line.
func (r report) problems() (all []string) {
	say := func(format string, args ...any) {
		all = append(all, fmt.Sprintf("%d, %s: ", r.ID, r.Title)+fmt.Sprintf(format, args...))
	}
	if r.Marks == 0 {
		say("it draws nothing, and says %q", r.Empty)
	}
	for _, text := range r.Faint {
		say("the text %s", text)
	}
	if r.Marks == 0 || r.Type == "stat" || r.Type == "table" {
		return all
	}
	if len(r.X) < 2 {
		say("its axis of time has the texts %q", r.X)
	}
	if r.Type == "state-timeline" {
		return all
	}
	pattern, known := units[r.Unit]
	if !known {
		say("nothing is known of the unit %q", r.Unit)
		return all
	}
	if len(r.Y) < 2 {
		say("its axis of values has the texts %q", r.Y)
	}
	ends := regexp.MustCompile(`^-?[0-9.]+ ?` + pattern + `$`)
	for _, text := range r.Y {
		if text != "0" && text != "+Inf" && !ends.MatchString(text) {
			say("%q on the axis is not in the unit %s", text, r.Unit)
		}
	}
	for _, name := range r.Legend {
		if strings.TrimSpace(name) == "" {
			say("the legend has a series without a name")
		}
	}
	return all
}
