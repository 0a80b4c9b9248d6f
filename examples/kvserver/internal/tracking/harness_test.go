package tracking_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

const testBudget = 1 << 20

// A house is a table with its clients.
type house struct {
	*tracking.Table
	t       *testing.T
	budget  *resp.Budget
	clients []*guest
}

func newHouse(t *testing.T, limits tracking.Limits) *house {
	h := &house{t: t, budget: resp.NewBudget(testBudget)}
	h.Table = tracking.NewTable(limits, h.budget)
	return h
}

// A guest is a client that notes what it is sent.
type guest struct {
	*tracking.Client
	house *house
	id    int64

	mu   sync.Mutex
	sent []string
}

// guest adds a client that tracks with options, if there are some.
func (h *house) guest(options ...string) *guest {
	h.t.Helper()
	g := &guest{house: h, id: int64(len(h.clients) + 1)}
	g.Client = h.Client(g.id, g.note)
	h.clients = append(h.clients, g)
	if len(options) > 0 {
		if err := g.track(options[0]); err != nil {
			h.t.Fatal(err)
		}
	}
	return g
}

// track does what CLIENT TRACKING does.
func (g *guest) track(args string) error {
	o, on, err := tracking.Parse(bytes.Fields([]byte(args)))
	switch {
	case err != nil:
		return err
	case on:
		return g.On(o)
	}
	g.Off()
	return nil
}

func (g *guest) note(message []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = append(g.sent, decode(message))
}

// told returns what has come since the last call, and forgets it.
func (g *guest) told() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() { g.sent = nil }()
	return strings.Join(g.sent, " ")
}

func (g *guest) read(keys ...string) {
	for _, key := range keys {
		g.Remember([]byte(key))
	}
}

func (g *guest) write(keys ...string) {
	list := make([][]byte, len(keys))
	for i := range keys {
		list[i] = []byte(keys[i])
	}
	g.house.Changed(g.id, list...)
}

// decode returns the keys of a message in brackets, or * for all.
func decode(message []byte) string {
	rest, ok := strings.CutPrefix(string(message), ">2\r\n$10\r\ninvalidate\r\n")
	if !ok {
		return fmt.Sprintf("bad message %q", message)
	}
	if rest == "_\r\n" {
		return "*"
	}
	lines := strings.Split(strings.TrimSuffix(rest, "\r\n"), "\r\n")
	n, err := strconv.Atoi(strings.TrimPrefix(lines[0], "*"))
	if err != nil || len(lines) != 1+2*n {
		return fmt.Sprintf("bad message %q", message)
	}
	var keys []string
	for i := 1; i < len(lines); i += 2 {
		if lines[i] != "$"+strconv.Itoa(len(lines[i+1])) {
			return fmt.Sprintf("bad message %q", message)
		}
		keys = append(keys, lines[i+1])
	}
	return "[" + strings.Join(keys, " ") + "]"
}

// empty fails unless nobody tracks, and all memory was given back.
func (h *house) empty() {
	h.t.Helper()
	for _, g := range h.clients {
		g.Off()
	}
	if got := h.Totals(); got != (tracking.Totals{}) {
		h.t.Errorf("left behind: %+v", got)
	}
	if got := h.budget.Left(); got != testBudget {
		h.t.Errorf("%d bytes were not given back", testBudget-got)
	}
}
