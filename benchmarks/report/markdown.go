package main

import (
	"fmt"
	"io"
	"strings"
)

// writeMarkdown prints the report as a table for a page.
func (r *report) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| row | what | ratio (95 %) | goal | met |\n|---|---|---|---|---|\n")
	for _, row := range r.Rows {
		ratio := number(row.Ratio)
		if row.Low != nil && row.High != nil {
			ratio += fmt.Sprintf(" (%s – %s)", number(*row.Low), number(*row.High))
		}
		what := row.remark()
		if row.Unit != "allocations" {
			if what != "" {
				what += "; "
			}
			what += quantity(row.Cost, row.Unit) + " ÷ " + quantity(row.Reference, row.Unit)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", row.Name, what, ratio, row.goal(), row.verdict("**no**"))
	}
	fmt.Fprintf(&b, "\n%s\n", r.circumstances())
	for _, o := range r.LeftOut {
		fmt.Fprintf(&b, "\n`%s` is left out: %s.\n", o.Name, o.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
