package instrument

import "sync/atomic"

// A server is what all listeners of a registry have in common: the number of their
// open connections.
type server struct {
	listens atomic.Bool // whether there is one
	open    atomic.Int64
}
