package tracking

import (
	"strconv"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// All is the message that all keys have changed. It is not to be modified.
func All() []byte { return all }

var all = []byte(head + "_\r\n")

const head = ">2\r\n$10\r\ninvalidate\r\n"

// encode returns the message that keys have changed: a push of version 3.
func encode[K string | []byte](keys ...K) []byte {
	b := append(strconv.AppendInt(append([]byte(head), '*'), int64(len(keys)), 10), "\r\n"...)
	for _, key := range keys {
		b = resp.AppendBulk(b, []byte(key))
	}
	return b
}

// tell sends a message to clients, but not to the one with the id by if that does not
// want to hear of what it has done itself.
//
// The caller holds the lock of the table: a writer that finds a key with no holders
// left may give its reply, so those must have been told.
func tell(clients []*Client, message []byte, by int64) {
	for _, c := range clients {
		if c.on && (c.id != by || !c.options.NoLoop) {
			c.send(message) //otelkv:lockok it must not block, and has to come first
		}
	}
}

// nobody is the id of no client.
const nobody = -1
