package system

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// processors are a set of them, by number.
type processors map[int]struct{}

// maxProcessor is beyond any that Linux can be built for.
const maxProcessor = 1 << 14

func firstProcessors(n int) processors {
	set := make(processors, n)
	for i := range n {
		set[i] = struct{}{}
	}
	return set
}

// count returns how many there are, and 1 for none: the process does run.
func (p processors) count() int { return max(1, len(p)) }

func (p processors) and(other processors) processors {
	both := make(processors)
	for i := range p {
		if _, ok := other[i]; ok {
			both[i] = struct{}{}
		}
	}
	return both
}

// readProcessors reads a list of them, such as 0-3,8. It returns false for an
// empty one, and when there is no file.
func readProcessors(root fs.FS, name string) (processors, bool, error) {
	data, err := fs.ReadFile(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return parseProcessors(name, strings.TrimSpace(string(data)))
}

func parseProcessors(name, list string) (processors, bool, error) {
	if list == "" {
		return nil, false, nil
	}
	set := make(processors)
	for part := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || first < 0 || last < first || last > maxProcessor {
			return nil, false, fmt.Errorf("%s: %q is no list of processors", name, list)
		}
		for i := first; i <= last; i++ {
			set[i] = struct{}{}
		}
	}
	return set, true, nil
}

// statusProcessors returns those that the process may run on, which need not be
// there.
func statusProcessors(root fs.FS) (processors, bool, error) {
	const name = "proc/self/status"
	data, err := fs.ReadFile(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for line := range strings.Lines(string(data)) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			return parseProcessors(name, strings.TrimSpace(list))
		}
	}
	return nil, false, nil
}

// processors returns those of the innermost group that tells them. They are
// among those of the groups above.
func (g groups) processors() (processors, bool, error) {
	for _, files := range []struct {
		dirs []string
		name string
	}{
		{g.unified, "cpuset.cpus.effective"},
		{g.cpuset1, "cpuset.effective_cpus"},
		{g.cpuset1, "cpuset.cpus"},
	} {
		for _, dir := range files.dirs {
			set, ok, err := readProcessors(g.root, path.Join(dir, files.name))
			if err != nil || ok {
				return set, ok, err
			}
		}
	}
	return nil, false, nil
}
