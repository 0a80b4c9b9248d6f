package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// against returns what prints a report beside an older one.
func against(old *report) func(*report, io.Writer) error {
	return func(r *report, w io.Writer) error { return r.writeComparison(old, w) }
}

// writeComparison prints the ratios of both reports. A change that is more than chance
// is one where the intervals have nothing in common; without intervals, any is.
func (r *report) writeComparison(old *report, w io.Writer) error {
	before := make(map[string]row)
	for _, row := range old.Rows {
		before[row.Name] = row
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\tbefore\tnow\tchange\tgoal\tmet\t")
	for _, now := range r.Rows {
		was, known := before[now.Name]
		if !known {
			fmt.Fprintf(t, "%s\t-\t%s\t-\t%s\t%s\t\n", now.Name, now.interval(), now.goal(), now.verdict("NO"))
			continue
		}
		delete(before, now.Name)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t\n", now.Name, was.interval(), now.interval(), change(was, now), now.goal(), now.verdict("NO"))
	}
	for _, was := range old.Rows {
		if _, left := before[was.Name]; left {
			fmt.Fprintf(t, "%s\t%s\t-\t-\t%s\t-\t\n", was.Name, was.interval(), was.goal())
		}
	}
	fmt.Fprintf(t, "\nbefore: %s\nnow:    %s\n", old.circumstances(), r.circumstances())
	return t.Flush()
}

// interval returns the ratio and between what 95 % of them lie.
func (r row) interval() string {
	if r.Low == nil || r.High == nil {
		return number(r.Ratio)
	}
	return fmt.Sprintf("%s (%s – %s)", number(r.Ratio), number(*r.Low), number(*r.High))
}

// change says in which direction a row went, all of which are the better the smaller.
func change(was, now row) string {
	lowest, highest := now.bounds()
	low, high := was.bounds()
	switch {
	case lowest > high:
		return "WORSE"
	case highest < low:
		return "better"
	default:
		return "same"
	}
}

func (r row) bounds() (low, high float64) {
	if r.Low == nil || r.High == nil {
		return r.Ratio, r.Ratio
	}
	return *r.Low, *r.High
}
