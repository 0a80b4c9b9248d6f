package process

import (
	"net"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
)

func TestTooFull(t *testing.T) {
	for name, test := range map[string]struct {
		disk system.Disk
		want string
	}{
		"half":            {disk: system.Disk{Size: 100, Free: 50, Available: 50}},
		"at the limit":    {disk: system.Disk{Size: 100, Free: 10, Available: 10}},
		"above it":        {disk: system.Disk{Size: 100, Free: 7, Available: 7}, want: "the disk of /data is 93 % full"},
		"without a size":  {disk: system.Disk{}},
		"of few inodes":   {disk: system.Disk{Size: 100, Free: 50, Available: 50, Inodes: 100, FreeInodes: 5}, want: "95 % full"},
		"kept for others": {disk: system.Disk{Size: 100, Free: 50, Available: 0}, want: "100 % full"},
	} {
		t.Run(name, func(t *testing.T) {
			got := tooFull("/data", test.disk)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFreePort(t *testing.T) {
	seen := make(map[int]bool)
	for range 500 {
		address, host, port := FreePort(t)
		if seen[port] || port < firstPort || port > lastPort {
			t.Fatalf("port %d, after %d others", port, len(seen))
		}
		seen[port] = true
		if got, err := net.ResolveTCPAddr("tcp", address); err != nil || got.Port != port || got.IP.String() != host {
			t.Fatalf("%s is not %s and %d: %v, %v", address, host, port, got, err)
		}
	}
}
