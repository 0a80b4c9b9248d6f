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
	tables   atomic.Int64 // bytes
	takes    time.Duration
	work     *background
	compacts time.Duration // after that
}

func (f *flusher) Put(ctx context.Context, key, value []byte) error {
	f.tables.Add(int64(len(value)))
	time.AfterFunc(f.takes, func() {
		f.work.compactions.Add(1)
		f.tables.Add(-int64(len(value)))
		time.AfterFunc(f.compacts, func() { f.work.compactions.Add(-1) })
	})
	return f.Store.Put(ctx, key, nil)
}

func (f *flusher) StatInfos() []kvdb.StatInfo {
	return []kvdb.StatInfo{{Name: "other"}, {Name: statTables}}
}

func (f *flusher) AppendStats(_ context.Context, dst []float64) ([]float64, error) {
	return append(dst, 0, float64(f.tables.Load())), nil
}

// What a very heavy write takes is given back when the engine has written it out, but
// not later than a while after.
func TestSettle(t *testing.T) {
	for _, tt := range []struct {
		size                  int
		takes, compacts, want time.Duration
	}{
		{ordinaryTables + 1, time.Second, 0, time.Second},
		{ordinaryTables + 1, time.Second, 2 * time.Second, 3 * time.Second},
		{ordinaryTables + 1, time.Hour, 0, settleTime},
		{heavy, time.Hour, 0, 0}, // which are always in its tables
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &flusher{Store: memory(t), takes: tt.takes, compacts: tt.compacts}
			s := start(t, f)
			f.work = s.keys.db.work
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
