package environment

import (
	"fmt"
	"strconv"
)

// Queue returns how many records of a signal may wait for an exporter; 0 for
// metrics, which do not wait. The default is the specification's.
func (v Variables) Queue(s Signal) int {
	if s.batches == "" {
		return 0
	}
	if n, err := strconv.Atoi(v.get(s.batches + batchQueue)); err == nil {
		return n
	}
	return 2048
}

// batches checks the variables of a batch processor. A batch that is larger than
// the queue would never be full.
func (c *checker) batches(s Signal) {
	c.check(s.batches+batchDelay, checkMilliseconds)
	c.check(s.batches+batchTimeout, checkMilliseconds)
	c.check(s.batches+batchQueue, checkQueue)
	c.check(s.batches+batchSize, func(value string) error {
		if err := checkPositive(value); err != nil {
			return err
		}
		if n, _ := strconv.Atoi(value); n > c.Queue(s) {
			return fmt.Errorf("%d is more than the queue's size of %d", n, c.Queue(s))
		}
		return nil
	})
}
