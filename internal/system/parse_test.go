package system

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

func file(text string) fstest.MapFS { return fstest.MapFS{"f": {Data: []byte(text)}} }

func TestParseMount(t *testing.T) {
	for line, want := range map[string]mount{
		"": {}, "\n": {}, " - ": {}, "1 2 3:4 / /m - cgroup2 c\n": {}, "1 2 3:4 / - cgroup2 c rw\n": {},
		"1 2 3:4 / /m rw - ext4 cgroup rw\n": {}, "1 2 3:4 / /m rw cgroup2 c rw\n": {},
		"1 2 3:4 / /m - cgroup2 c rw\n":                        {"/", "m", true, []string{"rw"}},
		"1 2 3:4 / /m rw shared:4 - cgroup2 c rw,nsdelegate\n": {"/", "m", true, []string{"rw", "nsdelegate"}},
		"1 2 3:4 /a /m rw - cgroup c rw,cpu,cpuacct\n":         {"/a", "m", false, []string{"rw", "cpu", "cpuacct"}},
		"1 2 3:4 /\\040a /m\\134\\011b rw - cgroup c rw":       {"/ a", "m\\\tb", false, []string{"rw"}},
	} {
		if got, ok := parseMount(line); ok != (want.root != "") || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %t, want %+v", line, got, ok, want)
		}
	}
}

func TestParseProcessors(t *testing.T) {
	for list, want := range map[string]int{ // -1 for an error, 0 for no list
		"": 0, "0": 1, "0-0": 1, "0-3,8": 5, "1,1,0-1": 2, "16384": 1, "16383-16384": 2,
		"16385": -1, "0-16385": -1, "3-1": -1, "-1": -1, "1-": -1, "a": -1, "1,": -1, "1-2-3": -1, "1 2": -1,
	} {
		set, ok, err := parseProcessors("f", list)
		if (err != nil) != (want < 0) || ok != (want > 0) || len(set) != max(0, want) {
			t.Errorf("%q: %v, %t, %v", list, set, ok, err)
		}
	}
	if n := (processors{}).count(); n != 1 {
		t.Errorf("a process that runs on %d processors", n)
	}
	if n := firstProcessors(3).and(processors{2: {}, 3: {}}); len(n) != 1 || n.count() != 1 {
		t.Errorf("both: %v", n)
	}
}

func TestReadLimit(t *testing.T) {
	for text, tc := range map[string]struct {
		n       uint64
		ok, err bool
	}{
		"5\n": {5, true, false}, "0": {0, true, false}, "5 6\n": {5, true, false},
		"18446744073709551615": {math.MaxUint64, true, false}, "max\n": {}, "-1\n": {},
		"": {0, false, true}, "-2": {0, false, true}, "18446744073709551616": {0, false, true}, "MAX": {0, false, true},
	} {
		if n, ok, err := readLimit(file(text), "f"); n != tc.n || ok != tc.ok || (err != nil) != tc.err {
			t.Errorf("%q: %d, %t, %v", text, n, ok, err)
		}
	}
	if n, ok, err := readLimit(fstest.MapFS{}, "f"); n != 0 || ok || err != nil {
		t.Errorf("no file: %d, %t, %v", n, ok, err)
	}
}

func TestReadNumber(t *testing.T) {
	if n, err := readNumber(fstest.MapFS{}, "f"); n != 0 || err == nil {
		t.Errorf("no file: %d, %v", n, err)
	}
	if n, err := number("f", "much"); n != 0 || err == nil {
		t.Errorf("no number: %d, %v", n, err)
	}
	if got, err := fieldsAfter(file("1 (a) b)S 2"), "f", ')', 2); err != nil || !slices.Equal(got, []string{"S", "2"}) {
		t.Errorf("right after the last parenthesis: %q, %v", got, err)
	}
	if _, err := fieldsAfter(fstest.MapFS{}, "f", ')', 0); err == nil {
		t.Error("no file, and no error")
	}
	if m, err := keyed(fstest.MapFS{}, "f", "a"); m != nil || err == nil {
		t.Errorf("no file: %v, %v", m, err)
	}
	if m, err := keyed(file("a 1\nab 2\nb\na"), "f", "a", "b"); err != nil || len(m) != 1 || m["a"] != 1 {
		t.Errorf("%v, %v", m, err)
	}
}

func TestQuotas(t *testing.T) {
	for name, tc := range map[string]struct {
		quota, period uint64
		want          float64
		ok            bool
	}{
		"half":      {50, 100, 0.5, true},
		"no quota":  {0, 100, 0, false},
		"no period": {100, 0, 0, false},
		"the least": {1, 1, 1, true},
	} {
		if got, ok, err := ratio("f", tc.quota, tc.period); got != tc.want || ok != tc.ok || (err == nil) != tc.ok {
			t.Errorf("%s: %v, %t, %v", name, got, ok, err)
		}
	}
	for n, want := range map[uint64]time.Duration{
		0: 0, 1: time.Microsecond,
		math.MaxInt64 / 1000: math.MaxInt64 / 1000 * time.Microsecond,
		math.MaxInt64:        math.MaxInt64 / 1000 * time.Microsecond,
		math.MaxUint64:       math.MaxInt64 / 1000 * time.Microsecond,
	} {
		if got := duration(n, time.Microsecond); got != want {
			t.Errorf("%d µs are %v, want %v", n, got, want)
		}
	}
	if minus(1, 2) != 0 || minus(2, 2) != 0 || minus(3, 2) != 1 {
		t.Error("a difference wraps round")
	}
}

// A path of a group can have colons in it.
func TestGroupPaths(t *testing.T) {
	root := fstest.MapFS{"proc/self/cgroup": {Data: []byte("3:cpu,cpuacct:/a:b\nbroken\n0::/c\n")}}
	got, err := groupPaths(root)
	if err != nil || len(got) != 3 || got["cpu"] != "/a:b" || got["cpuacct"] != "/a:b" || got[""] != "/c" {
		t.Errorf("%q, %v", got, err)
	}
}
