package main

import (
	"errors"
	"fmt"
)

const (
	// defaultClients is how many clients Redis serves at a time by default.
	defaultClients = 10_000

	// fewestClients are worth a start.
	fewestClients = 16

	// clientMemory is what a client costs that does nothing: its goroutine's stack
	// as commands leave it, the connection, and small buffers; some 22 KiB, measured.
	clientMemory = 24 << 10

	// leastMemory is enough for some clients and a value of a megabyte.
	leastMemory = 8 << 20

	// engineShare is the part of the memory that is for an engine with a cache, a quarter.
	engineShare = 4

	// ownFiles are the descriptors of the program besides its clients' and the
	// engine's: listeners, the log, whoever asks the admin address.
	ownFiles = 64
)

// A capacity is what the program has for its clients, and the engine's part of it.
type capacity struct {
	clients int // at a time
	memory  int // bytes for what they send, ask for and have the server remember
	cache   int // bytes of that, for blocks of the engine
	table   int // bytes of one of its tables in memory, which are from the engine's part, too
	files   int // that the engine may have open, where it asks
}

// newCapacity divides memory and descriptors. Clients 0 are as many as there is room
// for; descriptors 0 are without a limit.
func newCapacity(memory, clients, descriptors int, e engine) (capacity, error) {
	if err := checkMemory(memory, e); err != nil {
		return capacity{}, err
	}
	c := capacity{clients: clients, memory: memory}
	if e.divide != nil {
		c.cache, c.table = e.divide(memory / engineShare)
	}
	given := clients > 0
	if !given {
		// Idle clients leave half of the memory to the others.
		c.clients = min(defaultClients, memory/2/clientMemory)
	} else if need := clients * clientMemory; need > memory/2 {
		return capacity{}, fmt.Errorf("-maxclients is %d: of %v of -memory half is for at most %d clients: give it %v, or ask for fewer",
			clients, size(memory), memory/2/clientMemory, size((2*need+(1<<20)-1)>>20<<20))
	}
	if descriptors == 0 {
		c.files = e.mostFiles
		return c, nil
	}
	c.files = max(e.leastFiles, min(e.mostFiles, descriptors/4))
	room := descriptors - ownFiles - c.files
	switch {
	case room < fewestClients:
		return capacity{}, fmt.Errorf("the process may have %d files and connections open: raise that to %d or more (ulimit -n), of which %d are for itself and engine %s",
			descriptors, ownFiles+e.leastFiles+max(clients, fewestClients), ownFiles+e.leastFiles, e.name)
	case given && room < clients:
		return capacity{}, fmt.Errorf("-maxclients is %d: the process may have %d files and connections open, of which %d are for itself and engine %s: raise that (ulimit -n), or ask for at most %d",
			clients, descriptors, descriptors-room, e.name, room)
	}
	c.clients = min(c.clients, room)
	return c, nil
}

// clientLimits returns the limits of the server.
func (c capacity) limits() limits {
	lim := defaultLimits
	lim.clients = c.clients
	lim.memory = c.memory - c.engine()
	lim.table = c.table
	return lim
}

// engine returns how many bytes are for the engine's cache and its tables.
func (c capacity) engine() int {
	if c.cache == 0 {
		return 0
	}
	return c.memory / engineShare
}

func checkMemory(memory int, e engine) error {
	if least := max(leastMemory, e.leastMemory); memory < least {
		return fmt.Errorf("-memory is too small: use %v or more", size(least))
	}
	return nil
}

func checkClients(n int) error {
	if n < 0 {
		return errors.New("-maxclients is negative: use a number of clients, or 0 for as many as there is room for")
	}
	return nil
}
