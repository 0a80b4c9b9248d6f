package record

import "sync/atomic"

// Connections counts those that are open at all listeners of a registry.
type Connections struct {
	Listens atomic.Bool // whether there is a listener
	Open    atomic.Int64
}
