package repotest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A localProgram listens where nobody else does.
type localProgram struct {
	text      string
	addresses []string
}

var address = regexp.MustCompile(`(127\.0\.0\.1|localhost)?:\d{4,5}\b`)

// localize gives each address in a program a free port: the programs of a page
// all listen on the same one, and so may something else on this machine.
func localize(t *testing.T, text string) localProgram {
	t.Helper()
	var p localProgram
	free := make(map[string]string)
	p.text = address.ReplaceAllStringFunc(text, func(shown string) string {
		if free[shown] == "" {
			free[shown] = process.FreeAddress(t)
			p.addresses = append(p.addresses, free[shown])
		}
		return free[shown]
	})
	return p
}

// use runs the program as its reader would. One that listens is visited, scraped
// and stopped; another one is run to its end.
func (p localProgram) use(t *testing.T, binary string) {
	t.Helper()
	p.run(t, binary, false)
	if strings.Contains(p.text, "otelsetup/observe\"") && runtime.GOOS != "windows" {
		p.run(t, binary, true)
	}
}

// run runs the program, and sends it a second signal while it drains.
func (p localProgram) run(t *testing.T, binary string, hurry bool) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Dir = t.TempDir()
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OTEL_") })
	program := process.Start(t, cmd)
	if len(p.addresses) > 0 {
		url := p.visit(t, program.Ended)
		observed := strings.Contains(p.text, "otelsetup/observe\"")
		if observed {
			seeAll(t, url, cmd.Dir, &program.Stdout)
		}
		if runtime.GOOS == "windows" {
			return // which has no signals
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if observed {
			drains(t, url)
		}
		if hurry {
			endsAtOnce(t, program)
			return
		}
	}
	status := program.Wait(t)
	if len(p.addresses) > 0 && !strings.Contains(p.text, "SIGTERM") {
		return // the signal has ended it
	}
	if status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

// endsAtOnce sends a program that drains, for five seconds, what a person sends who
// does not want to wait.
func endsAtOnce(t *testing.T, program *process.Process) {
	t.Helper()
	if err := program.Cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	program.Wait(t)
	if status, ok := program.Cmd.ProcessState.Sys().(interface{ Signal() syscall.Signal }); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("after a second signal: %v, want the program to end by it", program.Cmd.ProcessState)
	}
}

// visit asks for the first page and then scrapes, more than once, since a fault
// may be one of chance. The program has counted operations by then.
func (p localProgram) visit(t *testing.T, ended <-chan struct{}) (url string) {
	t.Helper()
	url = "http://" + p.serving(t, ended)
	for range 3 {
		_, _, err := fetch(t, url+"/", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, accept := range []string{"text/plain", "application/openmetrics-text;version=1.0.0"} {
			status, page, err := fetch(t, url+"/metrics", accept)
			if err != nil {
				t.Fatal(err)
			}
			if status != http.StatusOK {
				t.Fatalf("/metrics as %s: status %d: %s", accept, status, page)
			}
			if accept == "text/plain" {
				checkCounts(t, page)
			}
		}
	}
	return url
}

// serving waits for the address where the program serves its metrics.
func (p localProgram) serving(t *testing.T, ended <-chan struct{}) string {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		for _, address := range p.addresses {
			if status, _, err := fetch(t, "http://"+address+"/metrics", ""); err == nil && status != http.StatusNotFound && status != http.StatusForbidden {
				return address
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ended:
			t.Fatal("the program has ended")
		case <-deadline:
			t.Fatal("the program serves no metrics")
		}
	}
}

// checkCounts checks that a page parses and that operations are on it.
func checkCounts(t *testing.T, page string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%v in\n%s", err, page)
	}
	var requests float64
	for _, m := range families["kvdb_requests_total"].GetMetric() {
		requests += m.GetCounter().GetValue()
	}
	if requests == 0 {
		t.Errorf("no operations on\n%s", page)
	}
}

func fetch(t *testing.T, url, accept string) (status int, body string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Accept", accept)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), errors.Join(err, res.Body.Close())
}

func TestLocalize(t *testing.T) {
	const text = `a("127.0.0.1:8080"); b(":6060"); c("http://localhost:4318/v1"); d("127.0.0.1:8080"); at := "12:30"`
	p := localize(t, text)
	if len(p.addresses) != 3 {
		t.Fatalf("addresses %v, want three", p.addresses)
	}
	want := fmt.Sprintf(`a(%q); b(%q); c("http://%s/v1"); d(%q); at := "12:30"`,
		p.addresses[0], p.addresses[1], p.addresses[2], p.addresses[0])
	if p.text != want {
		t.Errorf("got %s\nwant %s", p.text, want)
	}
}
