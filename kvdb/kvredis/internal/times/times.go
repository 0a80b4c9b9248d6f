// Package times measures how long a go-redis client's connections take to open, and how long is waited
// for one. go-redis tells that to the one recorder of the process, which this package sets.
package times

import (
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// Times are those of one client. It is safe for concurrent use.
type Times struct {
	create, wait durations
	closed       atomic.Bool
	link         *link

	// Connections that have been dialed and cannot be used yet, by their remote address: go-redis
	// returns that of the connection that was dialed, which no other connection has.
	dialed atomic.Int64 // how many
	mu     sync.Mutex
	opened map[net.Addr]opening // guarded by mu
}

// An opening is a connection that is not open yet.
type opening struct {
	dialed time.Time
	rested time.Duration // in reserve, until somebody needed it
}

// maxOpenings bounds what is known of connections that nobody comes back for.
const maxOpenings = 4096

// Read returns the durations until now.
func (t *Times) Read() kvdb.PoolTimes {
	if t == nil {
		return kvdb.PoolTimes{}
	}
	return kvdb.PoolTimes{Measured: true, Create: t.create.read(), Wait: t.wait.read()}
}

// connected keeps when a dial has succeeded.
func (t *Times) connected(at net.Addr) {
	if reflect.ValueOf(at).Kind() != reflect.Pointer { // then others may have the same
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.opened == nil || len(t.opened) >= maxOpenings {
		t.opened = make(map[net.Addr]opening)
	}
	if !t.closed.Load() {
		t.opened[at] = opening{dialed: time.Now()}
	}
	t.dialed.Store(int64(len(t.opened)))
}

// waited counts a request that got a connection. go-redis logs in on one from its reserve only now.
func (t *Times) waited(took time.Duration, at net.Addr) {
	t.wait.add(took)
	if t.dialed.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if o, ok := t.opened[at]; ok {
		o.rested = time.Since(o.dialed)
		t.opened[at] = o
	}
}

// created counts a connection that can be used, once, without the time that it was in reserve.
func (t *Times) created(took time.Duration, at net.Addr) {
	if o, ok := t.forget(at); ok {
		t.create.add(took - o.rested)
	}
}

// forget takes a connection from those that are being opened.
func (t *Times) forget(at net.Addr) (o opening, ok bool) {
	if t.dialed.Load() == 0 {
		return o, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	o, ok = t.opened[at]
	delete(t.opened, at)
	t.dialed.Store(int64(len(t.opened)))
	return o, ok
}

// end forgets what was dialed.
func (t *Times) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed.Store(true)
	t.opened = nil
	t.dialed.Store(0)
}
