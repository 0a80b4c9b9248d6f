package tracking

import (
	"bytes"
	"slices"
)

// On begins to track, or changes how, as CLIENT TRACKING ON does. An error is for the
// client, and says why nothing has changed.
func (c *Client) On(o Options) error {
	if c == nil {
		return errNoClient
	}
	if err := o.check(c.on, c.options, c.table.limits.Prefixes); err != nil {
		return err
	}
	t := c.table
	t.mu.Lock()
	defer t.mu.Unlock()
	added, ok := t.subscribe(c, o.prefixes())
	if !ok {
		return errTooManyPrefixes
	}
	if !c.on {
		t.clients[c] = struct{}{}
		t.active.Add(1)
	}
	o.Prefixes = slices.Concat(c.options.Prefixes, added)
	slices.Sort(o.Prefixes)
	c.on, c.options = true, o
	return nil
}

// subscribe enters the prefixes that the client does not have, all or none of them.
func (t *Table) subscribe(c *Client, texts []string) (added []string, ok bool) {
	cost := 0
	for _, text := range texts {
		if !slices.Contains(c.options.Prefixes, text) {
			added = append(added, text)
			cost += prefixCost(text)
		}
	}
	if !t.prefixes.room(added, t.limits.Prefixes) || !t.takeEvicting(cost) {
		return nil, false
	}
	t.prefixes.used += cost
	for _, text := range added {
		t.prefixes.add(text, c)
	}
	t.broadcasting.Store(int64(len(t.prefixes.sorted)))
	return added, true
}

// Off ends tracking. Call it, too, when the connection ends.
func (c *Client) Off() {
	if !c.Tracking() {
		return
	}
	t := c.table
	t.mu.Lock()
	defer t.mu.Unlock()
	broadcast := c.options.Broadcast
	for _, text := range c.options.Prefixes {
		t.prefixes.remove(text, c)
		t.prefixes.used -= prefixCost(text)
		t.free(prefixCost(text))
	}
	t.broadcasting.Store(int64(len(t.prefixes.sorted)))
	c.on, c.caching, c.options = false, false, Options{}
	for n := 1; ; n++ {
		key, _, ok := c.keys.any()
		if !ok {
			break
		}
		t.forget(key, c)
		if n%1024 == 0 { // others wait
			t.mu.Unlock()
			t.mu.Lock()
		}
	}
	if broadcast && len(t.prefixes.sorted) == 0 {
		t.abandon()
	}
	delete(t.clients, c) // until now a flush may have emptied its keys
	t.active.Add(-1)
}

// Caching decides whether the keys of the next command, or of a transaction, are
// remembered, as CLIENT CACHING does: yes or no. An error is for the client.
func (c *Client) Caching(word []byte) error {
	yes := bytes.EqualFold(word, []byte("yes"))
	switch {
	case !c.Tracking() || !c.options.OptIn && !c.options.OptOut:
		return errNotOptional
	case !yes && !bytes.EqualFold(word, []byte("no")):
		return errSyntax
	case yes && !c.options.OptIn:
		return errOnlyOptIn
	case !yes && !c.options.OptOut:
		return errOnlyOptOut
	}
	c.caching = true
	return nil
}

// Ran ends what Caching decided. It is called behind each command but CLIENT, and
// not within a transaction.
func (c *Client) Ran() {
	if c != nil {
		c.caching = false
	}
}

// An Info is what CLIENT TRACKINGINFO tells.
type Info struct {
	Flags    []string
	Redirect int64
	Prefixes []string
}

// Info returns how the client tracks.
func (c *Client) Info() Info {
	if !c.Tracking() {
		return Info{Flags: []string{"off"}, Redirect: -1}
	}
	i := Info{Flags: []string{"on"}, Prefixes: slices.Clone(c.options.Prefixes)}
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"bcast", c.options.Broadcast},
		{"optin", c.options.OptIn},
		{"caching-yes", c.options.OptIn && c.caching},
		{"optout", c.options.OptOut},
		{"caching-no", c.options.OptOut && c.caching},
		{"noloop", c.options.NoLoop},
	} {
		if flag.set {
			i.Flags = append(i.Flags, flag.name)
		}
	}
	return i
}
