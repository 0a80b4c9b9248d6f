package main

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// A card is what other goroutines can see of a client while its own goes on.
type card struct {
	since    time.Time
	version  atomic.Int32 // of the protocol
	database atomic.Int32

	name, library, libraryVersion word

	noEvict, noTouch  atomic.Bool
	tracks, broadcast atomic.Bool // CLIENT TRACKING, BCAST

	queued   atomic.Int32 // commands between MULTI and EXEC; -1 outside
	watching atomic.Int32 // keys

	// As of the last time that the client's goroutine waited.
	active atomic.Int64 // a time in nanoseconds
	last   atomic.Pointer[command]
}

// A word is a text that others can read. The zero value is empty.
type word struct{ p atomic.Pointer[string] }

func (w *word) set(b []byte) {
	s := string(b)
	w.p.Store(&s)
}

func (w *word) get() string {
	if s := w.p.Load(); s != nil {
		return *s
	}
	return ""
}

// maxWord is how long a name can be, in bytes: the server keeps it for as long as
// the client stays. maxCard is how long a card is in CLIENT LIST.
const (
	maxWord = 256
	maxCard = 3*maxWord + 512
)

// checkName refuses what would break the lines of CLIENT LIST, in the words of
// Redis.
func checkName(what string, name []byte) error {
	if len(name) > maxWord {
		return commandError(fmt.Sprintf("%s cannot be longer than %d bytes.", what, maxWord))
	}
	for _, c := range name {
		if c < '!' || c > '~' {
			return commandError(what + " cannot contain spaces, newlines or special characters.")
		}
	}
	return nil
}

func (c *card) setVersion(version int) { c.version.Store(int32(version)) }

func (c *card) getVersion() int { return max(int(c.version.Load()), resp.Version2) }

// publish brings the card up to date.
func (c *client) publish(now time.Time) {
	c.card.active.Store(now.UnixNano())
	c.card.last.Store(c.last)
}

// appendCard appends the line of CLIENT LIST, from any goroutine. It has the
// fields of Redis that this server has something to say about.
func (c *client) appendCard(dst []byte) []byte {
	card := &c.card
	now := time.Now()
	seconds := func(since time.Time) int64 { return int64(max(0, now.Sub(since)) / time.Second) }
	text := func(name, value string) {
		dst = append(append(append(append(dst, ' '), name...), '='), value...)
	}
	number := func(name string, value int64) { text(name, strconv.FormatInt(value, 10)) }

	dst = strconv.AppendInt(append(dst, "id="...), c.id, 10)
	text("addr", c.conn.RemoteAddr().String())
	text("laddr", c.conn.LocalAddr().String())
	text("name", card.name.get())
	number("age", seconds(card.since))
	idle := card.since
	if active := card.active.Load(); active > 0 {
		idle = time.Unix(0, active)
	}
	number("idle", seconds(idle))
	text("flags", card.flags())
	number("db", int64(card.database.Load()))
	number("sub", 0)
	number("psub", 0)
	number("ssub", 0)
	number("multi", int64(card.queued.Load()))
	number("watch", int64(card.watching.Load()))
	if last := card.last.Load(); last != nil {
		text("cmd", last.name)
	} else {
		text("cmd", "NULL")
	}
	text("user", "default")
	redirect := int64(-1)
	if card.tracks.Load() {
		redirect = 0 // to itself
	}
	number("redir", redirect)
	number("resp", int64(card.getVersion()))
	text("lib-name", card.library.get())
	text("lib-ver", card.libraryVersion.get())
	return append(dst, '\n')
}

// flags returns the letters that Redis has for the state of a client.
func (c *card) flags() string {
	var flags []byte
	if c.queued.Load() >= 0 {
		flags = append(flags, 'x')
	}
	if c.tracks.Load() {
		flags = append(flags, 't')
	}
	if c.broadcast.Load() {
		flags = append(flags, 'B')
	}
	if c.noEvict.Load() {
		flags = append(flags, 'e')
	}
	if c.noTouch.Load() {
		flags = append(flags, 'T')
	}
	if len(flags) == 0 {
		return "N"
	}
	return string(flags)
}
