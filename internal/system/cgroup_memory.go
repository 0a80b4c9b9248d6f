package system

import "path"

// memory returns the limit of which most is used, and whether there is one at
// all: one that is not below the machine's memory is none.
func (g groups) memory(machine uint64) (tightest Memory, limited bool, err error) {
	consider := func(m Memory) {
		if !limited || m.Share() > tightest.Share() {
			tightest, limited = m, true
		}
	}
	for _, dir := range g.unified {
		limit, ok, err := g.limit2(dir, machine)
		if err != nil {
			return Memory{}, false, err
		}
		if !ok {
			continue
		}
		used, err := g.used(dir, "memory.current", "active_file", "inactive_file", "slab_reclaimable")
		if err != nil {
			return Memory{}, false, err
		}
		consider(Memory{used, limit})
	}
	for i, dir := range g.memory1 {
		limit, ok, err := g.limit1(dir, machine, i == 0)
		if err != nil {
			return Memory{}, false, err
		}
		if !ok {
			continue
		}
		used, err := g.used(dir, "memory.usage_in_bytes", "total_active_file", "total_inactive_file")
		if err != nil {
			return Memory{}, false, err
		}
		consider(Memory{used, limit})
	}
	return tightest, limited, nil
}

// limit2 returns the lower one of memory.max and memory.high: above the latter
// the kernel slows the group down until it has given memory back.
func (g groups) limit2(dir string, machine uint64) (limit uint64, ok bool, err error) {
	limit = machine
	for _, name := range []string{"memory.max", "memory.high"} {
		n, limited, err := readLimit(g.root, path.Join(dir, name))
		if err != nil {
			return 0, false, err
		}
		if limited && n > 0 {
			limit = min(limit, n)
		}
	}
	return limit, limit < machine, nil
}

// limit1 returns the limit of a group of version 1, which writes "no limit" as the
// highest multiple of a page. The innermost one knows the limits above it, some of
// which a container does not see.
func (g groups) limit1(dir string, machine uint64, innermost bool) (limit uint64, ok bool, err error) {
	limit, ok, err = readLimit(g.root, path.Join(dir, "memory.limit_in_bytes"))
	if err != nil || !ok {
		return 0, false, err
	}
	if innermost {
		const hierarchical = "hierarchical_memory_limit"
		if above, err := keyed(g.root, path.Join(dir, "memory.stat"), hierarchical); err == nil {
			limit = min(limit, above[hierarchical])
		}
	}
	return limit, 0 < limit && limit < machine, nil
}

// used returns the memory that a group and those below it cannot give back: all
// but what the keys count in its statistics.
func (g groups) used(dir, name string, reclaimable ...string) (uint64, error) {
	used, err := readNumber(g.root, path.Join(dir, name))
	if err != nil {
		return 0, err
	}
	stat, err := keyed(g.root, path.Join(dir, "memory.stat"), reclaimable...)
	if err != nil {
		return 0, err
	}
	for _, n := range stat {
		used = minus(used, n)
	}
	return used, nil
}
