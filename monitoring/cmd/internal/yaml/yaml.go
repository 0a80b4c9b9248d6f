// Package yaml writes the little of YAML that rules need. What it writes is the same
// each time, with keys in the order in which they were given.
package yaml

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A Map has its keys in the order in which they are written.
type Map []Pair

// A Pair is a key with its value: a string, a bool, an int, a float64, a Map, or a
// list of strings or of maps. A pair whose value is empty is left out.
type Pair struct {
	Key   string
	Value any
}

// Marshal writes a document.
func Marshal(m Map) string {
	var b strings.Builder
	writeMap(&b, m, "")
	return b.String()
}

func writeMap(b *strings.Builder, m Map, indent string) {
	for _, p := range m {
		switch v := p.Value.(type) {
		case Map:
			if len(v) > 0 {
				b.WriteString(indent + key(p.Key) + ":\n")
				writeMap(b, v, indent+"  ")
			}
		case []Map:
			if len(v) > 0 {
				b.WriteString(indent + key(p.Key) + ":\n")
			}
			for _, item := range v {
				writeItem(b, item, indent+"  ")
			}
		case []string:
			if len(v) > 0 {
				list := make([]string, len(v))
				for i, s := range v {
					list[i] = scalar(s)
				}
				b.WriteString(indent + key(p.Key) + ": [" + strings.Join(list, ", ") + "]\n")
			}
		case string:
			switch {
			case v == "":
			case strings.Contains(v, "\n"):
				b.WriteString(indent + key(p.Key) + ": |-\n" + block(v, indent+"  "))
			default:
				b.WriteString(indent + key(p.Key) + ": " + scalar(v) + "\n")
			}
		default:
			fmt.Fprintf(b, "%s%s: %v\n", indent, key(p.Key), v)
		}
	}
}

// writeItem writes a map of a list, with a dash before its first key.
func writeItem(b *strings.Builder, m Map, indent string) {
	var item strings.Builder
	writeMap(&item, m, indent+"  ")
	b.WriteString(indent + "- " + strings.TrimPrefix(item.String(), indent+"  "))
}

func block(text, indent string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if line == "" {
			b.WriteString("\n")
		} else {
			b.WriteString(indent + line + "\n")
		}
	}
	return b.String()
}

// plain is text that cannot be taken for anything else: a word that does not look
// like a number, or several.
var plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./-]*( [A-Za-z0-9_./()-]+)*$|^[0-9]+(ms|[smhd])([0-9]+(ms|[smh]))*$`)

var reserved = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)

func key(text string) string { return scalar(text) }

func scalar(text string) string {
	if plain.MatchString(text) && !reserved.MatchString(text) {
		return text
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
