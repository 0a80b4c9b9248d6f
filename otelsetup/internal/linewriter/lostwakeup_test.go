package linewriter

import (
	"testing"
	"testing/synctest"
	"time"
)

// A dawdler takes all without making anybody wait, but gets no processor meanwhile.
type dawdler struct {
	*hose
	discard
	takes time.Duration
}

func (d dawdler) try(lines []byte) int {
	time.Sleep(d.takes)
	n, _ := d.take(lines)
	return n
}

func (d dawdler) write(lines []byte) (int, error) { return d.take(lines) }

// TestCallerWithoutProcessor: a caller that writes for the others and is kept from
// running for longer than they wait leaves nothing behind that nobody writes.
func TestCallerWithoutProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hose)
		w := newTestWriter(t, h)
		w.out = dawdler{hose: h, takes: 2 * patience}
		for _, text := range []string{"a", "b", "c"} {
			go func() { _ = w.line(text) }()
			synctest.Wait() // the first one writes, the others wait for it
		}
		time.Sleep(time.Second)
		if got := h.String(); got != "a\nb\nc\n" {
			t.Errorf("%q", got)
		}
		if r := w.Report(); r.Stalled || r.Waiting != 0 || r.Stalls == 0 {
			t.Errorf("%+v", r)
		}
		if err := w.line("d"); err != nil || h.String() != "a\nb\nc\nd\n" {
			t.Errorf("%v, %q", err, h)
		}
	})
}

// TestWaiterWithoutProcessor: what rings between the end of one write and the next
// one, which nobody has begun yet, has what waits written.
func TestWaiterWithoutProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hose)
		w := newTestWriter(t, h)
		w.mu.Lock()
		w.queue = append(w.queue, "waits\n"...) // by who has not run since
		w.added += uint64(len(w.queue))
		w.alarm.mark = w.added
		w.mu.Unlock()
		w.rings()
		synctest.Wait()
		if got := h.String(); got != "waits\n" {
			t.Errorf("%q", got)
		}
		if r := w.Report(); r.Stalled || r.Waiting != 0 {
			t.Errorf("%+v", r)
		}
	})
}
