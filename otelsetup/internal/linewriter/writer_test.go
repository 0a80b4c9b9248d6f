package linewriter

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestLineIsThereAtOnce(t *testing.T) {
	h := new(hose)
	w := newTestWriter(t, h)
	for i := range 3 {
		if err := w.WriteLine([]byte("line "), fmt.Appendf(nil, "%d\n", i)); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("line %d\n", i); !strings.HasSuffix(h.String(), want) {
			t.Errorf("%q; want it to end in %q", h, want)
		}
	}
	if r := w.Report(); r != (Report{}) {
		t.Errorf("%+v", r)
	}
}

// A writer that hangs costs 5 ms, once; then lines wait, in their order, and
// then they are lost.
func TestStallCostsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{held: make(chan struct{})}
		w := newTestWriter(t, h)
		began := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := w.line("together"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took != patience {
			t.Errorf("the first lines took %v, want %v", took, patience)
		}
		time.Sleep(time.Minute)
		began = time.Now()
		for i := range 1000 {
			if err := w.line(fmt.Sprint("line ", i)); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the next lines took %v", took)
		}
		r := w.Report()
		if r.Waiting != 1010 || !r.Stalled || r.Stalls != 1 || r.Idle != time.Minute || r.Err != nil {
			t.Errorf("%+v", r)
		}

		const size = 1000
		lost := 0
		for range 2 * maxWaiting / size {
			if err := w.line(strings.Repeat("x", size)); err != nil {
				if !errors.Is(err, errStalled) {
					t.Error(err)
				}
				lost++
			}
		}
		if r := w.Report(); lost < maxWaiting/size || r.LostStalled != uint64(lost) || r.LostFailed != 0 || !r.LastLoss.Equal(time.Now()) {
			t.Errorf("%d lost, %+v", lost, r)
		}
		if waiting := w.added - w.taken; waiting > maxWaiting {
			t.Errorf("%d bytes wait", waiting)
		}
		close(h.held)
		synctest.Wait()
		if err := w.line("last"); err != nil {
			t.Error(err)
		}
		if err := w.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		got := h.String()
		want := strings.Repeat("together\n", 10)
		for i := range 1000 {
			want += fmt.Sprintf("line %d\n", i)
		}
		if !strings.HasPrefix(got, want) {
			t.Error("the first lines are not what was written")
		}
		if end := fmt.Sprintf("x\nlost %d\nlast\n", lost); !strings.HasSuffix(got, end) || strings.Count(got, "lost") != 1 {
			t.Errorf("the end is %q, want %q", got[len(got)-50:], end)
		}
		if r := w.Report(); r.Waiting != 0 || r.Stalled || r.Stalls != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// A writer that is always a little too slow is not waited for each time.
func TestSlowWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{do: func(h *hose, b []byte) (int, error) {
			time.Sleep(2 * patience)
			return h.take(b)
		}}
		w := newTestWriter(t, h)
		var took time.Duration
		const lines = 100
		for i := range lines {
			began := time.Now()
			if err := w.line(fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
			took += time.Since(began)
			time.Sleep(3 * patience)
		}
		if want := patience + (lines-1)*hurry; took != want {
			t.Errorf("%d lines took %v, want %v", lines, took, want)
		}
		h.set(func() { h.do = nil })
		time.Sleep(2 * calm)
		if err := w.line("last"); err != nil || !strings.HasSuffix(h.String(), "last\n") {
			t.Errorf("%v, %q", err, h)
		}
		if n := strings.Count(h.String(), "\n"); n != lines+1 {
			t.Errorf("%d lines", n)
		}

		h.set(func() { h.held = make(chan struct{}) })
		began := time.Now()
		if err := w.line("held"); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != patience {
			t.Errorf("a new stall took %v", took)
		}
		close(h.held)
	})
}

// Many at once lose nothing to an output that works, however much they write.
func TestConcurrentLines(t *testing.T) {
	h := new(hose)
	w := newTestWriter(t, h)
	const writers, lines = 8, 300
	writeLines(t, w, writers, lines)
	checkLines(t, h.String(), writers, lines)
	for _, write := range h.writes {
		if !strings.HasSuffix(write, "\n") {
			t.Errorf("a write ends in %.20q", write[len(write)-20:])
		}
	}
}

// writeLines writes lines of all sizes, which could all wait: a busy machine is
// slow.
func writeLines(t *testing.T, w *Writer, writers, lines int) {
	t.Helper()
	if refused := tryLines(t, w, writers, lines); refused > 0 {
		t.Errorf("%d lines are refused", refused)
	}
}

// tryLines is writeLines for an output that may refuse some, and says how many.
func tryLines(t *testing.T, w *Writer, writers, lines int) (refused int64) {
	t.Helper()
	var all sync.WaitGroup
	var n atomic.Int64
	for i := range writers {
		all.Go(func() {
			for line := range lines {
				size := line * line % 1000
				if line%100 == 99 {
					size = 100_000
				}
				if err := w.line(fmt.Sprintf("%d %d %s", i, line, strings.Repeat("x", size))); err != nil {
					n.Add(1)
				}
			}
		})
	}
	all.Wait()
	if err := w.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	return n.Load()
}

// checkLines checks that all lines are there, each writer's in its order.
func checkLines(t *testing.T, got string, writers, lines int) {
	t.Helper()
	next := make([]int, writers)
	for line := range strings.Lines(got) {
		var i, n int
		if _, err := fmt.Sscanf(line, "%d %d", &i, &n); err != nil {
			t.Fatalf("%v: %.50q", err, line)
		}
		if n != next[i] {
			t.Fatalf("line %d of writer %d, want %d", n, i, next[i])
		}
		next[i]++
	}
	for i, n := range next {
		if n != lines {
			t.Errorf("%d lines of writer %d, want %d", n, i, lines)
		}
	}
}
