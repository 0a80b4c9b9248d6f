package main

import "context"

// maxKeysReply is how many bytes of keys a KEYS delivers at most.
const maxKeysReply = 16 << 20

const errTooManyKeys = commandError("too many keys match the pattern, use SCAN")

// KEYS pattern. Since the reply begins with their number, all keys are in memory
// at once, charged to the budget.
func runKeys(ctx context.Context, c *client, args [][]byte) error {
	if c.keys.db.scanner == nil {
		return c.keys.unsupported("KEYS")
	}
	s := scan{count: maxScanCount}
	if err := s.match(args[1]); err != nil {
		return err
	}
	var pages [][]byte
	n, size := 0, 0
	defer func() { c.server.budget.Give(size) }()
	for after, first := []byte(nil), true; first || after != nil; first = false {
		s.matching = 0
		keys, found, last, err := s.visit(ctx, &c.keys.db, after, nil)
		if err != nil {
			return err
		}
		if size+len(keys) > maxKeysReply {
			return errTooManyKeys
		}
		if !c.server.budget.Take(len(keys)) {
			return errBudget
		}
		pages, n, size, after = append(pages, keys), n+found, size+len(keys), last
	}
	reply := func() {
		c.out.Array(n)
		for _, keys := range pages {
			c.out.Raw(keys)
		}
	}
	if size > fullReply {
		return c.large(size, reply)
	}
	reply()
	return nil
}
