package main

import (
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// keyBulks are keys as the bulks of a reply. Their memory is charged to the budget before
// it is there, but for the first bytes, which every client may have.
type keyBulks struct {
	budget *resp.Budget
	bytes  []byte
	n      int
	taken  int // bytes of the budget
}

// add appends a key, or reports that there is no memory for it.
func (k *keyBulks) add(key []byte) bool {
	const around = len("$65536\r\n\r\n")
	if need := len(k.bytes) + len(key) + around; need > cap(k.bytes) && !k.grow(max(need, 2*cap(k.bytes))) {
		return false
	}
	k.bytes = resp.AppendBulk(k.bytes, key)
	k.n++
	return true
}

// grow moves the bulks. While it copies them they are there twice, and so charged.
func (k *keyBulks) grow(size int) bool {
	charge := size
	if size <= 2*smallReply {
		charge = 0
	}
	if !k.budget.Take(charge) {
		return false
	}
	k.bytes = append(make([]byte, 0, size), k.bytes...)
	k.budget.Give(k.taken)
	k.taken = charge
	return true
}

// release gives back what was taken.
func (k *keyBulks) release() {
	k.budget.Give(k.taken)
	k.taken = 0
}

// keyReply replies with what head writes and pages of keys behind it, of which it makes no
// copy if they are large.
func (c *client) keyReply(head func(), pages ...keyBulks) error {
	size := 0
	for _, page := range pages {
		size += len(page.bytes)
	}
	head()
	if size <= smallReply || size <= fullReply && c.roomy() {
		for _, page := range pages {
			c.out.Raw(page.bytes)
		}
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	for _, page := range pages {
		c.write(time.Now(), page.bytes)
	}
	return c.broken
}
