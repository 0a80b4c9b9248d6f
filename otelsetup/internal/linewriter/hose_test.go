package linewriter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func notice(lost uint64) []byte { return fmt.Appendf(nil, "lost %d\n", lost) }

// newTestWriter returns a writer that is closed in the end.
func newTestWriter(t testing.TB, out io.Writer) *Writer {
	w := New(out, Options{Notice: notice})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = w.Close(ctx) // the test has had a look
	})
	return w
}

func (w *Writer) line(text string) error { return w.WriteLine([]byte(text), newline) }

// A hose is a writer that can be held, and told what to do.
type hose struct {
	mu     sync.Mutex
	got    bytes.Buffer
	writes []string
	do     func(h *hose, b []byte) (int, error) // nil: take all
	syncDo func() error

	held chan struct{} // a write waits for it to be closed; nil: it does not
}

func (h *hose) Write(b []byte) (int, error) {
	h.mu.Lock()
	held, do := h.held, h.do
	h.mu.Unlock()
	if held != nil {
		<-held
	}
	if do == nil {
		do = (*hose).take
	}
	return do(h, b)
}

func (h *hose) take(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writes = append(h.writes, string(b))
	return h.got.Write(b)
}

func (h *hose) Sync() error {
	if h.syncDo == nil {
		return nil
	}
	return h.syncDo()
}

func (h *hose) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *hose) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got.String()
}
