package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A victoriaLogs is a log store.
type victoriaLogs struct {
	*process.Process
	address, dir string
}

// startVictoriaLogs runs the store with its data in a new directory.
func startVictoriaLogs(t *testing.T) *victoriaLogs {
	t.Helper()
	return runVictoriaLogs(t, process.FreeAddress(t), t.TempDir())
}

func runVictoriaLogs(t *testing.T, address, dir string) *victoriaLogs {
	t.Helper()
	v := &victoriaLogs{address: address, dir: dir}
	v.Process = launch(t, exec.Command(victoriaLogsTool.built(t), "-httpListenAddr="+address, "-storageDataPath="+dir))
	v.Eventually(t, "VictoriaLogs", func() bool {
		_, err := fetch(t, "http://"+address+"/health")
		return err == nil
	})
	return v
}

// otlp is where the store takes log records.
func (v *victoriaLogs) otlp() string { return "http://" + v.address + "/insert/opentelemetry/v1/logs" }

// jsonLines is where the store takes the lines of a program.
func (v *victoriaLogs) jsonLines() string {
	return "http://" + v.address + "/insert/jsonline?" + url.Values{
		"_time_field":    {"timestamp"},
		"_msg_field":     {"message"},
		"_stream_fields": {"service"},
		"extra_fields":   {"service=quickstart"},
	}.Encode()
}

func (v *victoriaLogs) insertLines(t *testing.T, lines string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.jsonLines(), strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/stream+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", v.jsonLines(), res.Status)
	}
}

// A logEntry is one that the store returns, by field.
type logEntry map[string]string

// fromOTLP reports whether the entry came as an OTLP record: only those have a
// severity, where the JSON line has a level.
func (e logEntry) fromOTLP() bool { return e["severity"] != "" }

// query returns what LogsQL finds.
func (v *victoriaLogs) query(t *testing.T, logsQL string) (found []logEntry) {
	t.Helper()
	body, err := fetch(t, "http://"+v.address+"/select/logsql/query?"+url.Values{"query": {logsQL}, "limit": {"1000"}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, len(body)+1)
	for lines.Scan() {
		var e logEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v: %s", logsQL, err, lines.Bytes())
		}
		found = append(found, e)
	}
	return found
}
