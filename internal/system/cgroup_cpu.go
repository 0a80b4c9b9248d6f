package system

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"time"
)

// cpu returns every group that has a quota, or fewer processors than the machine.
// Where a group does not tell what it has used, that is what the process has.
func (g groups) cpu(process time.Duration, online processors) (CPU, error) {
	var limits CPU
	for _, dir := range g.unified {
		quota, ok, err := g.quota2(dir)
		if err != nil {
			return nil, err
		}
		set, own, err := readProcessors(g.root, path.Join(dir, "cpuset.cpus.effective"))
		if err != nil {
			return nil, err
		}
		n := online.count()
		if own {
			n = online.and(set).count()
		}
		if !ok && n == online.count() {
			continue
		}
		used := process
		if stat, err := keyed(g.root, path.Join(dir, "cpu.stat"), "usage_usec"); err == nil {
			used = duration(stat["usage_usec"], time.Microsecond)
		}
		limits = append(limits, CPULimit{dir, used, min(quota, float64(n))})
	}
	for _, dir := range g.cpu1 {
		quota, ok, err := g.quota1(dir)
		if err != nil {
			return nil, err
		}
		if ok {
			limits = append(limits, CPULimit{dir, g.used1(dir, process), min(quota, float64(online.count()))})
		}
	}
	return limits, nil
}

// quota2 returns the processors that a group may use, infinitely many without a
// quota.
func (g groups) quota2(dir string) (quota float64, ok bool, err error) {
	name := path.Join(dir, "cpu.max")
	words, err := fields(g.root, name, 2)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && words[0] == "max") {
		return math.Inf(1), false, nil
	}
	if err != nil {
		return 0, false, err
	}
	n, err := number(name, words[0])
	if err != nil {
		return 0, false, err
	}
	period, err := number(name, words[1])
	if err != nil {
		return 0, false, err
	}
	return ratio(name, n, period)
}

func (g groups) quota1(dir string) (quota float64, ok bool, err error) {
	n, ok, err := readLimit(g.root, path.Join(dir, "cpu.cfs_quota_us"))
	if err != nil || !ok {
		return 0, false, err
	}
	name := path.Join(dir, "cpu.cfs_period_us")
	period, err := readNumber(g.root, name)
	if err != nil {
		return 0, false, err
	}
	return ratio(name, n, period)
}

func ratio(name string, quota, period uint64) (float64, bool, error) {
	if quota == 0 || period == 0 {
		return 0, false, fmt.Errorf("%s: a quota of %d in %d", name, quota, period)
	}
	return float64(quota) / float64(period), true, nil
}

// used1 returns what a group of version 1 has used. Another controller tells it,
// which is mounted at the same place or has a place of its own.
func (g groups) used1(dir string, process time.Duration) time.Duration {
	if n, err := readNumber(g.root, path.Join(dir, "cpuacct.usage")); err == nil {
		return duration(n, time.Nanosecond)
	}
	point := g.cpu1[len(g.cpu1)-1]
	if len(g.cpuacct) == 0 {
		return process
	}
	elsewhere := path.Join(g.cpuacct[len(g.cpuacct)-1], strings.TrimPrefix(dir, point))
	if !slices.Contains(g.cpuacct, elsewhere) {
		return process
	}
	n, err := readNumber(g.root, path.Join(elsewhere, "cpuacct.usage"))
	if err != nil {
		return process
	}
	return duration(n, time.Nanosecond)
}

// duration returns n units, or the longest one.
func duration(n uint64, unit time.Duration) time.Duration {
	return time.Duration(min(n, uint64(math.MaxInt64/unit))) * unit
}
