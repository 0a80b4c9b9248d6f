package kvpebble_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// labelled returns the goroutines that have labels of this value, by stack.
func labelled(t *testing.T, value string) (stacks string) {
	t.Helper()
	var page strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&page, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(page.String(), "\n\n") {
		if strings.Contains(stack, `"`+value+`"`) {
			stacks += stack + "\n"
		}
	}
	return stacks
}

// Writes with labels that fill the log again and again leave nothing of Pebble
// behind that has them. What watches the disk for a new log would be billed to
// the write that began it, until the next one.
func TestNothingInheritsLabels(t *testing.T) {
	s := open(t, t.TempDir(), &kvpebble.OpenOptions{NoSync: true, Pebble: &pebble.Options{MemTableSize: 64 << 10}})
	value := make([]byte, 8<<10)
	pprof.Do(t.Context(), pprof.Labels("test", t.Name()), func(context.Context) {
		for i := range 64 {
			if err := s.Put(t.Context(), fmt.Append(nil, i), value); err != nil {
				t.Fatal(err)
			}
		}
	})
	// Goroutines of Pebble that have just been started take them off themselves.
	var stacks string
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); runtime.Gosched() {
		if stacks = labelled(t, t.Name()); stacks == "" {
			return
		}
	}
	t.Errorf("with the labels of a write:\n%s", stacks)
}
