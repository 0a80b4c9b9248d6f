package kvserver

import (
	"bufio"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"
)

var requests = regexp.MustCompile(`^kvdb_requests_total\{.*db_operation_name="([^"]+)".*kvdb_outcome="([^"]+)".*\} (\S+)$`)

// Requests returns what /metrics says of kvdb_requests_total: a number for each
// operation and outcome, as in "get ok", and for each operation, as in "get", their sum.
func (s *Server) Requests(t testing.TB) map[string]int {
	t.Helper()
	all, err := s.requests(t)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s *Server) requests(t testing.TB) (map[string]int, error) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Admin+"/metrics", http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("/metrics: %s", response.Status)
	}
	all := make(map[string]int)
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		found := requests.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		n, err := strconv.ParseFloat(found[3], 64)
		if err != nil {
			return nil, err
		}
		all[found[1]+" "+found[2]] += int(n)
		all[found[1]] += int(n)
	}
	return all, lines.Err()
}
