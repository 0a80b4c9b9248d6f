package machines

import "time"

const (
	unlimited1 = 9223372036854771712
	mountPoint = "sys/fs/cgroup"
	service    = "sys/fs/cgroup/user.slice/app.service"
)

var (
	unified = mount2("/", "/sys/fs/cgroup")
	app     = at("0::/user.slice/app.service", "22 1 8:1 / / rw - ext4 /dev/sda rw\n", unified)
)

// All returns the table: control groups of both versions,
// nested, without limits, with memory.high, quotas and sets of processors.
func All() []Machine {
	return append(ofMemory(), ofCPU()...)
}

func ofMemory() []Machine {
	memory := func(name string, share float64, all ...map[string]string) Machine {
		return Machine{Name: name, Files: files(all...), Memory: share, CPU: onProcessors}
	}
	return []Machine{
		memory("no control groups", onMachine, map[string]string{"proc/self/cgroup": ""}),
		memory("nothing mounted", onMachine, at("0::/a", "garbage\n1 2 3 - x y\n")),
		memory("version 2 without a limit", onMachine, app, under(service, map[string]string{
			"memory.max": "max\n", "memory.high": "max\n", "memory.current": "5000000\n",
			"cpu.max": "max 100000\n", "cpuset.cpus.effective": "0-7\n",
		})),
		memory("files that were not used lately", 0.5, app, group2(service, 10e6, 7e6, 0, 2e6)),
		memory("files that are in use", 0.3, app, group2(service, 10e6, 9.86e6, 6e6, 0.86e6)),
		memory("names of files that are in use", 0.4, app, group2(service, 10e6, 9e6, 0, 2e6), under(service, map[string]string{
			"memory.stat": "inactive_file 2000000\nactive_file 0\nslab_reclaimable 3000000\nslab_unreclaimable 700000\n",
		})),
		memory("statistics of more than is used", 0, app, group2(service, 10e6, 1e6, 2e6, 0)),
		memory("more than the limit", 1, app, group2(service, 10e6, 11e6, 0, 0)),
		memory("memory.high below memory.max", 0.9, app, group2(service, 10e6, 4.5e6, 0, 0), under(service, map[string]string{"memory.high": "5000000\n"})),
		memory("memory.high alone", 0.9, app, group2(service, 10e6, 4.5e6, 0, 0), under(service, map[string]string{"memory.high": "5000000\n", "memory.max": "max\n"})),
		memory("memory.high above memory.max", 0.45, app, group2(service, 10e6, 4.5e6, 0, 0), under(service, map[string]string{"memory.high": "12000000\n"})),
		memory("the limit of a group above", 0.75, app, group2(service, 10e6, 1e6, 0, 0), group2(mountPoint+"/user.slice", 12e6, 9e6, 0, 0)),
		memory("memory.high of a group above", 0.9, app, group2(service, 10e6, 1e6, 0, 0), group2(mountPoint+"/user.slice", 12e6, 9e6, 0, 0),
			under(mountPoint+"/user.slice", map[string]string{"memory.high": "10000000\n"})),
		memory("a limit above the machine's memory", onMachine, app, group2(service, 32e6, 5e6, 0, 0)),
		memory("a limit of nothing", onMachine, app, group2(service, 0, 5e6, 0, 0)),
		memory("a container with its own namespace", 0.25, at("0::/", unified), group2(mountPoint, 10e6, 2.5e6, 0, 0)),
		memory("a container in a pod, of which the pod is mounted", 0.96, at("0::/kubepods/pod1/c1", mount2("/kubepods/pod1", "/sys/fs/cgroup")),
			group2(mountPoint, 12e6, 1.44e6, 0, 0), group2(mountPoint+"/c1", 1e6, 0.96e6, 0, 0)),
		memory("a container that sees the path of the host", 0.6, at("0::/docker/123", unified), group2(mountPoint, 10e6, 7e6, 0, 1e6)),
		memory("a container without mountinfo", 0.5, map[string]string{"proc/self/cgroup": "0::/a\n"}, group2(mountPoint+"/a", 10e6, 9e6, 0, 4e6)),
		memory("a path outside of the namespace", 0.25, at("0::/../elsewhere", unified), group2(mountPoint, 10e6, 2.5e6, 0, 0)),
		memory("a path of which a part is mounted", 0.7, at("0::/a/b/c", unified), group2(mountPoint+"/a", 10e6, 7e6, 0, 0)),
		memory("a mount point with a blank", 0.5, at("0::/", mount2("/", `/c\040g`)), group2("c g", 10e6, 5e6, 0, 0)),
		memory("two mounts, one of which shows the group", 0.8, at("0::/a/b", mount2("/", "/old"), mount2("/a", "/sys/fs/cgroup")),
			group2(mountPoint, 10e6, 1e6, 0, 0), group2(mountPoint+"/b", 10e6, 8e6, 0, 0), group2("old", 10e6, 9e6, 0, 0)),
		memory("two mounts, one of which shows more", 0.8, at("0::/a/b", mount2("/a/b", "/inner"), unified),
			group2("inner", 10e6, 1e6, 0, 0), group2(mountPoint+"/a/b", 10e6, 1e6, 0, 0), group2(mountPoint+"/a", 10e6, 8e6, 0, 0)),

		memory("version 1 in a container", 0.4, at("4:memory:/docker/abc\n1:name=systemd:/docker/abc", mount1("/docker/abc", "memory")),
			group1(mountPoint+"/memory", 10e6, 10e6, 9e6, 3e6, 2e6)),
		memory("version 1 below the mounted group", 0.1, at("4:memory:/docker/abc/task", mount1("/docker/abc", "memory")),
			group1(mountPoint+"/memory", unlimited1, unlimited1, 5e6, 0, 0), group1(mountPoint+"/memory/task", 10e6, 10e6, 1e6, 0, 0)),
		memory("version 1 not below the mounted group", 0.5, at("4:memory:/dockerish", mount1("/docker", "memory")),
			group1(mountPoint+"/memory", 10e6, 10e6, 5e6, 0, 0), group1(mountPoint+"/memory/ish", 10e6, 10e6, 9e6, 0, 0)),
		memory("version 1 with a limit above, out of sight", 0.75, at("4:memory:/pod/c", mount1("/pod/c", "memory")),
			group1(mountPoint+"/memory", unlimited1, 8e6, 6e6, 0, 0)),
		memory("version 1 without a limit", onMachine, at("4:memory:/\n0::/", mount1("/", "memory"), mount2("/", "/sys/fs/cgroup/unified")),
			group1(mountPoint+"/memory", unlimited1, unlimited1, 1e6, 0, 0), map[string]string{"sys/fs/cgroup/unified/cgroup.procs": "1\n"}),
		memory("version 1 without mountinfo", 0.4, map[string]string{"proc/self/cgroup": "broken\n5:cpu,cpuacct:/c\n4:memory:/a\n"},
			group1(mountPoint+"/memory/a", 10e6, 10e6, 5e6, 0, 1e6)),
		memory("both versions, memory in version 2", 0.3, at("3:cpu:/x\n0::/a", mount1("/", "cpu"), mount2("/", "/sys/fs/cgroup/unified")),
			group2(mountPoint+"/unified/a", 10e6, 3e6, 0, 0)),
	}
}

// The process uses one processor of eight for ten seconds, its group 1.5.
func ofCPU() []Machine {
	const began, group = 9 * time.Second, 15 * time.Second
	quota := func(name, quota string, share float64, all ...map[string]string) Machine {
		return Machine{
			Name: name, Memory: onMachine, CPU: share,
			Files: files(append([]map[string]string{app, cpu2(service, quota, began)}, all...)...),
			Later: cpu2(service, quota, began+group),
		}
	}
	procs := func(m Machine, n int) Machine { m.GOMAXPROCS = n; return m }
	cpuset := func(list string) map[string]string {
		return under(service, map[string]string{"cpuset.cpus.effective": list})
	}
	online := func(list string) map[string]string {
		return map[string]string{"sys/devices/system/cpu/online": list}
	}
	v1 := func(name string, share float64, cpu, cpuacct string, all ...map[string]string) Machine {
		return Machine{
			Name: name, Memory: onMachine, CPU: share,
			Files: files(append(all, map[string]string{cpuacct + "/cpuacct.usage": "9000000000\n"}, under(cpu, map[string]string{
				"cpu.cfs_quota_us": "200000\n", "cpu.cfs_period_us": "100000\n",
			}))...),
			Later: map[string]string{cpuacct + "/cpuacct.usage": "24000000000\n"},
		}
	}
	both := at("3:cpu,cpuacct:/docker/abc", mount1("/docker/abc", "cpu,cpuacct"))
	apart := at("2:cpuacct:/a\n1:cpu:/a", mount1("/", "cpu"), mount1("/", "cpuacct"))
	return []Machine{
		quota("a quota", "300000 100000", 0.5),
		quota("a quota below one processor", "50000 100000", 1),
		quota("no quota", "max 100000", onProcessors),
		quota("no quota, fewer processors", "max 100000", 0.5, online("0,3\n"), cpuset("")),
		quota("a quota above the machine's processors", "6400000 100000", 0.75, online("0-1\n")),
		procs(quota("a quota above GOMAXPROCS", "400000 100000", 1), 1),
		procs(quota("GOMAXPROCS alone", "max 100000", 0.5), 2),
		procs(quota("GOMAXPROCS above the quota", "200000 100000", 0.75), 16),
		quota("a set of processors", "max 100000", 0.75, cpuset("2,5\n")),
		quota("a set of processors below the quota", "400000 100000", 0.75, cpuset("2-3\n")),
		quota("a set of all processors", "max 100000", onProcessors, cpuset("0-7\n")),
		quota("an affinity", "max 100000", 0.5, map[string]string{"proc/self/status": "Name:\ta\nCpus_allowed_list:\t4,6\n"}),
		quota("an affinity that is not told", "max 100000", onProcessors, map[string]string{"proc/self/status": "Name:\ta\n"}),
		{
			Name: "the quota of a group above", Memory: onMachine, CPU: 0.8,
			Files: files(app, cpu2(service, "300000 100000", began), cpu2(mountPoint+"/user.slice", "500000 100000", began)),
			Later: files(cpu2(service, "300000 100000", began+group), cpu2(mountPoint+"/user.slice", "500000 100000", began+40*time.Second)),
		},
		{
			Name: "a quota whose use is not told", Memory: onMachine, CPU: 0.25,
			Files: files(app, under(service, map[string]string{"cpu.max": "400000 100000\n", "cpu.stat": Unreadable})),
		},
		v1("version 1", 0.75, mountPoint+"/cpu,cpuacct", mountPoint+"/cpu,cpuacct", both),
		v1("version 1, its use told elsewhere", 0.75, mountPoint+"/cpu/a", mountPoint+"/cpuacct/a", apart),
		v1("version 1, its use told of another group", 0.5, mountPoint+"/cpu/a", mountPoint+"/cpuacct/b",
			at("2:cpuacct:/b\n1:cpu:/a", mount1("/", "cpu"), mount1("/", "cpuacct"))),
		v1("version 1, its use not told", 0.5, mountPoint+"/cpu/a", mountPoint+"/nowhere", at("1:cpu:/a", mount1("/", "cpu"))),
		v1("version 1, its use unreadable", 0.5, mountPoint+"/cpu/a", mountPoint+"/nowhere", apart,
			map[string]string{mountPoint + "/cpuacct/a/cpuacct.usage": Unreadable}),
		{
			Name: "version 1 without a quota", Memory: onMachine, CPU: onProcessors,
			Files: files(both, under(mountPoint+"/cpu,cpuacct", map[string]string{"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"})),
		},
		{
			Name: "a set of processors of version 1", Memory: onMachine, CPU: 0.5,
			Files: files(at("1:cpuset:/a", mount1("/", "cpuset")), under(mountPoint+"/cpuset", map[string]string{"cpuset.effective_cpus": "0-7\n", "a/cpuset.effective_cpus": "6-7\n"})),
		},
	}
}
