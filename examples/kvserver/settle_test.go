package main

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A flusher writes out what it was given some time after the write has ended.
type flusher struct {
	kvdb.Store
	tables atomic.Int64 // bytes
	err    error        // of writes
	stats  func() ([]float64, error)
	takes  time.Duration
}

func (f *flusher) Put(ctx context.Context, key, value []byte) error {
	if f.err != nil {
		return f.err
	}
	f.tables.Add(int64(len(value)))
	time.AfterFunc(f.takes, func() { f.tables.Add(-int64(len(value))) })
	return f.Store.Put(ctx, key, nil)
}

func (f *flusher) StatInfos() []kvdb.StatInfo {
	return []kvdb.StatInfo{{Name: "other"}, {Name: statTables}}
}

func (f *flusher) AppendStats(_ context.Context, dst []float64) ([]float64, error) {
	if f.stats != nil {
		return f.stats()
	}
	return append(dst, 0, float64(f.tables.Load())), nil
}

// What a very heavy write takes is given back when the engine has written it out, but
// not later than a while after.
func TestSettle(t *testing.T) {
	const few, most = fewTables * mostPebbleTable, mostTables * mostPebbleTable
	for _, tt := range []struct {
		others, size int // bytes
		takes, want  time.Duration
	}{
		{0, few + 1, time.Second, time.Second},
		{0, few + 1, time.Hour, settleTime},
		{0, heavy, time.Hour, 0}, // which are always in its tables
		{most, veryHeavy, time.Second, time.Second},
		{most + 1, veryHeavy, time.Second, settleTime}, // such as another that has not settled
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &flusher{Store: memory(t), takes: tt.takes}
			s := start(t, f)
			f.tables.Store(int64(tt.others))
			c := s.dial()
			before := s.budget.Left()
			go io.WriteString(c.conn, encode("set", "k", strings.Repeat("v", tt.size)))
			if tt.want > 0 {
				time.Sleep(tt.want / 2)
				synctest.Wait()
				if charged := before - s.budget.Left(); charged < engineCopies(tt.size) {
					t.Errorf("%d bytes are charged while the engine has %d", charged, tt.size)
				}
			}
			took := elapsed(func() {
				if got := c.reply(); got != "OK" {
					t.Errorf("set: %s", got)
				}
			})
			if took += tt.want / 2; took < tt.want || took > tt.want+2*settleInterval {
				t.Errorf("%d bytes took %v, want %v", tt.size, took, tt.want)
			}
		})
	}
}

// Nobody waits for an engine that was given nothing.
func TestNothingToSettle(t *testing.T) {
	value := strings.Repeat("v", veryHeavy)
	for _, tt := range []struct {
		name     string
		err      error
		commands [][]string
		want     string
	}{
		{"an error", kvdb.ErrUnavailable, [][]string{{"set", "k", value}}, ""},
		{"NX that does not hold", nil, [][]string{{"set", "k", value, "nx"}}, "nil"},
		{"XX that does not hold", nil, [][]string{{"set", "x", value, "xx", "get"}}, "nil"},
		{"NX in a transaction", nil, [][]string{{"multi"}, {"set", "k", value, "nx"}, {"exec"}}, "[nil]"},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := memory(t)
			f := &flusher{Store: store, err: tt.err}
			f.tables.Store(100 << 20)
			s := start(t, struct {
				*flusher
				kvdb.Batcher
			}{f, store})
			if err := store.Put(t.Context(), []byte("k"), nil); err != nil {
				t.Fatal(err)
			}
			c, got := s.dial(), ""
			if took := elapsed(func() {
				for _, command := range tt.commands {
					go io.WriteString(c.conn, encode(command...))
					got = c.reply()
				}
			}); took > 0 {
				t.Errorf("%s took %v", tt.name, took)
			}
			if tt.want != "" && got != tt.want || tt.want == "" && got[0] != '-' {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		})
	}
}

// An engine whose statistics fail, in whatever way, keeps no other write waiting.
func TestSettleWithoutStats(t *testing.T) {
	calls := 0
	for _, stats := range []func() ([]float64, error){
		func() ([]float64, error) { return []float64{1}, nil },
		func() ([]float64, error) { return nil, kvdb.ErrUnavailable },
		func() ([]float64, error) { panic("when it is marked") },
		func() ([]float64, error) {
			if calls++; calls > 1 {
				panic("when it is waited for")
			}
			return []float64{0, 0}, nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t, &flusher{Store: memory(t), stats: stats})
			free := s.budget.Left()
			c := s.dial()
			go io.WriteString(c.conn, encode("set", "k", strings.Repeat("v", veryHeavy)))
			_, _ = readReply(c.replies)
			c.conn.Close()
			synctest.Wait()
			if len(s.heavy) > 0 || s.budget.Left() != free {
				t.Errorf("the turn is taken %d times, and %d bytes", len(s.heavy), free-s.budget.Left())
			}
		})
	}
}
