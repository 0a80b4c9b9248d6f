package objective_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func TestLatencyIsABucketBound(t *testing.T) {
	for _, m := range []catalog.Metric{catalog.RequestLatency, catalog.OperationDuration} {
		if !slices.Contains(m.Bounds, objective.LatencyP99.Seconds()) {
			t.Errorf("LatencyP99 = %v is no bound of %s, %v: the share of operations within it would be a guess",
				objective.LatencyP99, m.Name, m.Bounds)
		}
	}
}

// The line of an operation that hangs says after which ages it comes, in words.
func TestLineSaysTheAges(t *testing.T) {
	words := map[time.Duration]string{30 * time.Second: "half a minute", time.Minute: "a minute"}
	for _, l := range catalog.Lines() {
		if l.Message != catalog.OperationHangs {
			continue
		}
		for _, want := range []string{
			"in flight for " + words[objective.OperationAge] + ";",
			"an update for " + words[objective.TransactionAge] + ",",
		} {
			if !strings.Contains(l.When, want) {
				t.Errorf("the line comes after %v or %v, and the catalogue does not say %q: %q",
					objective.OperationAge, objective.TransactionAge, want, l.When)
			}
		}
		return
	}
	t.Errorf("there is no line %q", catalog.OperationHangs)
}

func TestRatiosAreShares(t *testing.T) {
	for name, ratio := range map[string]float64{
		"ErrorRatio":         objective.ErrorRatio,
		"Availability":       objective.Availability,
		"ErrorBudget":        objective.ErrorBudget,
		"Saturation":         objective.Saturation,
		"SaturationCritical": objective.SaturationCritical,
		"DiskFilling":        objective.DiskFilling,
		"DiskUsed":           objective.DiskUsed,
		"DiskReserve":        objective.DiskReserve,
		"CapacityUsed":       objective.CapacityUsed,
	} {
		if ratio <= 0 || ratio >= 1 {
			t.Errorf("%s = %v, want a share between 0 and 1, and no percentage", name, ratio)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		what string
		ok   bool
	}{
		{"saturation warns before it is critical", objective.Saturation < objective.SaturationCritical},
		{"a disk fills before it is full", objective.DiskFilling < objective.DiskUsed},
		{"evidence has room on a full disk", objective.DiskUsed < 1-objective.DiskReserve},
		{"the budget burns before the static alert is due", objective.ErrorBudget < objective.ErrorRatio},
		{"a page at 14.4 times the budget is near the static alert", 14.4*objective.ErrorBudget < 2*objective.ErrorRatio},
		{"a lagging replica is noticed within ten probes a second apart", objective.ReplicationLag < 10*time.Second},
	} {
		if !c.ok {
			t.Errorf("not so: %s", c.what)
		}
	}
}

func Example() {
	perHour := objective.ErrorBudget * objective.Capacity * time.Hour.Seconds()
	fmt.Printf("at %d ops/s, %.0f operations an hour may fail\n", objective.Capacity, perHour)
	fmt.Printf("99 of 100 take at most %v\n", objective.LatencyP99)
	// Output:
	// at 10000 ops/s, 36000 operations an hour may fail
	// 99 of 100 take at most 100ms
}
