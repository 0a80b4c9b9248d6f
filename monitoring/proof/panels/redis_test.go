package panels_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// What others do on the server of a trial, besides the program.
const (
	strangers = 3   // wait in a blocking command
	absent    = 400 // keys are looked up
	unknown   = 200 // commands are not there
	shortly   = 300 // keys expire at once
	large     = 200 // keys of which some have to go
	refused   = 20  // clients find no room
)

// others are the other clients of a server, which tells the program of them, too.
func others(t *testing.T, c *course) {
	t.Helper()
	redisserver.Start(t, "--replicaof", c.server.Host, strconv.Itoa(c.server.Port))
	for range strangers {
		talk(t, c.server.Address).send("BLPOP none 0")
	}
	w := talk(t, c.server.Address)
	for i := range absent {
		w.send(fmt.Sprintf("GET absent-%d", i))
	}
	for range unknown {
		w.send("MISUNDERSTOOD")
	}
	for i := range shortly {
		w.send(fmt.Sprintf("SET shortly-%d value PX 1", i))
	}
	value := strings.Repeat("x", 50*kib)
	for i := range large {
		w.send(fmt.Sprintf("SET large-%d %s EX 9999", i, value))
	}
	for range absent + unknown + shortly + large {
		w.reply()
	}
	w.do("CONFIG SET maxmemory-policy volatile-random")
	said := w.info()
	w.do(fmt.Sprintf("CONFIG SET maxmemory %.0f", said.number("used_memory")-large/3*float64(len(value))))
	w.do("CONFIG SET maxclients 1")
	for range refused {
		if got := talk(t, c.server.Address).reply(); !strings.Contains(got, "max number of clients") {
			t.Errorf("Redis says %q to one client too many", got)
		}
	}
	w.do(fmt.Sprintf("CONFIG SET maxclients %.0f", said.number("maxclients")))
}

const crowd = 160 // clients of a kvserver, which has up to a hundred connections for them

// exhaust lets writes wait in the server, and more clients write than there are connections.
func exhaust(t *testing.T, c *course) {
	t.Helper()
	talk(t, c.server.Address).do("CLIENT PAUSE 600000 WRITE")
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	c.leave = cancel
	for i := range crowd {
		c.asking.Go(func() {
			for ctx.Err() == nil {
				writeOnce(ctx, c.program.Clients(), i)
			}
		})
	}
}

// writeOnce sets a key and waits for what comes of it.
func writeOnce(ctx context.Context, address string, i int) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := fmt.Fprintf(conn, "SET crowd-%d value\r\n", i); err == nil {
		_, _ = bufio.NewReader(conn).ReadString('\n')
	}
}
