package redishook

import (
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/times"
)

// A Hook records the commands of a client. [Instrument] makes one. It is safe for concurrent
// use; a nil or zero Hook records nothing.
type Hook struct {
	tap      tap
	recorder *instrument.Recorder
	times    *times.Times // nil unless they are asked for
}

// Totals returns the current totals of the client's commands.
func (h *Hook) Totals() instrument.Totals {
	if h == nil {
		return instrument.Totals{}
	}
	return h.recorder.Totals()
}

// Oldest returns the oldest command of each name that is under way, but for those that wait
// on purpose. See [instrument.Store.Oldest].
func (h *Hook) Oldest() []instrument.OldOperation {
	if h == nil {
		return nil
	}
	return h.recorder.Oldest()
}

// Close ends the recording and frees the hook's name; each reader gets the final values once more. The
// client goes on as before, with a few bytes of the hook left in it, as go-redis has no way to take a hook
// back: instrument a client once. Commands under way are still recorded. The client's connections are read a last time: close
// the hook before the client. A reading is waited for, for up to five seconds. Close returns nil.
func (h *Hook) Close() error {
	if h == nil || h.recorder == nil {
		return nil
	}
	h.tap.words.Store(nil)
	err := h.recorder.Close()
	h.times.Close()
	return err
}
