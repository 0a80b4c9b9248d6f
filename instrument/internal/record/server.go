package record

import "sync/atomic"

// A Server is what all listeners of a registry have in common: the number of their
// open connections.
type Server struct {
	Listens atomic.Bool // whether there is one
	Open    atomic.Int64
}
