package kvtest

import (
	"math"
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

var statsCases = []capabilityCase[kvdb.StatsReader]{
	{"Declared", func(f *fixture, r kvdb.StatsReader) {
		infos := slices.Clone(r.StatInfos())
		if err := kvdb.CheckStatInfos(infos); err != nil {
			f.Errorf("StatInfos: %v", err)
		}
		if len(infos) == 0 {
			f.Error("StatInfos declares nothing: a store without statistics is no StatsReader")
		}
		for range 10 {
			f.put("k", "v")
		}
		during := slices.Clone(r.StatInfos())
		f.close()
		if after := r.StatInfos(); !slices.Equal(infos, during) || !slices.Equal(during, after) {
			f.Errorf("StatInfos changed from %+v to %+v to %+v after Close", infos, during, after)
		}
	}},
	{"Appends", func(f *fixture, r kvdb.StatsReader) {
		const mine = 42
		dst := append(make([]float64, 0, 1+2*kvdb.MaxStats), mine)
		stats, err := r.AppendStats(f.Context(), dst)
		if err != nil || len(stats) != 1+len(r.StatInfos()) || stats[0] != mine {
			f.Errorf("AppendStats to %v = %v, %v, want that and one for each of the %d that are declared", dst, stats, err, len(r.StatInfos()))
		}
	}},
	{"Values", func(f *fixture, r kvdb.StatsReader) {
		infos, first := r.StatInfos(), f.stats(r)
		for range 10 {
			f.put("k", "v")
		}
		second := f.stats(r)
		for i := range min(len(infos), len(first), len(second)) {
			info, was, is := infos[i], first[i], second[i]
			if math.IsInf(was, 0) || math.IsInf(is, 0) {
				f.Errorf("the statistic %s is infinite", info.Name)
			}
			if info.Counter && (is < was || was < 0) {
				f.Errorf("the counter %s went from %v to %v", info.Name, was, is)
			}
			if share := info.Name == kvdb.StatDiskUtilization; (share || info.Name == kvdb.StatFailed) && (is < 0 || is > 1) {
				f.Errorf("the statistic %s is %v, want 0 to 1", info.Name, is)
			}
		}
	}},
}

func (f *fixture) stats(r kvdb.StatsReader) []float64 {
	f.Helper()
	stats, err := r.AppendStats(f.Context(), nil)
	if err != nil {
		f.Fatalf("AppendStats: %v", err)
	}
	return stats
}

var poolCases = []capabilityCase[kvdb.PoolReader]{
	{"Counts", func(f *fixture, p kvdb.PoolReader) {
		first := f.pool(p)
		for range 10 {
			f.put("k", "v")
		}
		second := f.pool(p)
		if second.Timeouts < first.Timeouts || second.Waits < first.Waits || second.WaitTime < first.WaitTime {
			f.Errorf("counts of the pool fell from %+v to %+v", first, second)
		}
		if limit := second.Max; limit > 0 && second.Idle+second.Used > limit {
			f.Errorf("PoolStats = %+v, more connections than may be open", second)
		}
		if second.Idle == 0 && second.Used == 0 {
			f.Errorf("PoolStats = %+v after writes, want a connection", second)
		}
	}},
}

func (f *fixture) pool(p kvdb.PoolReader) kvdb.PoolStats {
	f.Helper()
	stats, err := p.PoolStats(f.Context())
	if err != nil {
		f.Fatalf("PoolStats: %v", err)
	}
	return stats
}
