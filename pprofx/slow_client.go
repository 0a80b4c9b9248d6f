package pprofx

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// chunk is what a client must read within its time, 15 seconds by default: so
// little that a telephone can, so much that nobody holds a profile in memory for
// hours.
const chunk = 256 << 10

// A client is cut off when it takes too long to read. It holds up nobody
// meanwhile, since all that it gets is in memory or in a file.
type client struct {
	http.ResponseWriter
	conn     *http.ResponseController
	patience time.Duration
	err      error // of the write that failed
}

func newClient(w http.ResponseWriter, patience time.Duration) *client {
	return &client{ResponseWriter: w, conn: http.NewResponseController(w), patience: patience}
}

// allow lets the connection live for d and some more. A writer that cannot set
// deadlines, which is an error, has those of its server, which takes ours back after the answer.
func (c *client) allow(d time.Duration) error {
	return c.conn.SetWriteDeadline(time.Now().Add(d + c.patience))
}

// Write gives the client its time for each chunk.
func (c *client) Write(data []byte) (n int, err error) {
	for part := range slices.Chunk(data, chunk) {
		_ = c.allow(0) // see timeToAnswer
		m, err := c.ResponseWriter.Write(part)
		n += m
		if err != nil {
			c.err = err
			return n, err
		}
	}
	return n, nil
}

// send writes an answer of which all is in memory.
func (c *client) send(data []byte) error {
	c.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, err := c.Write(data)
	if err == nil {
		err = c.conn.Flush()
	}
	return err
}
