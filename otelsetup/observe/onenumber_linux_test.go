package observe_test

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// near is by how much the memory of this process changes between two readings, 128 MiB
// being all. What counts the pages of files is off by 0.6, and what divides by the
// machine's memory by 0.2.
const near = 0.1

// TestOneNumber: in one process, alone in a real control group, the probe, the metric and
// the line of the evidence that is captured say the same of its memory.
func TestOneNumber(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		check := health.Memory("memory", &health.Limits{Warn: low / 4, Fail: low / 2})
		o, log := start(t, observe.WithChecks(check), observe.WithDirectory(t.TempDir()),
			observe.WithProfilerOptions(pprofx.WithMemory(nil, low/2)))

		var probe, metric, trigger float64
		defer func() { t.Logf("the probe says %.3f, the metric %.3f, the trigger %.2f", probe, metric, trigger) }()
		eventually(t, "the line of what was captured", func() bool {
			for _, line := range log.all("evidence captured") {
				if line["reason"] == "memory" {
					trigger = number(t, `(\d+)_percent`, fmt.Sprint(line)) / 100
				}
			}
			return trigger != 0
		})
		eventually(t, "the probe and the metric, which follow", func() bool {
			r := request{path: "/readyz/memory", accept: "application/health+json"}
			status, body := r.at(t, o.Addr().String())
			if status != http.StatusServiceUnavailable {
				t.Fatalf("/readyz/memory: %d %s", status, body)
			}
			probe = number(t, `([\d.]+) % used`, body) / 100
			_, page := get(t, o, "/metrics")
			metric = number(t, `(?m)^kvdb_utilization_ratio\{kvdb_resource="memory"\} (.*)$`, page)
			return math.Abs(probe-metric) < near && math.Abs(probe-trigger) < near
		})
		for name, share := range map[string]float64{"the probe": probe, "the metric": metric, "the trigger": trigger} {
			if share < low-near || share > high {
				t.Errorf("%s says %.3f, want %.3f to %.3f", name, share, low, high)
			}
		}
	})
}

func number(t *testing.T, pattern, text string) float64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
