package system

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// mount is a line of mountinfo: where a hierarchy of control groups is.
type mount struct {
	root        string // the group of the hierarchy that is mounted
	point       string // where, without the leading slash
	unified     bool   // version 2
	controllers []string
}

// usual is where control groups are on a system that does not tell.
var usual = []mount{
	{root: "/", point: "sys/fs/cgroup", unified: true},
	{root: "/", point: "sys/fs/cgroup/memory", controllers: []string{"memory"}},
	{root: "/", point: "sys/fs/cgroup/cpu", controllers: []string{"cpu"}},
	{root: "/", point: "sys/fs/cgroup/cpuacct", controllers: []string{"cpuacct"}},
	{root: "/", point: "sys/fs/cgroup/cpuset", controllers: []string{"cpuset"}},
}

func readMounts(root fs.FS) ([]mount, error) {
	data, err := fs.ReadFile(root, "proc/self/mountinfo")
	if errors.Is(err, fs.ErrNotExist) {
		return usual, nil
	}
	if err != nil {
		return nil, err
	}
	var mounts []mount
	for line := range strings.Lines(string(data)) {
		if m, ok := parseMount(line); ok {
			mounts = append(mounts, m)
		}
	}
	return mounts, nil
}

var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// parseMount returns false for all but control groups.
func parseMount(line string) (mount, bool) {
	before, after, found := strings.Cut(line, " - ")
	fields, system := strings.Fields(before), strings.Fields(after)
	if !found || len(fields) < 5 || len(system) < 3 || !strings.HasPrefix(system[0], "cgroup") {
		return mount{}, false
	}
	return mount{
		root:        unescape.Replace(fields[3]),
		point:       strings.TrimPrefix(unescape.Replace(fields[4]), "/"),
		unified:     system[0] == "cgroup2",
		controllers: strings.Split(system[2], ","), // among other options
	}, true
}

// has reports whether the mount is of version 2, which "" stands for, or of the
// hierarchy of a controller of version 1.
func (m mount) has(controller string) bool {
	if m.unified {
		return controller == ""
	}
	return controller != "" && slices.Contains(m.controllers, controller)
}

// dirs returns the directories of the group at p and of those above it, as far
// as they are mounted. In a container p is often a path of the host, of which the
// container's own part alone is mounted, and then the mount point is the group:
// it returns false if that is so for all that can be told.
func (m mount) dirs(root fs.FS, p string) (dirs []string, found bool) {
	p = path.Clean("/" + p)
	below, found := strings.CutPrefix(p, strings.TrimSuffix(m.root, "/"))
	if found = found && (below == "" || below[0] == '/'); !found {
		below = "/"
	}
	dir := path.Join(m.point, below)
	for dir != m.point && !exists(root, dir) {
		dir, found = path.Dir(dir), false
	}
	for ; dir != m.point; dir = path.Dir(dir) {
		dirs = append(dirs, dir)
	}
	return append(dirs, m.point), found
}
