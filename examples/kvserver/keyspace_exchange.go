package main

import "context"

// exchange does a write and appends what was there before to dst, while nobody else
// writes the key. Whoever asked is told of its size before the write, and can refuse
// it.
func (k *keyspace) exchange(ctx context.Context, dst []byte, w write, fits func(size int) error) (old []byte, found bool, err error) {
	if err := k.checkTTL(w); err != nil {
		return dst, false, err
	}
	lock := k.locks.of(w.key)
	lock.Lock()
	defer lock.Unlock()
	old, found, err = k.get(ctx, dst, w.key) //otelkv:lockok the lock is there to keep others away who write the key
	if err != nil {
		return dst, false, err
	}
	if err := fits(len(old) - len(dst)); err != nil {
		return dst, false, err
	}
	if w.when != always && found != (w.when == ifPresent) {
		return old, found, nil
	}
	defer k.changed(w.key)
	return old, found, k.putNow(ctx, w) //otelkv:lockok as above
}
