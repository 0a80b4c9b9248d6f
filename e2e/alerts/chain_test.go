package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// A chain is a Prometheus, the Alertmanager that it sends alerts to, and who is notified.
type chain struct {
	name                     string
	prometheus, alertmanager *process.Process
	prometheusURL, url       string
	webhook                  *webhook
	held                     map[subject]*hold
	waiting                  map[string]string // by job: an alert that is true, and for too short a time to fire
}

// A hold is what an Alertmanager has of a subject.
type hold struct {
	now       bool // it has it, and has not heard that it is resolved
	was       time.Time
	silent    time.Time       // when it first was inhibited
	because   map[string]bool // of the alerts that inhibited it
	recovered time.Time       // when it went
}

// servers are the programs of a chain.
type servers struct {
	name, prometheus, alertmanager string
	converts                       bool // classic histograms to native ones, and reads native ones
}

// fill gives files for the parameters to a directory. Only the address that is notified
// is another one, as for everybody.
func fill(t *testing.T, dir string, p generate.Parameters, hook string) {
	t.Helper()
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	const example = "http://127.0.0.1:9099"
	for i, f := range files {
		if f.Name != "alertmanager.yaml" {
			continue
		}
		if !strings.Contains(f.Text, example) {
			t.Fatalf("%s does not notify %s", f.Name, example)
		}
		files[i].Text = strings.ReplaceAll(f.Text, example, hook)
	}
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
}

func (s servers) start(t *testing.T, p generate.Parameters, courses []*course) *chain {
	t.Helper()
	c := &chain{name: s.name, webhook: newWebhook(t), held: make(map[subject]*hold)}
	dir := t.TempDir()
	fill(t, dir, p, c.webhook.url)
	address := process.FreeAddress(t)
	c.url = "http://" + address
	c.alertmanager = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), s.alertmanager,
		"--config.file="+filepath.Join(dir, "alertmanager.yaml"), "--storage.path="+filepath.Join(dir, "alertmanager"),
		"--web.listen-address="+address, "--cluster.listen-address="))

	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(s.config(address, courses)), 0o600); err != nil {
		t.Fatal(err)
	}
	address = process.FreeAddress(t)
	c.prometheusURL = "http://" + address
	c.prometheus = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), s.prometheus, "--config.file="+file,
		"--storage.tsdb.path="+filepath.Join(dir, "prometheus"), "--web.listen-address="+address, "--rules.alert.resend-delay=5s"))
	for _, server := range []struct {
		*process.Process
		url string
	}{{c.alertmanager, c.url}, {c.prometheus, c.prometheusURL}} {
		server.Eventually(t, server.Cmd.Path, func() bool {
			_, err := call(http.MethodGet, server.url+"/-/ready")
			return err == nil
		})
	}
	return c
}

// config is that of Prometheus. Two seconds are the minute that rules are made for.
func (s servers) config(alertmanager string, courses []*course) string {
	var config strings.Builder
	fmt.Fprintf(&config, `
global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}
rule_files: [rules.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs:
`, alertmanager)
	for _, c := range courses {
		histograms := ""
		switch {
		case s.converts && c.inNative:
			histograms = ", scrape_native_histograms: true"
		case s.converts:
			histograms = ", convert_classic_histograms_to_nhcb: true"
		}
		fmt.Fprintf(&config, "- {job_name: %q, static_configs: [{targets: [%q]}]%s}\n", c.job, c.address, histograms)
	}
	return config.String()
}

// look reads what the Prometheus and the Alertmanager have.
func (c *chain) look(t *testing.T, now time.Time) {
	t.Helper()
	c.lookForWaiting(t)
	var alerts []struct {
		Fingerprint string
		Labels      map[string]string
		Status      struct {
			State       string
			InhibitedBy []string
		}
	}
	body, err := call(http.MethodGet, c.url+"/api/v2/alerts")
	if err != nil {
		return // it is busy: the next look will do
	}
	if err := json.Unmarshal(body, &alerts); err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	names := make(map[string]string)
	there := make(map[subject]bool)
	for _, a := range alerts {
		names[a.Fingerprint] = a.Labels["alertname"]
	}
	for _, a := range alerts {
		s := subject{a.Labels["job"], a.Labels["alertname"]}
		h := c.held[s]
		if h == nil {
			h = &hold{was: now, because: make(map[string]bool)}
			c.held[s] = h
		}
		there[s] = true
		h.now = true
		for _, by := range a.Status.InhibitedBy {
			h.because[names[by]] = true
			if h.silent.IsZero() {
				h.silent = now
			}
		}
	}
	for s, h := range c.held {
		if !there[s] && h.now {
			h.now, h.recovered = false, now
		}
	}
}

// lookForWaiting reads which alerts wait in the Prometheus.
func (c *chain) lookForWaiting(t *testing.T) {
	t.Helper()
	body, err := call(http.MethodGet, c.prometheusURL+"/api/v1/alerts")
	if err != nil {
		return // it is busy
	}
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	c.waiting = make(map[string]string)
	for _, a := range answer.Data.Alerts {
		if a.State == "pending" {
			c.waiting[a.Labels["job"]] = a.Labels["alertname"] + " " + a.Labels["severity"]
		}
	}
}

// about returns what the Alertmanager has had about a job, by alert.
func (c *chain) about(job string) map[string]*hold {
	all := make(map[string]*hold)
	for s, h := range c.held {
		if s.job == job {
			all[s.alert] = h
		}
	}
	return all
}

// client has a limit for each call, since programs are stopped under it.
var client = http.Client{Timeout: 30 * time.Second}

func call(method, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, res.Status, body)
	}
	return body, err
}
