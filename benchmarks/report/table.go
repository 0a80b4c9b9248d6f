package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// writeTable prints the report for people. The program's own definitions say
// what each row is.
func (r *report) writeTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\tratio\tgoal\tmet\t95 % of ratios\tcost\treference\twhat")
	for _, row := range r.Rows {
		interval := "-"
		if row.Low != nil && row.High != nil {
			interval = number(*row.Low) + " – " + number(*row.High)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row.Name, number(row.Ratio), row.goal(), row.verdict("NO"), interval,
			quantity(row.Cost, row.Unit), quantity(row.Reference, row.Unit), row.remark())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(t, "\n%s\n", r.circumstances())
	for _, o := range r.LeftOut {
		fmt.Fprintf(t, "%s is left out: %s.\n", o.Name, o.Why)
	}
	return t.Flush()
}

// circumstances says what the numbers depend on.
func (r *report) circumstances() string {
	return fmt.Sprintf("%d cores, %s, %d rounds; one clock read takes %.1f ns. Cost is the decorated call less the bare one.",
		r.Cores, r.Go, r.Rounds, r.ClockNS)
}

func (r row) goal() string {
	if r.Goal == nil {
		return "-"
	}
	return "≤ " + number(*r.Goal)
}

// verdict says whether the goal is met; no is the word for one that is not.
func (r row) verdict(no string) string {
	switch {
	case r.Met == nil:
		return "-"
	case *r.Met:
		return "yes"
	default:
		return no
	}
}

// remark says what the row is, on how many cores it ran, and what else there
// is to know.
func (r row) remark() string {
	var parts []string
	for _, d := range definitions {
		if d.name == r.Name {
			parts = append(parts, d.what)
		}
	}
	if r.Goroutines > 0 {
		parts = append(parts, fmt.Sprintf("%d cores", r.Goroutines))
	}
	if r.Note != "" {
		parts = append(parts, r.Note)
	}
	return strings.Join(parts, "; ")
}

func number(v float64) string {
	s := fmt.Sprintf("%.3f", v)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func quantity(v float64, unit string) string {
	switch {
	case unit == "ns" && v >= 1e6:
		return fmt.Sprintf("%.2f ms", v/1e6)
	case unit == "ns":
		return fmt.Sprintf("%.1f ns", v)
	case unit == "B":
		return fmt.Sprintf("%.1f kB", v/1000)
	case unit == "allocations":
		return number(v)
	default:
		return number(v) + " " + unit
	}
}
