package alerts

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports of programs are below those that systems give to whoever asks for any: what a
// Prometheus is told at its start has to be free minutes later, and while a program starts again.
const firstPort, ports = 21000, 9000

// addresses returns so many that are free.
func addresses(t *testing.T, n int) (free []string) {
	t.Helper()
	for _, i := range rand.Perm(ports) {
		if len(free) == n {
			return free
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+i))
		var config net.ListenConfig
		l, err := config.Listen(t.Context(), "tcp", address)
		if err != nil {
			continue
		}
		_ = l.Close()
		free = append(free, address)
	}
	t.Fatal("no ports are free")
	return nil
}
