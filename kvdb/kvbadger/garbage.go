package kvbadger

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
)

// readGarbage returns the bytes that compactions have found to be garbage of the
// value log. Badger keeps them in a file that it maps, by number of a file of the log, up to a
// number of 0, and shows them to nobody. It can be sorting them: what is read then may be
// off once.
func readGarbage(path string) float64 {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0 // of a database that was opened for reading
	}
	if err != nil {
		return math.NaN()
	}
	defer func() { _ = f.Close() }() // it was read only
	r := bufio.NewReader(f)
	total := uint64(0)
	for {
		var slot [16]byte
		if _, err := io.ReadFull(r, slot[:]); err != nil || binary.BigEndian.Uint64(slot[:8]) == 0 {
			return float64(total)
		}
		total += binary.BigEndian.Uint64(slot[8:])
	}
}
