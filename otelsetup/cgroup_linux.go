package otelsetup

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

// groups are the control groups that the process is in, each list from the
// innermost one up to the root of what is mounted. The limits of all of them
// hold. A machine may have both versions at once, with a controller in one of
// them.
type groups struct {
	root     fs.FS
	unified  []string // version 2
	memoryV1 []string
	cpuV1    []string
}

// findGroups reads where the process is and what is mounted. Without control
// groups the result is empty.
func findGroups(root fs.FS) (groups, error) {
	g := groups{root: root}
	paths, err := groupPaths(root)
	if err != nil || len(paths) == 0 {
		return g, err
	}
	mounts, err := fs.ReadFile(root, "proc/self/mountinfo")
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err != nil {
		return g, err
	}
	for line := range strings.Lines(string(mounts)) {
		m, ok := parseMount(line)
		if !ok {
			continue
		}
		switch {
		case m.kind == "cgroup2" && g.unified == nil:
			g.unified = m.dirs(root, paths[""])
		case m.kind == "cgroup" && slices.Contains(m.options, "memory") && g.memoryV1 == nil:
			g.memoryV1 = m.dirs(root, paths["memory"])
		case m.kind == "cgroup" && slices.Contains(m.options, "cpu") && g.cpuV1 == nil:
			g.cpuV1 = m.dirs(root, paths["cpu"])
		}
	}
	return g, nil
}

// groupPaths returns the process's path in each hierarchy by controller; the
// unified hierarchy of version 2 has none.
func groupPaths(root fs.FS) (map[string]string, error) {
	data, err := fs.ReadFile(root, "proc/self/cgroup")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	paths := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(parts[1], ",") {
			paths[controller] = parts[2]
		}
	}
	return paths, nil
}

// mount is a line of mountinfo.
type mount struct {
	root    string   // the directory of the file system that is mounted
	point   string   // where, without the leading slash
	kind    string   // cgroup or cgroup2
	options []string // for version 1 the controllers
}

var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func parseMount(line string) (mount, bool) {
	before, after, found := strings.Cut(line, " - ")
	fields, system := strings.Fields(before), strings.Fields(after)
	if !found || len(fields) < 5 || len(system) < 3 {
		return mount{}, false
	}
	return mount{
		root:    unescapeMount.Replace(fields[3]),
		point:   strings.TrimPrefix(unescapeMount.Replace(fields[4]), "/"),
		kind:    system[0],
		options: strings.Split(system[2], ","),
	}, true
}

// dirs returns the directory of the group at p and those above it up to the
// mount point. In a container the path is often one of the host, of which only
// the container's own part is mounted, at the mount point.
func (m mount) dirs(root fs.FS, p string) []string {
	p = path.Clean("/" + p)
	if m.root != "/" {
		below, ok := strings.CutPrefix(p, m.root)
		if !ok || (below != "" && below[0] != '/') {
			below = ""
		}
		p = path.Clean("/" + below)
	}
	dir := path.Join(m.point, p)
	if _, err := fs.Stat(root, dir); err != nil {
		dir = m.point
	}
	dirs := []string{dir}
	for dir != m.point {
		dir = path.Dir(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}

// memoryShare returns the used share of the tightest memory limit, and whether
// there is one at all: a limit above the machine's memory is none. Pages of
// files that nobody has used lately do not count, since they make room at once.
func (g groups) memoryShare(machine float64) (share float64, limited bool, err error) {
	share = math.NaN()
	for _, v := range []struct {
		dirs                   []string
		limit, used, droppable string
	}{
		{g.unified, "memory.max", "memory.current", "inactive_file"},
		{g.memoryV1, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
	} {
		for _, dir := range v.dirs {
			limit, err := g.limit(path.Join(dir, v.limit))
			if err != nil {
				return 0, false, err
			}
			// Version 1 writes "no limit" as the highest multiple of a page.
			if math.IsNaN(limit) || limit >= min(1<<62, machine) || limit == 0 {
				continue
			}
			used, err := readNumber(g.root, path.Join(dir, v.used))
			if err != nil {
				return 0, false, err
			}
			droppable := keyed(g.root, path.Join(dir, "memory.stat"), v.droppable)
			share = tightest(share, clamp((used-droppable)/limit))
			limited = true
		}
	}
	return share, limited, nil
}

// limit reads a file that holds a number or the word max, for which, as for a
// file that does not exist, it returns NaN.
func (g groups) limit(name string) (float64, error) {
	fields, err := readFields(g.root, name)
	if err == nil && len(fields) == 1 && fields[0] == "max" {
		return math.NaN(), nil
	}
	return readNumber(g.root, name)
}

// cpuLimits returns every group that has a quota. Where a group does not tell
// what it has used, that is what the process has.
func (g groups) cpuLimits(process float64) ([]cpuTime, error) {
	var limits []cpuTime
	for _, dir := range g.unified {
		fields, err := readFields(g.root, path.Join(dir, "cpu.max"))
		if errors.Is(err, fs.ErrNotExist) || (err == nil && len(fields) > 0 && fields[0] == "max") {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("%s: not a quota and a period", path.Join(dir, "cpu.max"))
		}
		used := keyed(g.root, path.Join(dir, "cpu.stat"), "usage_usec") / 1e6
		limits = appendLimit(limits, dir, used, process, number(fields[0])/number(fields[1]))
	}
	for _, dir := range g.cpuV1 {
		quota, err := readNumber(g.root, path.Join(dir, "cpu.cfs_quota_us"))
		if err != nil {
			return nil, err
		}
		if math.IsNaN(quota) || quota <= 0 {
			continue // -1 is none
		}
		period, err := readNumber(g.root, path.Join(dir, "cpu.cfs_period_us"))
		if err != nil {
			return nil, err
		}
		used, err := readNumber(g.root, path.Join(dir, "cpuacct.usage"))
		if err != nil {
			return nil, err
		}
		limits = appendLimit(limits, dir, used/1e9, process, quota/period)
	}
	return limits, nil
}

func appendLimit(limits []cpuTime, dir string, used, process, capacity float64) []cpuTime {
	if math.IsNaN(used) {
		used = process
	}
	if math.IsNaN(used) || math.IsNaN(capacity) {
		return limits
	}
	return append(limits, cpuTime{dir, used, capacity})
}
