package failover

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// scale is of the time of all rules: two seconds are the minute that they are made for.
const scale = 1.0 / 30

// A prometheus evaluates the rules that ship, for each program as a job of its own.
type prometheus struct {
	*process.Process
	url, targets string
}

func startPrometheus(t *testing.T) *prometheus {
	t.Helper()
	dir, address := t.TempDir(), process.FreeAddress(t)
	parameters := generate.Defaults()
	parameters.Timescale = scale
	files, err := generate.Files(parameters)
	if err != nil {
		t.Fatal(err)
	}
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	targets := filepath.Join(dir, "targets")
	if err := os.Mkdir(targets, 0o700); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}\nrule_files: [rules.yaml]\n"+
		"scrape_configs: [{job_name: trials, file_sd_configs: [{files: [%q], refresh_interval: 1s}]}]\n", filepath.Join(targets, "*.json"))
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &prometheus{url: "http://" + address, targets: targets}
	p.Process = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "prometheus"),
		"--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address))
	return p
}

// scrape has it scrape an address, as a job.
func (p *prometheus) scrape(t *testing.T, job, address string) {
	t.Helper()
	text := fmt.Sprintf(`[{"targets": [%q], "labels": {"job": %q}}]`, address, job)
	if err := os.WriteFile(filepath.Join(p.targets, job+".json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fires waits until an alert about a job fires or has fired.
func (p *prometheus) fires(t *testing.T, job, alert string) {
	t.Helper()
	eventually(t, alert, func() bool { return p.firing(t, job, alert, "10m") })
}

// ends waits until it does not.
func (p *prometheus) ends(t *testing.T, job, alert string) {
	t.Helper()
	eventually(t, "the end of "+alert, func() bool { return !p.firing(t, job, alert, "2s") })
}

// firing reports whether an alert about a job has fired within the time before now.
func (p *prometheus) firing(t *testing.T, job, alert, within string) bool {
	t.Helper()
	query := fmt.Sprintf(`max_over_time(ALERTS{job=%q, alertname=%q, alertstate="firing"}[%s])`, job, alert, within)
	status, body, err := process.TryGet(t.Context(), p.url+"/api/v1/query?query="+url.QueryEscape(query))
	if err != nil || status == http.StatusServiceUnavailable {
		return false // it is about to start
	}
	var answer struct {
		Status string
		Data   struct{ Result []any }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v: %s", query, err, body)
	}
	return len(answer.Data.Result) > 0
}
