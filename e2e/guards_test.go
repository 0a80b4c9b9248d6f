package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestGuards: what changes a program is for those who run it: not for pages of other
// sites, and not for one that has its name bound to this machine.
func TestGuards(t *testing.T) {
	t.Parallel()
	_, quick := startQuickstart(t)
	kv := strings.TrimPrefix(startKVServer(t, "-engine", "memory").admin, "http://")
	for name, target := range map[string]struct {
		address string
		changes []string
	}{
		"quickstart": {quick, []string{"PUT /loglevel?level=info", "POST /fault?kind=none"}},
		"kvserver":   {kv, []string{"PUT /loglevel?level=info", "POST /fault?kind=none"}},
	} {
		for _, change := range target.changes {
			for _, c := range []struct {
				header, value string
				want          int
			}{
				{"", "", 200},
				{"Host", "localhost", 200},
				{"Host", "evil.example", 403},
				{"Origin", "http://" + target.address, 200},
				{"Origin", "http://localhost:3000", 403},
				{"Origin", "null", 403},
				{"Sec-Fetch-Site", "same-origin", 200},
				{"Sec-Fetch-Site", "cross-site", 403},
				{"X-Forwarded-For", "192.0.2.1", 403},
			} {
				method, path, _ := strings.Cut(change, " ")
				if got, body := send(t, method, "http://"+target.address+path, c.header, c.value); got != c.want {
					t.Errorf("%s: %s with %s %q: %d %s", name, change, c.header, c.value, got, body)
				}
			}
		}
		if got, body := send(t, http.MethodPut, "http://"+target.address+"/loglevel?level=fatal", "", ""); got != 400 || !strings.Contains(body, `\"for\":\"5m\"`) {
			t.Errorf("%s: fatal for good: %d %s", name, got, body)
		}
		if got, body := send(t, http.MethodPut, "http://"+target.address+"/loglevel?level=fatal&for=1m", "", ""); got != 200 || !strings.Contains(body, `"then":"info"`) {
			t.Errorf("%s: fatal for a time: %d %s", name, got, body)
		}
	}
}

func send(t *testing.T, method, url, header, value string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header == "Host" {
		req.Host = value
	} else if header != "" {
		req.Header.Set(header, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
