package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// errNoStat is what the store does not tell.
var errNoStat = errors.New("the store does not know the statistic")

// Stat returns a function that reads one of a store's own statistics, for
// [Utilization]: [kvdb.StatDiskUtilization] is the used share of the disk in all
// adapters that know it. The function's error says when the store has no such
// statistic, or does not know it now.
func Stat(store kvdb.Store, stat string) func(context.Context) (float64, error) {
	if typednil.Is(store) {
		return func(context.Context) (float64, error) { return 0, errors.New("the store is nil") }
	}
	reader, ok := kvdb.As[kvdb.StatsReader](store)
	if !ok {
		return func(context.Context) (float64, error) { return 0, errors.New("the store has no StatsReader") }
	}
	r := newStats(reader)
	at := r.find(stat)
	return func(ctx context.Context) (float64, error) {
		values, err := r.read(ctx, nil)
		if err != nil {
			return 0, err
		}
		if at < 0 || math.IsNaN(values[at]) {
			return 0, fmt.Errorf("%w %q", errNoStat, stat)
		}
		return values[at], nil
	}
}

// stats are the statistics of a store.
type stats struct {
	reader kvdb.StatsReader
	infos  []kvdb.StatInfo
}

func newStats(reader kvdb.StatsReader) *stats { return &stats{reader, reader.StatInfos()} }

// find returns the place of a statistic, or -1.
func (s *stats) find(name string) int {
	return slices.IndexFunc(s.infos, func(i kvdb.StatInfo) bool { return i.Name == name })
}

// read returns the values of all, in memory of buf.
func (s *stats) read(ctx context.Context, buf []float64) ([]float64, error) {
	values, err := s.reader.AppendStats(ctx, buf[:0])
	if err == nil && len(values) != len(s.infos) {
		err = fmt.Errorf("the store gave %d values for %d statistics", len(values), len(s.infos))
	}
	return values, err
}
