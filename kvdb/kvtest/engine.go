package kvtest

import (
	"errors"
	"maps"
	"math"
	"slices"

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
			if name == "" || lag < 0 && lag != kvdb.NotConnected {
				f.Errorf("the lag of replica %q is %v", name, lag)
			}
		}
		clear(lags)
		if again, err := l.ReplicationLag(f.Context()); err != nil && !errors.Is(err, kvdb.ErrLagUnknown) {
			f.Errorf("ReplicationLag after %v: %v", slices.Collect(maps.Keys(again)), err)
		}
	}},
}
