package statistics_test

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

func TestTable(t *testing.T) {
	type state struct {
		pages  float64
		failed bool
	}
	table := statistics.Table[state]{
		statistics.Gauge("kvdb.engine.pages", "{page}", "Pages", func(s *state) float64 { return s.pages }),
		statistics.Counter("kvdb.engine.writes", "{write}", "Writes", func(*state) float64 { return 7 }),
		statistics.Gauge(kvdb.StatFailed, "", "Whether it has failed", func(s *state) float64 { return statistics.Truth(s.failed) }),
	}
	if got, want := table.Append([]float64{-1}, &state{pages: 3}), []float64{-1, 3, 7, 0}; !slices.Equal(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
	if got, want := table.Append(nil, &state{failed: true}), []float64{0, 7, 1}; !slices.Equal(got, want) {
		t.Errorf("values of what has failed %v, want %v", got, want)
	}
	infos := table.Infos()
	for i, counter := range []bool{false, true, false} {
		if infos[i].Counter != counter {
			t.Errorf("%s: counter %t, want %t", infos[i].Name, infos[i].Counter, counter)
		}
	}
	infos[0].Name = "another"
	if table.Infos()[0].Name != "kvdb.engine.pages" {
		t.Error("the caller does not own the infos")
	}
}
