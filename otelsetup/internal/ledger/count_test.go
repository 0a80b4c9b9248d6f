package ledger

import (
	"context"
	"errors"
	"testing"
)

// No record is missing while its export ends.
func TestCountsWhileAnExportEnds(t *testing.T) {
	const records = 20_000
	l := New(records)
	for range records {
		l.admit()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range records {
			l.export(t.Context(), 1, func(context.Context) error { return errors.New("refused") })
		}
	}()
	for {
		if lost := l.Counts().Lost(); lost != records {
			t.Fatalf("%d lost, want %d", lost, records)
		}
		select {
		case <-ended:
			return
		default:
		}
	}
}
