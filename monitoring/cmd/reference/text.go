package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// name matches what can be the name of a metric, an attribute, an option or a
// variable: words that are joined by dots or underscores.
var name = regexp.MustCompile(`[a-z][a-z0-9]+([._][A-Za-z0-9]+)+|[A-Z]+(_[A-Z]+)+`)

// marked marks names in prose as code.
func marked(text string) string {
	return name.ReplaceAllStringFunc(text, func(word string) string { return "`" + word + "`" })
}

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// bounds writes the upper edges of a histogram as people say them.
func bounds(m catalog.Metric) string {
	words := make([]string, len(m.Bounds))
	for i, b := range m.Bounds {
		if m.Unit == "By" {
			words[i] = bytes(b)
		} else {
			words[i] = seconds(b)
		}
	}
	return strings.Join(words, ", ")
}

func seconds(s float64) string {
	for _, unit := range []struct {
		name string
		in   float64
	}{{"µs", 1e-6}, {"ms", 1e-3}} {
		if s < unit.in*999 {
			return number(s/unit.in) + nbsp + unit.name
		}
	}
	return number(s) + nbsp + "s"
}

func bytes(b float64) string {
	unit := []string{"B", "KiB", "MiB", "GiB"}
	for len(unit) > 1 && math.Round(b) >= 1024 {
		b, unit = b/1024, unit[1:]
	}
	return number(b) + nbsp + unit[0]
}

func numbers(all []float64) string {
	words := make([]string, len(all))
	for i, f := range all {
		words[i] = number(f)
	}
	return strings.Join(words, ", ")
}

func number(f float64) string {
	return strconv.FormatFloat(f, 'g', 4, 64)
}

// link leads to a heading, on another page if there is one.
func link(heading, page string) string {
	return fmt.Sprintf("[%s](%s#%s)", heading, page, anchor(heading))
}

// anchor is the name of a heading as GitHub makes it.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		default:
			return -1
		}
	}, strings.ToLower(heading))
}

// enumerate writes "a, b and c".
func enumerate(words []string, and string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + and + " " + words[last]
}

// sentence begins text with a capital, unless that is code, and ends it with a
// full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// families shortens names to what all of them begin with, if there are more than
// a reader takes in.
func families(names []string) []string {
	if len(names) <= 7 {
		return names
	}
	family := names[0]
	for _, n := range names {
		for !strings.HasPrefix(n, family) {
			family = family[:strings.LastIndex(strings.TrimSuffix(family, "_"), "_")+1]
		}
	}
	if family == "" {
		return names
	}
	return []string{family + "…"}
}
