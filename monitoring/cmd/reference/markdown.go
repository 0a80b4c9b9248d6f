package main

import (
	"fmt"
	"strings"
)

// What pages are generated from.
const (
	theCatalogue = "monitoring/catalog"
	theEngines   = "kvdb and its adapters"
)

// generated is the second line of a page, for whoever opens it to change it.
func generated(from string) string {
	return "<!-- Code generated from " + from + " by go generate ./monitoring/catalog. DO NOT EDIT. -->"
}

// A document is Markdown that is written from top to bottom, with an empty line
// between its blocks.
type document struct{ strings.Builder }

func newDocument(title, from string) *document {
	d := new(document)
	d.WriteString("# " + title + "\n\n" + generated(from) + "\n")
	return d
}

func (d *document) heading(level int, text string) {
	fmt.Fprintf(d, "\n%s %s\n", strings.Repeat("#", level), text)
}

// paragraph writes text, wrapped.
func (d *document) paragraph(text string) {
	d.WriteString("\n" + wrap(text, "", 88) + "\n")
}

// list writes a bullet for each item.
func (d *document) list(items ...string) {
	d.WriteString("\n")
	for _, item := range items {
		d.WriteString("- " + wrap(item, "  ", 86) + "\n")
	}
}

// table writes rows below a head. A cell has one line.
func (d *document) table(head []string, rows [][]string) {
	d.WriteString("\n" + table(head, rows))
}

func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, cells := range rows {
		line(cells)
	}
	return b.String()
}

// wrap breaks text into lines of about so many characters, the second and later
// ones behind an indent. It breaks no code span.
func wrap(text, indent string, width int) string {
	var b strings.Builder
	length, inCode := 0, false
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
		case !inCode && length+1+len(word) > width:
			b.WriteString("\n" + indent)
			length = 0
		default:
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
		if strings.Count(word, "`")%2 == 1 {
			inCode = !inCode
		}
	}
	return b.String()
}

// code marks words as code, each by itself, as in "`a`, `b`".
func code(words ...string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Join(codes(words), ", ")
}

func codes(words []string) []string {
	marked := make([]string, len(words))
	for i, w := range words {
		marked[i] = "`" + w + "`"
	}
	return marked
}
