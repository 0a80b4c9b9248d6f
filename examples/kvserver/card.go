package main

import (
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// A card is what other goroutines can see of a client while its own goes on.
type card struct {
	since   time.Time
	version atomic.Int32 // of the protocol
	name    atomic.Pointer[string]
}

// maxClientName is how long a name can be, in bytes: servers keep it for as long
// as the client stays.
const maxClientName = 256

// checkName refuses what would break the lines of CLIENT LIST, in the words of
// Redis.
func checkName(name []byte) error {
	if len(name) > maxClientName {
		return commandError("Client names cannot be longer than 256 bytes.")
	}
	if !visible(name) {
		return commandError("Client names cannot contain spaces, newlines or special characters.")
	}
	return nil
}

// visible reports whether all bytes are letters, digits or signs of ASCII.
func visible(b []byte) bool {
	for _, c := range b {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// setName gives the client a name; an empty one takes it away.
func (c *card) setName(name []byte) {
	s := string(name)
	c.name.Store(&s)
}

// getName returns an empty name for none.
func (c *card) getName() string {
	if s := c.name.Load(); s != nil {
		return *s
	}
	return ""
}

func (c *card) setVersion(version int) { c.version.Store(int32(version)) }

// getVersion returns the version of the protocol that the client speaks.
func (c *card) getVersion() int { return max(int(c.version.Load()), resp.Version2) }
