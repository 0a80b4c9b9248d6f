package observe_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// programVariable makes the test's binary the program of TestProgram.
const programVariable = "OBSERVE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(programVariable); dir != "" {
		if err := program(dir); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(testutil.AllLines(m, "otelsetup/observe", elsewhere...))
}

// elsewhere are lines that packages webserver and outbox write.
var elsewhere = []catalog.Message{catalog.WebConfigurationReported, catalog.HTTPServerReported}

// lines is where a logger writes.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = testutil.NotedLines{}.Write(p)
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// all returns the lines with a message.
func (l *lines) all(message string) (found []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) == nil && fields["message"] == message {
			found = append(found, fields)
		}
	}
	return found
}

// onFreePorts are options that make no test depend on another's ports.
func onFreePorts(log io.Writer) []observe.Option {
	return []observe.Option{
		observe.WithAddress("127.0.0.1:0"), observe.WithProfiles("127.0.0.1:0"), observe.WithDrain(0),
		observe.WithTelemetryOptions(otelsetup.WithLogWriter(log)),
	}
}

// start starts an Observer on free ports. The test ends it.
func start(t *testing.T, options ...observe.Option) (*observe.Observer, *lines) {
	t.Helper()
	log := new(lines)
	o, err := observe.Start(t.Context(), append(onFreePorts(log), options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return o, log
}

// A request is one to an Observer. Its zero fields are the defaults.
type request struct {
	method, path   string
	user, password string
	accept, host   string
	tls            *tls.Config
}

// at sends the request to an address.
func (r request) at(t *testing.T, address string) (status int, body string) {
	t.Helper()
	scheme := "http://"
	if r.tls != nil {
		scheme = "https://"
	}
	if r.method == "" {
		r.method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), r.method, scheme+address+r.path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if r.user != "" {
		req.SetBasicAuth(r.user, r.password)
	}
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	if r.host != "" {
		req.Host = r.host
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: r.tls}}
	res, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// get asks an Observer for a path.
func get(t *testing.T, o *observe.Observer, path string) (status int, body string) {
	t.Helper()
	return request{path: path}.at(t, o.Addr().String())
}

// eventually waits for something that happens in the background.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !happened() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("still not: %s", what)
		}
	}
}

// evidence returns the files of a directory whose names have a part.
func evidence(t *testing.T, dir, part string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "[^.]*"+part+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
