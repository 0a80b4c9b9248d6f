package failover

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An operation is one on a key, which has one writer. Times are since the begin of its history.
type operation struct {
	key          string
	write        bool
	value        string // empty is none
	failed       bool
	called, ends time.Duration
}

// overlaps reports whether it was under way at a moment of the window.
func (o *operation) overlaps(w window) bool { return o.called <= w.to && o.ends >= w.from }

// A window is when the writes were acknowledged that a fail-over may have lost.
type window struct{ from, to time.Duration }

// A history is what was done, by all clients.
type history struct {
	began time.Time

	mu  sync.Mutex
	all []operation
}

func (h *history) since() time.Duration { return time.Since(h.began) }

func (h *history) add(o operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, o)
}

func (h *history) operations() []operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]operation(nil), h.all...)
}

// encode returns the value that the nth write of a key has.
func encode(key string, n int) string {
	text := fmt.Sprintf("%s %d", key, n)
	return fmt.Sprintf("%s %08x", text, crc32.ChecksumIEEE([]byte(text)))
}

// decode returns which write of a key a value is of, 0 for none, or false if it is of no write of it.
func decode(key, value string) (n int, ok bool) {
	if value == "" {
		return 0, true
	}
	fields := strings.Fields(value)
	if len(fields) != 3 {
		return 0, false
	}
	n, err := strconv.Atoi(fields[1])
	return n, err == nil && n > 0 && encode(key, n) == value
}
