package reference

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
)

// A command is as many operations as the documentation of kvserver says.
func TestOperations(t *testing.T) {
	for _, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			s := kvserver.Start(t, "-engine", engine, "-sync=false")
			c, err := dial(s.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			for _, tt := range []struct {
				commands string // separated by ;
				want     counts
				expiring counts // where keys expire, if it is something else
			}{
				{"SET a 1; SET b 2; SET a 1 KEEPTTL", counts{"put ok": 3}, counts{"put ok": 3, "get ok": 1}},
				{"WATCH a b none; UNWATCH", counts{}, counts{"get ok": 2, "get miss": 1}},
				{"SET a 1 GET; SET none 1 XX GET; SET a 1 NX GET; SET c 1 NX GET", counts{"get ok": 2, "get miss": 2, "put ok": 2}, nil},
				{"TTL a; PTTL a; TYPE a; TTL none; TYPE none", counts{"get ok": 3, "get miss": 2}, nil},
				{"EXISTS a b none", counts{"get ok": 2, "get miss": 1}, nil},
				{"KEYS *; SCAN 0; DBSIZE", counts{"scan ok": 3}, nil},
				{"MSET d 1 e 2", counts{"BATCH put ok": 1}, nil},
				{"DEL d none", counts{"get ok": 1, "get miss": 1, "delete ok": 1}, nil},
				{"DEL a b", counts{"get ok": 2, "BATCH delete ok": 1}, nil},
				{"MULTI; SET a 1; GET a; SET b 2; GET none; EXEC", counts{"get miss": 1, "BATCH put ok": 1}, nil},
				{"FLUSHDB", counts{"scan ok": 2, "BATCH delete ok": 1}, nil},
				{"FLUSHDB", counts{"scan ok": 1}, nil},
				{"SET a 1; FLUSHDB", counts{"put ok": 1, "scan ok": 2, "delete ok": 1}, nil},
				{"FLUSHALL", counts{"scan ok": 16}, nil},
				{"SET e 1 EX 100 NX; SET e 1 XX EX 100; PTTL e", nil, counts{"get ok": 2, "get miss": 1, "put ok": 2}},
			} {
				switch expires := kvserver.Expires(engine); {
				case tt.expiring != nil && expires:
					tt.want = tt.expiring
				case tt.want == nil:
					continue
				}
				before := s.Requests(t)
				for command := range strings.SplitSeq(tt.commands, "; ") {
					if reply, err := c.do(strings.Fields(command)...); err != nil || reply[0] == '-' {
						t.Fatalf("%s: %s, %v", command, reply, err)
					}
				}
				got := counts(s.Requests(t))
				maps.DeleteFunc(got, func(name string, n int) bool {
					got[name] -= before[name]
					outcome := name[strings.LastIndex(name, " ")+1:]
					return n == before[name] || !slices.Contains([]string{"ok", "miss"}, outcome)
				})
				if !maps.Equal(got, tt.want) {
					t.Errorf("%s: %v, want %v", tt.commands, got, tt.want)
				}
			}
		})
	}
}
