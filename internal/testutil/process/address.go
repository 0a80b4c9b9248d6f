package process

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// Free ports are taken from below those that systems give to whoever asks for any: 32768 and
// more, or 49152 and more. What is given away here is free until its program listens, and a
// client's connection of another test, of which there are thousands, cannot have it by then.
const firstPort, lastPort = 10_000, 29_999

// given are the ports that this process has given away.
var given sync.Map

// FreeAddress returns a loopback address that nobody listens on, each time another.
func FreeAddress(t testing.TB) string {
	t.Helper()
	address, _, _ := FreePort(t)
	return address
}

// FreePort returns an address as [FreeAddress] does, and its parts.
func FreePort(t testing.TB) (address, host string, port int) {
	t.Helper()
	host = "127.0.0.1"
	for range 1000 {
		port = firstPort + rand.N(lastPort-firstPort+1)
		address = net.JoinHostPort(host, strconv.Itoa(port))
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, taken := given.LoadOrStore(port, true); !taken {
			return address, host, port
		}
	}
	t.Fatalf("no free port between %d and %d", firstPort, lastPort)
	return "", "", 0
}
