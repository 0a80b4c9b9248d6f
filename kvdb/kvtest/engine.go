package kvtest

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

var pingCases = []capabilityCase[kvdb.Pinger]{
	{"Ping", func(f *fixture, p kvdb.Pinger) {
		for range 2 {
			if err := p.Ping(f.Context()); err != nil {
				f.Errorf("Ping: %v", err)
			}
		}
		if s, ok := kvdb.As[kvdb.PrefixScanner](f.store); ok {
			f.wantPairs("after Ping", s.ScanPrefix(f.Context(), nil), nil)
		}
	}},
}

var describeCases = []capabilityCase[kvdb.Describer]{
	{"Info", func(f *fixture, d kvdb.Describer) {
		info := d.Describe()
		if info.System == "" {
			f.Errorf("Describe = %+v, want a system", info)
		}
		if info.Port < 0 || info.Port > math.MaxUint16 || info.TTLResolution < 0 || info.MaxKey < 0 || info.MaxValue < 0 {
			f.Errorf("Describe = %+v has a number out of its range", info)
		}
		if !info.Remote && info.Address != "" || info.Address == "" && info.Port != 0 {
			f.Errorf("Describe = %+v, want an address only of a remote engine, and a port only of an address", info)
		}
	}},
	{"Constant", func(f *fixture, d kvdb.Describer) {
		before := d.Describe()
		f.put("k", "v")
		during := d.Describe()
		f.close()
		if after := d.Describe(); before != during || during != after {
			f.Errorf("Describe changed from %+v to %+v to %+v after Close", before, during, after)
		}
	}},
}

var lagCases = []capabilityCase[kvdb.Lagger]{
	{"Lag", func(f *fixture, l kvdb.Lagger) {
		lags, err := l.ReplicationLag(f.Context())
		if err != nil {
			f.wantError("ReplicationLag", err, kvdb.ErrLagUnknown)
			return
		}
		for name, lag := range lags {
			if name == "" || lag < 0 {
				f.Errorf("the lag of replica %q is %v", name, lag)
			}
		}
		clear(lags)
		if again, err := l.ReplicationLag(f.Context()); err != nil && !errors.Is(err, kvdb.ErrLagUnknown) {
			f.Errorf("ReplicationLag after %v: %v", slices.Collect(maps.Keys(again)), err)
		}
	}},
}

var statsCases = []capabilityCase[kvdb.StatsReader]{
	{"Appends", func(f *fixture, r kvdb.StatsReader) {
		mine := kvdb.Stat{Name: "mine", Value: 1}
		stats, err := r.AppendStats(f.Context(), []kvdb.Stat{mine})
		if err != nil || len(stats) == 0 || stats[0] != mine {
			f.Errorf("AppendStats to one = %+v, %v, want that one first", stats, err)
		}
	}},
	{"Constant", func(f *fixture, r kvdb.StatsReader) {
		first := f.stats(r)
		for range 10 {
			f.put("k", "v")
		}
		second := f.stats(r)
		if !slices.Equal(statNames(first), statNames(second)) {
			f.Errorf("the statistics %q became %q", statNames(first), statNames(second))
		}
		for i := range min(len(first), len(second)) {
			was, is := first[i], second[i]
			if was.Unit != is.Unit || was.Help != is.Help || was.Counter != is.Counter {
				f.Errorf("the statistic %+v became %+v", was, is)
			}
			if is.Counter && is.Value < was.Value {
				f.Errorf("the counter %s fell from %v to %v", is.Name, was.Value, is.Value)
			}
		}
	}},
	{"Described", func(f *fixture, r kvdb.StatsReader) {
		stats := f.stats(r)
		for _, s := range stats {
			if s.Name == "" || s.Unit == "" || s.Help == "" || strings.HasSuffix(s.Help, ".") {
				f.Errorf("the statistic %+v wants a name, a unit, and a help without a full stop", s)
			}
			if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
				f.Errorf("the statistic %s is %v", s.Name, s.Value)
			}
		}
		names := statNames(stats)
		slices.Sort(names)
		if len(slices.Compact(names)) != len(stats) {
			f.Errorf("two statistics have one name: %q", names)
		}
	}},
}

func (f *fixture) stats(r kvdb.StatsReader) []kvdb.Stat {
	f.Helper()
	stats, err := r.AppendStats(f.Context(), nil)
	if err != nil {
		f.Fatalf("AppendStats: %v", err)
	}
	return stats
}

func statNames(stats []kvdb.Stat) []string {
	names := make([]string, len(stats))
	for i, s := range stats {
		names[i] = s.Name
	}
	return names
}
