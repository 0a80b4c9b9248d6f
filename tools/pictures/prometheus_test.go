package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring"
)

const (
	// every is the time between two scrapes.
	every = 2 * time.Second

	// told is what Grafana would be told of it. The window of rates, four times as long, has
	// then three of the readings that engines give each ten seconds.
	told = 8 * time.Second
)

// Instances of a job: the one that its fault is in, and one that is well.
const ill, well = "shop-1", "shop-2"

// startPrometheus starts the server that the machine has, with the rules that are shipped.
// It scrapes each program as a job of its own, with the one that is well as a second instance.
func startPrometheus(t *testing.T, programs []*program) prometheus {
	t.Helper()
	path := process.Installed(t, "prometheus")
	dir := t.TempDir()
	rules, err := monitoring.Files().ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	fmt.Fprintf(&config, "global: {scrape_interval: %[1]s, scrape_timeout: %[1]s, evaluation_interval: %[1]s}\nrule_files: [rules.yaml]\nscrape_configs:\n", every)
	for i, p := range programs {
		fmt.Fprintf(&config, "- job_name: %s\n  static_configs:\n  - {targets: [%q], labels: {instance: %s}}\n", p.job, p.address, ill)
		if i > 0 {
			fmt.Fprintf(&config, "  - {targets: [%q], labels: {instance: %s}}\n", programs[0].address, well)
		}
	}
	for name, text := range map[string][]byte{"rules.yaml": rules, "prometheus.yaml": []byte(config.String())} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	address := process.FreeAddress(t)
	server := process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), path,
		"--config.file="+filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--enable-feature=exemplar-storage", "--log.level=warn"))
	p := prometheus("http://" + address)
	server.Eventually(t, "Prometheus", func() bool {
		_, err := p.number(t, "vector(1)")
		return err == nil
	})
	return p
}

// number returns the only value of an expression, 0 if it has none.
func (p prometheus) number(t *testing.T, query string) (float64, error) {
	t.Helper()
	data, err := p.call(t.Context(), "query", url.Values{"query": {"sum(" + query + ")"}})
	if err != nil {
		return 0, err
	}
	var answer struct{ Result []struct{ Value [2]any } }
	if err := json.Unmarshal(data, &answer); err != nil || len(answer.Result) == 0 {
		return 0, err
	}
	text, _ := answer.Result[0].Value[1].(string)
	return strconv.ParseFloat(text, 64)
}

// awaitScrapes waits until the program that is well has been scraped so many times.
func (p prometheus) awaitScrapes(t *testing.T, job string, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d scrapes", n), time.Duration(3*n)*every+process.Soon, func() bool {
		got, err := p.number(t, fmt.Sprintf("sum_over_time(up{job=%q,instance=%q}[1h])", job, ill))
		return err == nil && got >= float64(n)
	})
}
