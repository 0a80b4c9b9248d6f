package fault

import "time"

// How slow compactions of Badger are: each fill meets one that goes on until writes have waited for
// so long, however fast the machine fills tables. Requests that give up after two seconds get
// through.
const (
	compactFor   = time.Second
	compactEvery = 3 * time.Second // a tenth of the time, and more, in which writes wait
)

// How a slow disk is: a flush of each fill waits for it.
const (
	stallFor   = time.Second
	stallEvery = 4 * time.Second // one fifth of the time, and more, in which writes wait

	slowFor   = slowDiskAfter + 3*time.Second // the watch looks every two seconds
	slowEvery = 15 * time.Second
)

// What fills memory tables: deletes of keys that are not there, which change nothing.
const (
	fillBatch = 16
	fillKey   = 60 << 10 // Badger's have 65,000 bytes at most
	memTable  = 4 << 20  // that of Pebble's defaults
)

// stall makes writes wait for flushes that wait for the disk, or for compactions.
func (w *Switch) stall(ended <-chan struct{}) (end func()) {
	if c := w.store.compactions; c != nil {
		f := w.newFiller(c.room, compactEvery)
		return f.start(&c.slow, func() { f.hold(ended) })
	}
	f := w.newFiller((memTables+1)*memTable, stallEvery)
	return f.start(&w.store.disk.slow, func() { pause(ended, stallFor) })
}

// slowDisk makes a flush wait for the disk for longer than its watch allows, and no write for the
// flush.
func (w *Switch) slowDisk(ended <-chan struct{}) (end func()) {
	f := w.newFiller(memTable+memTable/2, slowEvery)
	return f.start(&w.store.disk.slow, func() { pause(ended, slowFor) })
}

// pause returns false when it ended before its time.
func pause(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return false
	case <-timer.C:
		return true
	}
}
