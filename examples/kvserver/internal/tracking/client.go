package tracking

// A Client is one connection as tracking sees it. Its methods are for the goroutine
// of the connection, and do not block. Those of nil do nothing, so a connection that
// has never tracked needs no Client.
type Client struct {
	id    int64
	table *Table
	send  func(message []byte)

	// The owner reads these; it changes them under the table's lock, and others
	// read them there.
	on      bool
	options Options

	caching bool                // CLIENT CACHING was said
	keys    shrinking[struct{}] // under the table's lock
}

// Client returns a client that does not track yet. What it is to know is sent by any
// goroutine, under the lock of the table: send must neither block nor call the table,
// and it must not lose a message. Messages are whole pushes of version 3; they are
// shared, so send does not modify them. When the connection ends, call Off.
func (t *Table) Client(id int64, send func(message []byte)) *Client {
	return &Client{id: id, table: t, send: send}
}

// Tracking reports whether the client tracks.
func (c *Client) Tracking() bool { return c != nil && c.on }

// Broadcasts reports whether the client tracks prefixes.
func (c *Client) Broadcasts() bool { return c.Tracking() && c.options.Broadcast }

// Remember enters a key that the client is about to read, before the engine is
// asked. In broadcasting mode, and for a command that is not to be cached, it does
// nothing. It reports whether it has entered the key, which it had not been before: then
// [Table.Expires] has to be told if it expires.
func (c *Client) Remember(key []byte) (entered bool) {
	if !c.Tracking() || !c.options.remembers(c.caching) {
		return false
	}
	t := c.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, again := c.keys.get(key); again {
		return false
	}
	if t.enter(key, c) {
		return true
	}
	message := All()
	if len(key) <= longest {
		message = encode(key)
	}
	tell([]*Client{c}, message, nobody)
	return false
}

// longest is the longest key that is sent back to the client that reads it. One
// that cannot exist is as long as clients like.
const longest = 4 << 10

// enter makes a client a holder of a key, and reports whether there was room.
func (t *Table) enter(key []byte, c *Client) bool {
	for {
		e, known := t.keys.get(key)
		cost := itemCost
		if !known {
			cost += keyCost(len(key))
		}
		if (known || t.keys.len() < t.limits.Keys) && t.take(cost) {
			if !known {
				e.key = string(key)
			}
			e.holders = append(e.holders, c)
			t.keys.set(e.key, e)
			c.keys.set(e.key, struct{}{})
			t.items++
			return true
		}
		if !t.evictFor(cost) {
			return false
		}
	}
}
