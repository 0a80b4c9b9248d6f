package linewriter

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRegularFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	w := newTestWriter(t, f)
	_ = w.line("in the kernel")
	// On a busy machine the goroutine that writes may be late, which is a stall.
	if got, err := os.ReadFile(f.Name()); (err != nil || string(got) != "in the kernel\n") && w.Report().Stalls == 0 {
		t.Errorf("%q, %v", got, err)
	}
	writeLines(t, w, 4, 200)
	if err := w.Sync(); err != nil {
		t.Error(err)
	}
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(got), "\n")
	checkLines(t, rest, 4, 200)
	f.Close()
	err = w.line("late")
	for deadline := time.Now().Add(10 * time.Second); !errors.Is(err, os.ErrClosed); err = w.line("later") {
		if err != nil || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
