package health

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

func newMemoryReader() func() (float64, error) {
	r := memoryReader{root: os.DirFS("/"), pageSize: uint64(os.Getpagesize())}
	return r.share
}

// A memoryReader reads /proc and, at their usual places, the control groups of
// both versions.
type memoryReader struct {
	root     fs.FS
	pageSize uint64
}

// cgroupFiles are the files of one version of control groups.
type cgroupFiles struct {
	mount, limit, used, droppable string
}

var (
	cgroup2 = cgroupFiles{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"}
	cgroup1 = cgroupFiles{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
)

// share returns the used share of the tightest limit.
func (r memoryReader) share() (float64, error) {
	machine, err := r.keyed("proc/meminfo", "MemTotal:")
	if err != nil {
		return 0, err
	}
	machine *= 1024
	groups, err := r.groups()
	if err != nil {
		return 0, err
	}
	tightest, limited := 0.0, false
	for _, g := range groups {
		share, ok, err := r.groupShare(g.cgroupFiles, g.dir, machine)
		if err != nil {
			return 0, err
		}
		if ok {
			tightest, limited = max(tightest, share), true
		}
	}
	if limited {
		return tightest, nil
	}
	own, err := r.anonymous()
	return float64(own) / float64(machine), err
}

type group struct {
	cgroupFiles
	dir string
}

// groups returns the directories of the groups that the process is in, and all
// above them, whose limits hold as well.
func (r memoryReader) groups() ([]group, error) {
	data, err := fs.ReadFile(r.root, "proc/self/cgroup")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var groups []group
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		files := cgroup2
		if parts[1] != "" {
			files = cgroup1
		}
		if parts[1] != "" && !strings.Contains(","+parts[1]+",", ",memory,") {
			continue
		}
		// In a container the path may be the host's, of which only the
		// container's own part is mounted, at the mount point.
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			groups = append(groups, group{files, path.Join(files.mount, dir)})
			if dir == "/" {
				break
			}
		}
	}
	return groups, nil
}

// groupShare returns false for a group without a limit below the machine's
// memory, and for one that is not there.
func (r memoryReader) groupShare(f cgroupFiles, dir string, machine uint64) (float64, bool, error) {
	data, err := fs.ReadFile(r.root, path.Join(dir, f.limit))
	text := strings.TrimSpace(string(data))
	if errors.Is(err, fs.ErrNotExist) || text == "max" {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	limit, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", path.Join(dir, f.limit), err)
	}
	if limit == 0 || limit >= machine {
		return 0, false, nil
	}
	data, err = fs.ReadFile(r.root, path.Join(dir, f.used))
	if err != nil {
		return 0, false, err
	}
	used, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", path.Join(dir, f.used), err)
	}
	droppable, err := r.keyed(path.Join(dir, "memory.stat"), f.droppable)
	if err != nil {
		return 0, false, err
	}
	return float64(sub(used, droppable)) / float64(limit), true, nil
}

// anonymous returns the bytes of memory of the process that no file backs.
func (r memoryReader) anonymous() (uint64, error) {
	data, err := fs.ReadFile(r.root, "proc/self/statm")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(data))
	if len(fields) < 3 {
		return 0, errors.New("proc/self/statm: too short")
	}
	resident, err1 := strconv.ParseUint(fields[1], 10, 64)
	shared, err2 := strconv.ParseUint(fields[2], 10, 64)
	return sub(resident, shared) * r.pageSize, errors.Join(err1, err2)
}

// keyed returns the number after a key at the start of a line.
func (r memoryReader) keyed(name, key string) (uint64, error) {
	data, err := fs.ReadFile(r.root, name)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == key {
			return strconv.ParseUint(fields[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: no %s", name, key)
}
