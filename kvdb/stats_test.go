package kvdb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

func TestCheckStatInfos(t *testing.T) {
	stat := func(name, unit string) kvdb.StatInfo { return kvdb.StatInfo{Name: name, Unit: unit, Help: "Some help"} }
	counter := func(name, unit string) kvdb.StatInfo {
		i := stat(name, unit)
		i.Counter = true
		return i
	}
	var most []kvdb.StatInfo
	for i := range kvdb.MaxStats {
		most = append(most, stat(fmt.Sprint("kvdb.engine.s", i), "1"))
	}
	for name, tt := range map[string]struct {
		infos []kvdb.StatInfo
		want  string // in the error; empty for none
	}{
		"nothing": {nil, ""},
		"engine's own": {[]kvdb.StatInfo{
			stat("kvdb.engine.disk.size", "By"), counter("kvdb.engine.l0.sub_levels", "{sublevel}"),
			{Name: "kvdb.engine.x", Unit: "1", Help: "X", Stability: kvdb.StabilityStable},
		}, ""},
		"the constants": {[]kvdb.StatInfo{
			stat(kvdb.StatDiskUtilization, "1"), counter(kvdb.StatFailovers, "{failover}"), counter(kvdb.StatFailoverTime, "s"),
			counter(kvdb.StatWriteStallTime, "s"), stat(kvdb.StatFailed, ""),
		}, ""},
		"the most":                       {most, ""},
		"more":                           {append(most, stat("kvdb.engine.more", "1")), "33 statistics are declared, at most 32"},
		"outside":                        {[]kvdb.StatInfo{stat("kvdb.requests", "{request}")}, `"kvdb.requests" wants a name in lower case that begins with "kvdb.engine."`},
		"no name":                        {[]kvdb.StatInfo{stat("", "1")}, "wants a name"},
		"the prefix alone":               {[]kvdb.StatInfo{stat("kvdb.engine.", "1")}, "wants a name"},
		"an empty word":                  {[]kvdb.StatInfo{stat("kvdb.engine.a..b", "1")}, "wants a name"},
		"upper case":                     {[]kvdb.StatInfo{stat("kvdb.engine.Size", "1")}, "wants a name"},
		"a space":                        {[]kvdb.StatInfo{stat("kvdb.engine.a b", "1")}, "wants a name"},
		"a long name":                    {[]kvdb.StatInfo{stat("kvdb.engine."+strings.Repeat("a", 255), "1")}, "wants a name"},
		"one name twice":                 {[]kvdb.StatInfo{stat("kvdb.engine.a", "1"), stat("kvdb.engine.a", "1")}, "one name is one metric"},
		"one name, two units":            {[]kvdb.StatInfo{stat("kvdb.engine.a", "By"), stat("kvdb.engine.a", "s")}, `"kvdb.engine.a" (s) is declared beside "kvdb.engine.a" (By)`},
		"one name for Prometheus":        {[]kvdb.StatInfo{stat("kvdb.engine.a.b", "1"), stat("kvdb.engine.a_b", "1")}, "one name is one metric"},
		"no unit":                        {[]kvdb.StatInfo{stat("kvdb.engine.a", "")}, "has no unit"},
		"no help":                        {[]kvdb.StatInfo{{Name: "kvdb.engine.a", Unit: "1"}}, "wants a help"},
		"a full stop":                    {[]kvdb.StatInfo{{Name: "kvdb.engine.a", Unit: "1", Help: "A."}}, "without a full stop"},
		"a stability of its own":         {[]kvdb.StatInfo{{Name: "kvdb.engine.a", Unit: "1", Help: "A", Stability: "alpha"}}, `stability "alpha"`},
		"a constant with another unit":   {[]kvdb.StatInfo{stat(kvdb.StatDiskUtilization, "%")}, `has the unit "%"`},
		"a constant of another kind":     {[]kvdb.StatInfo{stat(kvdb.StatWriteStallTime, "s")}, "counter false, want"},
		"a state with the unit of share": {[]kvdb.StatInfo{stat(kvdb.StatFailed, "1")}, `has the unit "1"`},
	} {
		err := kvdb.CheckStatInfos(tt.infos)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
