package redishook_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring"
)

// slowServer answers after a while.
type slowServer struct{ answers }

func (slowServer) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(context.Context, redis.Cmder) error {
		time.Sleep(300 * time.Millisecond)
		return nil
	}
}

// The alert about latency sees a client whose commands take long, and no queue whose
// readers wait: the shipped rules, run by promtool, on the series of a hook.
func TestKVLatencyHigh(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	shipped, err := monitoring.Files().Open("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = shipped.Close() }()
	text, err := io.ReadAll(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{"get": "GET", "blpop": ""} {
		var page testutil.Samples
		synctest.Test(t, func(t *testing.T) {
			tel := newTelemetry(t)
			client := offline(t)
			tel.instrument(t, client)
			client.AddHook(slowServer{})
			for range 30 {
				_ = client.Process(t.Context(), redis.NewStringCmd(t.Context(), command, "key"))
			}
			page = tel.collect(t)
		})
		test := "rule_files: [" + rules + "]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
		for _, s := range page {
			if strings.HasPrefix(s.Name, "db.client.operation.duration") {
				test += fmt.Sprintf("  - series: '%s'\n    values: '0+%vx30'\n", prometheus(s), s.Value)
			}
		}
		test += "  promql_expr_test:\n  - expr: 'count by (db_operation_name) (ALERTS{alertname=\"KVLatencyHigh\",alertstate=\"firing\"})'\n    eval_time: 20m\n    exp_samples:"
		if want == "" {
			test += " []\n"
		} else {
			test += "\n    - {labels: '{db_operation_name=\"" + want + "\"}', value: 1}\n"
		}
		path := filepath.Join(t.TempDir(), "test.yaml")
		if err := os.WriteFile(path, []byte(test), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), process.Installed(t, "promtool"), "test", "rules", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}

// prometheus returns a series as /metrics has it.
func prometheus(s testutil.Sample) string {
	name := strings.ReplaceAll(s.Name, ".", "_")
	name = strings.Replace(name, "duration", "duration_seconds", 1)
	var labels []string
	for key, value := range s.Attributes {
		labels = append(labels, strings.ReplaceAll(key, ".", "_")+"=\""+value+"\"")
	}
	return name + "{instance=\"a\",job=\"j\"," + strings.Join(labels, ",") + "}"
}
