package system

import (
	"errors"
	"io/fs"
	"strings"
)

// groups are the directories of the control groups that the process is in, each
// list from the innermost one up to the root of what is mounted. The limits of all
// of them hold. A machine may have both versions at once, with a controller in one
// of them.
type groups struct {
	root    fs.FS
	unified []string // version 2
	memory1 []string // version 1, one hierarchy for each controller
	cpu1    []string
	cpuacct []string
	cpuset1 []string
}

// findGroups reads where the process is and what is mounted. Without control
// groups the lists are empty.
func findGroups(root fs.FS) (groups, error) {
	g := groups{root: root}
	paths, err := groupPaths(root)
	if err != nil || len(paths) == 0 {
		return g, err
	}
	mounts, err := readMounts(root)
	if err != nil {
		return g, err
	}
	for controller, dirs := range map[string]*[]string{
		"": &g.unified, "memory": &g.memory1, "cpu": &g.cpu1, "cpuacct": &g.cpuacct, "cpuset": &g.cpuset1,
	} {
		if p, ok := paths[controller]; ok {
			*dirs = find(root, mounts, controller, p)
		}
	}
	return g, nil
}

// find returns the directories of the mount that shows most of the way up from
// the group, since the same hierarchy can be mounted in several places.
func find(root fs.FS, mounts []mount, controller, p string) (best []string) {
	bestFound := false
	for _, m := range mounts {
		if !m.has(controller) {
			continue
		}
		dirs, found := m.dirs(root, p)
		if best == nil || (found && !bestFound) || (found == bestFound && len(dirs) > len(best)) {
			best, bestFound = dirs, found
		}
	}
	return best
}

// groupPaths returns the process's path in each hierarchy by controller; that of
// version 2 has none.
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
