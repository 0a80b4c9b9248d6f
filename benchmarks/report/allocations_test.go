package main

import (
	"context"
	"errors"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// wasteful allocates twice in a Get.
type wasteful struct{ kvdb.Store }

var sink [2]*[16]byte

func (wasteful) Get(context.Context, []byte) ([]byte, error) {
	sink[0], sink[1] = new([16]byte), new([16]byte)
	return nil, nil
}

func TestMallocs(t *testing.T) {
	got, err := mallocs(t.Context(), calls[0], wasteful{})
	if err != nil || got != 2 {
		t.Errorf("mallocs = %v, %v; want 2", got, err)
	}
	broken := errors.New("broken")
	fails := call{"fails", func(context.Context, kvdb.Store) error { return broken }}
	if _, err := mallocs(t.Context(), fails, wasteful{}); !errors.Is(err, broken) {
		t.Errorf("err = %v; want that of the call", err)
	}
}

func TestExercise(t *testing.T) {
	store := kvdb.NewMemory(nil)
	if err := together(8, func() error { return exercise(t.Context(), store) }); err != nil {
		t.Error(err)
	}
	if err := misuse(t.Context(), store); err != nil {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := exercise(t.Context(), store); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("exercise of a closed store = %v; want ErrClosed", err)
	}
}
