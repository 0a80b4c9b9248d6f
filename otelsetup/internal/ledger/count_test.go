package ledger

import (
	"context"
	"errors"
	"testing"
)

type refused struct{}

func (refused) len() int                     { return 1 }
func (refused) export(context.Context) error { return errors.New("refused") }
func (refused) halves() (batch, batch)       { return refused{}, refused{} }

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
			l.export(t.Context(), 1, func() (batch, int, int) { return refused{}, 0, 0 })
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
