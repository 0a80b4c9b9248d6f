package kvbadger

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// Sizes of the format of the value log, in bytes: a file begins with a header, and each
// record with one of its own, a key and a value, and ends with a checksum.
const (
	logHeader    = 20
	recordHeader = 22 // at most
	recordKey    = 1 << 16
)

var (
	errRecord  = errors.New("a record of the value log is damaged")
	errStopped = errors.New("the collector has been stopped")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkLog reads a file of the value log that is not written any more, and returns errRecord
// unless every record is whole up to the end, or up to zeros that fill the rest. Badger
// takes a record that is not for the end.
func checkLog(path string, quit <-chan struct{}) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	info, err := f.Stat()
	if err != nil {
		return err
	}
	left := info.Size() - logHeader
	if _, err := f.Seek(logHeader, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	for left > 0 {
		select {
		case <-quit:
			return errStopped
		default:
		}
		size, err := checkRecord(r, left)
		if size == 0 || err != nil {
			return err
		}
		left -= size
	}
	return nil
}

// checkRecord reads one of the records that are left, in bytes, and returns its size: 0 for
// zeros up to the end.
func checkRecord(r *bufio.Reader, left int64) (int64, error) {
	head, err := r.Peek(int(min(left, recordHeader)))
	if err != nil {
		return 0, err
	}
	if len(bytes.Trim(head, "\x00")) == 0 {
		return 0, checkZeros(r)
	}
	size := int64(2) // of what the record is, for Badger and for the program
	var fields [3]uint64
	for i := range fields {
		var n int
		if size <= int64(len(head)) {
			fields[i], n = binary.Uvarint(head[size:])
		}
		if n <= 0 {
			return 0, errRecord
		}
		size += int64(n)
	}
	key, value := fields[0], fields[1]
	if key == 0 || key > recordKey || value > uint64(left) || size+int64(key+value)+crc32.Size > left {
		return 0, errRecord
	}
	size += int64(key + value)
	sum := crc32.New(castagnoli)
	if _, err := io.CopyN(sum, r, size); err != nil {
		return 0, err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return 0, err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return 0, errRecord
	}
	return size + crc32.Size, nil
}

// checkZeros returns errRecord unless there are only zeros left.
func checkZeros(r *bufio.Reader) error {
	for {
		b, err := r.ReadByte()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case b != 0:
			return errRecord
		}
	}
}
