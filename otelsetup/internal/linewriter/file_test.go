package linewriter

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestRegularFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	w := newTestWriter(t, f)
	_ = w.line("in the kernel")
	if got, err := os.ReadFile(f.Name()); err != nil || string(got) != "in the kernel\n" {
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
	if err := w.line("late"); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}
