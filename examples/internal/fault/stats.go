package fault

import (
	"context"
	"math"
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

type statsReader struct {
	*Store
	next kvdb.StatsReader
}

// Statistics that faults are about, whatever the engine below says of itself: the disk,
// and the fail-overs of the simulated replica.
var faulty = []kvdb.StatInfo{
	{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the filesystem that holds the store"},
	{Name: kvdb.StatFailovers, Unit: "{failover}", Help: "Changes of the primary of the simulated replica", Counter: true},
	{Name: kvdb.StatFailoverTime, Unit: "s", Help: "Time without a primary of the simulated replica", Counter: true},
}

// StatInfos declares the statistics of the store below, and those that it lacks.
func (r statsReader) StatInfos() []kvdb.StatInfo {
	infos := slices.Clone(r.next.StatInfos())
	for _, info := range faulty {
		if place(infos, info.Name) == len(infos) {
			infos = append(infos, info)
		}
	}
	return infos
}

// AppendStats claims a disk as full as the fault has it, and the fail-overs so far.
func (r statsReader) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	n := len(dst)
	dst, err := r.next.AppendStats(ctx, dst)
	if err != nil {
		return dst, err
	}
	infos := r.next.StatInfos()
	for _, info := range faulty {
		if place(infos, info.Name) == len(infos) {
			dst = append(dst, r.lacking(info.Name))
		}
	}
	at := n + place(r.StatInfos(), kvdb.StatDiskUtilization)
	if on := r.on.Load(); on != nil && on.used != nil && at < len(dst) {
		dst[at] = on.used(dst[at])
	}
	return dst, nil
}

// lacking is a statistic that the store below does not have; NaN is not known.
func (r statsReader) lacking(name string) float64 {
	if !r.replica.Load() {
		return math.NaN()
	}
	switch failovers := float64(r.failovers.Load()); name {
	case kvdb.StatFailovers:
		return failovers
	case kvdb.StatFailoverTime:
		return failovers * withoutPrimary.Seconds()
	default:
		return math.NaN()
	}
}

// place returns that of a statistic, which is the end for a store that does not have it.
func place(infos []kvdb.StatInfo, name string) int {
	for i := range infos {
		if infos[i].Name == name {
			return i
		}
	}
	return len(infos)
}
