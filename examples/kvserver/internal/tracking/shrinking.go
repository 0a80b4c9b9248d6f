package tracking

import "slices"

// small is how many entries need give no memory back.
const small = 64

// shrinking is a map that gives memory back: one of Go's is as large for ever as it
// once was, and clients could fill one after the other. Its zero value is empty.
type shrinking[V any] struct {
	m    map[string]V
	peak int // the most entries since the map was made
}

func (s *shrinking[V]) len() int { return len(s.m) }

func (s *shrinking[V]) get(key []byte) (v V, ok bool) {
	v, ok = s.m[string(key)]
	return v, ok
}

func (s *shrinking[V]) set(key string, v V) {
	if s.m == nil {
		s.m = make(map[string]V)
	}
	s.m[key] = v
	s.peak = max(s.peak, len(s.m))
}

func (s *shrinking[V]) remove(key string) {
	delete(s.m, key)
	if s.peak <= small || 4*len(s.m) > s.peak {
		return
	}
	smaller := make(map[string]V, len(s.m))
	for k, v := range s.m {
		smaller[k] = v
	}
	s.m, s.peak = smaller, len(smaller)
}

// any returns some entry, a different one each time.
func (s *shrinking[V]) any() (key string, v V, ok bool) {
	for key, v = range s.m {
		return key, v, true
	}
	return "", v, false
}

// without returns clients without one of them, in no order.
func without(clients []*Client, c *Client) []*Client {
	i := slices.Index(clients, c)
	if i < 0 {
		return clients
	}
	last := len(clients) - 1
	clients[i], clients[last] = clients[last], nil
	clients = clients[:last]
	if cap(clients) > 4*last+8 {
		clients = slices.Clone(clients)
	}
	return clients
}
