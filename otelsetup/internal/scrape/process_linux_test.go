package scrape_test

import "testing"

// The page has what is the process's, and nothing of the host's.
func TestProcessMetrics(t *testing.T) {
	f, err := newTarget(t, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	_, body := get(t, f.Handler(f.closed))
	has(t, "\n"+body, true, "process_open_fds ", "process_cpu_seconds_total ")
	has(t, "\n"+body, false, "process_network_", "process_virtual_memory_max_bytes")
	f.end()
	_, body = get(t, f.Handler(nil, gauge("app_ready")))
	has(t, "\n"+body, false, "process_")
}
