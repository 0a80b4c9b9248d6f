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
	var pages []keyBulks
	n, size := 0, 0
	defer func() {
		for _, page := range pages {
			page.release()
		}
	}()
	for after, first := []byte(nil), true; first || after != nil; first = false {
		s.matching = 0
		page := keyBulks{budget: c.server.budget}
		last, err := s.visit(ctx, &c.keys.db, after, &page)
		pages = append(pages, page)
		if err != nil {
			return err
		}
		n, size, after = n+page.n, size+len(page.bytes), last
		if size > maxKeysReply {
			return errTooManyKeys
		}
	}
	return c.keyReply(func() { c.out.Array(n) }, pages...)
}
