package kvdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Statistics of engines that others than the engine's own dashboards know.
// Every other one has a name that begins with [StatPrefix].
const (
	// StatPrefix begins the names of an engine's own statistics.
	StatPrefix = "kvdb.engine."

	// StatDiskUtilization is the used share of the filesystem that holds the
	// store, 0 to 1, as df has it, or that of its inodes if they are fuller: a gauge
	// of the unit "1". Package instrument shows it as kvdb.utilization of the disk.
	StatDiskUtilization = "kvdb.utilization.disk"

	// StatFailovers counts changes of a remote engine's primary: a counter of the
	// unit "{failover}".
	StatFailovers = "kvdb.failovers"

	// StatFailoverTime is the time that a remote engine was without a primary: a
	// counter of the unit "s".
	StatFailoverTime = "kvdb.failover.time"

	// StatWriteStallTime is the time during which the engine held writes back,
	// with a stall that lasts up to now: a counter of the unit "s".
	StatWriteStallTime = "kvdb.engine.write_stall.time"

	// StatFailed is 1 in a state that only opening the store again ends, else 0: a
	// gauge without a unit.
	StatFailed = "kvdb.engine.failed"
)

// MaxStats is how many statistics a store can have.
const MaxStats = 32

// Stabilities of a statistic, as OpenTelemetry names them.
const (
	StabilityDevelopment = "development" // it may change or go with any release
	StabilityStable      = "stable"      // it stays as it is within a major version
)

// A StatInfo declares one of an engine's own statistics.
type StatInfo struct {
	Name      string // an instrument name such as "kvdb.engine.disk.size"
	Unit      string // UCUM: "By", "s", "{compaction}"
	Help      string // one sentence without a full stop
	Counter   bool   // the value only grows; otherwise it is a gauge
	Stability string // StabilityStable or StabilityDevelopment; empty is the latter
}

// A StatsReader reads an engine's own statistics.
type StatsReader interface {
	// StatInfos declares the statistics that AppendStats reads. It returns the
	// same for the life of the store, does no I/O, and works after Close. The
	// caller must not change the result. What is wrong with it, by
	// [CheckStatInfos], is an error where the store is instrumented.
	StatInfos() []StatInfo

	// AppendStats appends the current values to dst, one for each of StatInfos
	// and in their order, and returns the extended slice. NaN is a value that is
	// not known now. On an error it returns dst as it was. It may do I/O, so it is
	// polled in the background and not called by a scrape.
	AppendStats(ctx context.Context, dst []float64) ([]float64, error)
}

// knownStats are the statistics whose name is a constant of this package.
var knownStats = map[string]StatInfo{
	StatDiskUtilization: {Unit: "1"},
	StatFailovers:       {Unit: "{failover}", Counter: true},
	StatFailoverTime:    {Unit: "s", Counter: true},
	StatWriteStallTime:  {Unit: "s", Counter: true},
	StatFailed:          {Unit: ""},
}

// CheckStatInfos returns everything that is wrong with the declaration of a
// store's statistics, or nil: a name that neither begins with [StatPrefix] nor
// is one of this package's constants, or that stands for another metric's on a
// page, one of those constants with another unit or kind, no unit, no help, and
// more than [MaxStats]. The error does not match a kind of this package.
func CheckStatInfos(infos []StatInfo) error {
	var errs []error
	if len(infos) > MaxStats {
		errs = append(errs, fmt.Errorf("%d statistics are declared, at most %d can be", len(infos), MaxStats))
	}
	taken := make(map[string]StatInfo)
	for _, info := range infos {
		if err := info.check(); err != nil {
			errs = append(errs, fmt.Errorf("the statistic %q %w", info.Name, err))
		}
		// Dots and underscores are the same in Prometheus.
		label := strings.ReplaceAll(info.Name, ".", "_")
		if other, ok := taken[label]; ok {
			errs = append(errs, fmt.Errorf("the statistic %q (%s) is declared beside %q (%s): one name is one metric",
				info.Name, info.Unit, other.Name, other.Unit))
		}
		taken[label] = info
	}
	return errors.Join(errs...)
}

func (i *StatInfo) check() error {
	known, ok := knownStats[i.Name]
	switch {
	case ok && (i.Unit != known.Unit || i.Counter != known.Counter):
		return fmt.Errorf("has the unit %q and counter %t, want %q and %t", i.Unit, i.Counter, known.Unit, known.Counter)
	case !ok && !isStatName(i.Name):
		return fmt.Errorf("wants a name in lower case that begins with %q, or one of the constants of kvdb", StatPrefix)
	case !ok && i.Unit == "":
		return errors.New(`has no unit: use "1" for a share and "{thing}" for a count`)
	case i.Help == "" || strings.HasSuffix(i.Help, "."):
		return errors.New("wants a help without a full stop")
	case i.Stability != "" && i.Stability != StabilityStable && i.Stability != StabilityDevelopment:
		return fmt.Errorf("has the stability %q, want %q or %q", i.Stability, StabilityStable, StabilityDevelopment)
	}
	return nil
}

// wordLetters are what a name is made of.
const wordLetters = "abcdefghijklmnopqrstuvwxyz0123456789_"

// isStatName reports whether a name is words after StatPrefix, divided by dots.
func isStatName(name string) bool {
	rest, ok := strings.CutPrefix(name, StatPrefix)
	if !ok || len(name) > 255 {
		return false
	}
	for word := range strings.SplitSeq(rest, ".") {
		if word == "" || strings.Trim(word, wordLetters) != "" {
			return false
		}
	}
	return true
}
