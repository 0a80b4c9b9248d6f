package runbooks

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// A server is a Prometheus that scrapes all programs and evaluates the rules.
type server struct {
	*process.Process
	url     string
	targets string // a directory of files of them
}

func startServer(t *testing.T) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{targets: filepath.Join(dir, "targets")}
	if err := os.Mkdir(s.targets, 0o700); err != nil {
		t.Fatal(err)
	}
	p := parameters()
	p.Timescale = scale
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
scrape_configs:
- job_name: programs
  file_sd_configs: [{files: [%q]}]
`, filepath.Join(s.targets, "*.json"))
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	s.url = "http://" + address
	s.Process = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "prometheus"),
		"--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address))
	s.Eventually(t, "Prometheus", func() bool {
		_, err := s.query(t.Context(), "vector(1)")
		return err == nil
	})
	return s
}

// add makes an address a target, as a job.
func (s *server) add(t *testing.T, job, address string) {
	t.Helper()
	text, err := json.Marshal([]map[string]any{{"targets": []string{address}, "labels": map[string]string{"job": job}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.targets, job+".json")
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(file) })
}

// A series is one of the result of a query.
type series struct {
	Metric map[string]string
	Value  [2]any
}

// value is what the series is at.
func (s series) value() float64 {
	v, err := strconv.ParseFloat(fmt.Sprint(s.Value[1]), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// query returns what an instant query does.
func (s *server) query(ctx context.Context, text string) ([]series, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/query?"+url.Values{"query": {text}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			ResultType string
			Result     []series
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", res.Status, err)
	}
	if answer.Error != "" || answer.Data.ResultType != "vector" {
		return nil, fmt.Errorf("%s of type %q: %s", res.Status, answer.Data.ResultType, answer.Error)
	}
	return answer.Data.Result, nil
}
