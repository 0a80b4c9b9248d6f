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

// diskInfo is the used share of the disk, which some faults are about.
var diskInfo = kvdb.StatInfo{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the filesystem that holds the store"}

// StatInfos declares the disk, whatever the store below does.
func (r statsReader) StatInfos() []kvdb.StatInfo {
	infos := r.next.StatInfos()
	if place(infos) < len(infos) {
		return infos
	}
	return append(slices.Clone(infos), diskInfo)
}

// AppendStats claims a disk as full as the fault has it.
func (r statsReader) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	n, infos := len(dst), r.next.StatInfos()
	dst, err := r.next.AppendStats(ctx, dst)
	if err != nil {
		return dst, err
	}
	at := place(infos)
	if at == len(infos) {
		dst = append(dst, math.NaN()) // not known
	}
	if on := r.on.Load(); on != nil && on.used != nil && n+at < len(dst) {
		dst[n+at] = on.used(dst[n+at])
	}
	return dst, nil
}

// place returns that of the disk, which is the end for a store that does not know it.
func place(infos []kvdb.StatInfo) int {
	for i := range infos {
		if infos[i].Name == kvdb.StatDiskUtilization {
			return i
		}
	}
	return len(infos)
}
