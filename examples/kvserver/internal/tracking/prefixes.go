package tracking

import (
	"bytes"
	"slices"
	"strings"
)

// prefixes are those of all clients in broadcasting mode.
type prefixes struct {
	sorted []prefix
	used   int // bytes taken for them
}

// A prefix is what some clients have in common.
type prefix struct {
	text    string
	clients []*Client
}

func (p *prefixes) find(text string) (i int, found bool) {
	return slices.BinarySearchFunc(p.sorted, text, func(a prefix, text string) int { return strings.Compare(a.text, text) })
}

// add enters a client.
func (p *prefixes) add(text string, c *Client) {
	i, found := p.find(text)
	if !found {
		p.sorted = slices.Insert(p.sorted, i, prefix{text: text})
	}
	p.sorted[i].clients = append(p.sorted[i].clients, c)
}

// remove takes a client out.
func (p *prefixes) remove(text string, c *Client) {
	i, found := p.find(text)
	if !found {
		return
	}
	p.sorted[i].clients = without(p.sorted[i].clients, c)
	if len(p.sorted[i].clients) == 0 {
		p.sorted = slices.Delete(p.sorted, i, i+1)
	}
}

// match reports whether a key has a prefix of somebody.
func (p *prefixes) match(key []byte) bool {
	return slices.ContainsFunc(p.sorted, func(p prefix) bool { return strings.HasPrefix(string(key), p.text) })
}

// room reports whether there may be so many more.
func (p *prefixes) room(texts []string, limit int) bool {
	more := 0
	for _, text := range texts {
		if _, found := p.find(text); !found {
			more++
		}
	}
	return len(p.sorted)+more <= limit
}

// prefixCost is the memory of a prefix that one client has.
func prefixCost(text string) int { return 128 + 2*len(text) }

// each calls tell for each prefix of a key, with all keys that begin with it, sorted
// and once each, as Redis sends them.
func (p *prefixes) each(keys [][]byte, tell func(clients []*Client, keys [][]byte)) {
	for _, prefix := range p.sorted {
		var match [][]byte
		for _, key := range keys {
			if bytes.HasPrefix(key, []byte(prefix.text)) {
				match = append(match, key)
			}
		}
		if match != nil {
			slices.SortFunc(match, bytes.Compare)
			tell(prefix.clients, slices.CompactFunc(match, bytes.Equal))
		}
	}
}
