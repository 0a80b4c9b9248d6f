package e2e

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Clients that track more than there is room for, and do not read what they are told,
// take no more than the budget, and stop nobody.
func TestKVServerTracksInBoundedMemory(t *testing.T) {
	const budget, beyond = 32 << 20, 64 << 20
	s := startKVServer(t, "-engine", "memory", "-memory", "32MiB")
	good := s.client(t, 1)
	stat := func(name string) int {
		info, err := good.Info(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(name + `:(\d+)`).FindStringSubmatch(info)
		if found == nil {
			t.Fatalf("no %s in %s", name, info)
		}
		n, _ := strconv.Atoi(found[1])
		return n
	}
	before, known := peakMemory(t, s.Cmd.Process.Pid)

	strangers := &strangers{t: t, address: net.JoinHostPort(s.host, s.port)}
	const readers, listeners, commands, keys = 50, 50, 20, 500
	for r := range readers { // half a million keys
		var in strings.Builder
		in.WriteString("HELLO 3\r\nCLIENT TRACKING ON\r\n")
		for c := range commands {
			in.WriteString("MGET")
			for k := range keys {
				fmt.Fprintf(&in, " %02d-%02d-%040d", r, c, k)
			}
			in.WriteString("\r\n")
		}
		strangers.open(in.String())
	}
	for range listeners {
		strangers.open("HELLO 3\r\nCLIENT TRACKING ON BCAST\r\n")
	}
	s.Eventually(t, "clients that track", func() bool {
		return stat("tracking_clients") == readers+listeners && stat("total_commands_processed") > readers*commands
	})
	if n := stat("tracking_total_keys"); n < 10_000 || n > budget/4/250 {
		t.Errorf("%d keys are in the table", n)
	}
	for range 20 {
		if _, err := good.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
			for i := range 1000 {
				pipe.Set(context.Background(), fmt.Sprintf("%040d", i), "v", 0)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if peak, _ := peakMemory(t, s.Cmd.Process.Pid); known {
		t.Logf("%d MiB before, %d MiB at most", before>>20, peak>>20)
		if peak-before > budget+beyond {
			t.Errorf("the server took %d MiB more", (peak-before)>>20)
		}
	}
	strangers.close()
	s.Eventually(t, "an empty table", func() bool {
		return stat("tracking_clients")+stat("tracking_total_keys")+stat("tracking_total_items")+stat("tracking_total_prefixes") == 0
	})
}
