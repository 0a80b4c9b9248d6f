package main

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// A watchedScanner tells of each scan, and of each entry before it is yielded.
type watchedScanner struct {
	*kvdb.Memory
	scan  func(r kvdb.Range)
	entry func(e kvdb.Entry)
}

func (s watchedScanner) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	if s.scan != nil {
		s.scan(r)
	}
	return func(yield func(kvdb.Entry, error) bool) {
		for e, err := range s.Memory.Scan(ctx, r) {
			if err == nil && s.entry != nil {
				s.entry(e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// Commands about keys do not have their values read.
func TestKeysAreReadWithoutValues(t *testing.T) {
	m, scans := memory(t), 0
	c := start(t, watchedScanner{Memory: m, scan: func(r kvdb.Range) {
		if scans++; !r.KeysOnly {
			t.Errorf("the values of %+v are read", r)
		}
	}}).dial()
	for _, command := range []string{"scan 0", "scan 0 match k*", "keys *", "dbsize", "flushdb", "flushall"} {
		c.do("set", "k", "v")
		before := scans
		if got := c.do(strings.Fields(command)...); strings.HasPrefix(got, "-") || scans == before {
			t.Errorf("%s: %s, after %d scans", command, got, scans-before)
		}
	}
}

// Memory for the keys of a reply is taken before they are in it, and what cannot be had is
// refused.
func TestKeysAreChargedBefore(t *testing.T) {
	const size, keys = 50 << 10, 20
	m := memory(t)
	for i := range keys {
		if err := m.Put(t.Context(), fmt.Appendf(nil, "%02d%s", i, strings.Repeat("k", size)), nil); err != nil {
			t.Fatal(err)
		}
	}
	var s *testServer
	before, got, least := 0, 0, 0
	store := watchedScanner{Memory: m, scan: func(kvdb.Range) { got = 0 }, entry: func(kvdb.Entry) {
		// The last one is charged when this one comes.
		if taken := before - s.budget.Left(); got > 0 && taken < got*size {
			t.Errorf("%d bytes are taken for %d keys of %d", taken, got, size)
			least++
		}
		got++
	}}
	for _, command := range []string{"scan 0 count 1000", "keys *"} {
		got = 0
		s = start(t, store)
		c := s.dial()
		c.do("ping")
		before = s.budget.Left()
		if reply := c.do(strings.Fields(command)...); strings.HasPrefix(reply, "-") || least > 0 {
			t.Errorf("%s: %.100s", command, reply)
		}
		c.do("ping")
		if taken := before - s.budget.Left() - s.cursors.Bytes(); taken > replyMemory {
			t.Errorf("%s keeps %d bytes", command, taken)
		}
		s = start(t, m, func(l *limits) { l.memory = 256 << 10 })
		c = s.dial()
		c.do("ping")
		before = s.budget.Left()
		if reply := c.do(strings.Fields(command)...); !strings.Contains(reply, "not enough memory") {
			t.Errorf("%s without memory: %.100s", command, reply)
		}
		if taken := before - s.budget.Left(); taken > 0 {
			t.Errorf("%s without memory keeps %d bytes", command, taken)
		}
	}
}
