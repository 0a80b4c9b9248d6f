package kvbadger

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// garbageFile is where Badger keeps how much of each file of the value log is garbage.
const garbageFile = "DISCARD"

// readGarbage returns the bytes that compactions have found to be garbage of the
// value log in a directory.
func readGarbage(dir string) float64 {
	total := uint64(0)
	if err := eachGarbage(dir, func(_, garbage uint64) { total += garbage }); err != nil {
		return math.NaN()
	}
	return float64(total)
}

// eachGarbage calls use with the number and the garbage, in bytes, of each file of the value
// log. Badger keeps them in a file that it maps, by number, up to a number of 0, and
// shows them to nobody. It can be sorting them: what is read then may be off once.
func eachGarbage(dir string, use func(number, garbage uint64)) error {
	f, err := os.Open(filepath.Join(dir, garbageFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil // of a database that was opened for reading
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	r := bufio.NewReader(f)
	for {
		var slot [16]byte
		if _, err := io.ReadFull(r, slot[:]); err != nil || binary.BigEndian.Uint64(slot[:8]) == 0 {
			return nil
		}
		use(binary.BigEndian.Uint64(slot[:8]), binary.BigEndian.Uint64(slot[8:]))
	}
}

// candidate returns the file of the value log that Badger would rewrite now, or "".
func candidate(dir string, share float64) (string, error) {
	var path string
	var most, last uint64
	var size int64
	err := eachGarbage(dir, func(number, garbage uint64) {
		if garbage <= most {
			return
		}
		p := logPath(dir, number)
		if info, err := os.Stat(p); err == nil {
			path, most, last, size = p, garbage, number, info.Size()
		}
	})
	if err != nil || path == "" || float64(most) < share*float64(size) {
		return "", err
	}
	// The last file is being written, and no other one is.
	files, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if filepath.Base(file) > filepath.Base(logPath(dir, last)) {
			return path, nil
		}
	}
	return "", nil
}

func logPath(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%06d.vlog", number))
}
