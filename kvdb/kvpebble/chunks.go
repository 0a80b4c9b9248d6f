package kvpebble

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Pebble keeps its logs and manifests in blocks, and in these chunks with a
// header: a checksum, the length, the type and, in a log, the low half of its
// number, since a log can be written over an old one. What comes after a damage
// cannot be read by Pebble, which takes it for the end.
const (
	blockSize = 32 << 10

	legacyHeader = 7 // of manifests
	logHeader    = 11
	syncHeader   = 19 // of logs in newer formats: the offset up to which the log is synced
)

// Types of chunks: of each kind of header, a whole record, the first, a middle
// and the last part of one.
const (
	legacyFull, legacyLast = 1, 4
	logFull, logLast       = 5, 8
	syncFull, syncLast     = 9, 12
)

// A chunk is one that has its checksum.
type chunk struct {
	size    int // with the header
	payload []byte
	begins  bool // a record
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// parseChunk returns the chunk at the begin of b, which is a part of one block.
// Of a log only those with its number are chunks.
func parseChunk(b []byte, log uint32) (c chunk, ok bool) {
	if len(b) < legacyHeader {
		return chunk{}, false
	}
	header, first := legacyHeader, byte(legacyFull)
	switch kind := b[6]; {
	case legacyFull <= kind && kind <= legacyLast:
	case logFull <= kind && kind <= logLast:
		header, first = logHeader, logFull
	case syncFull <= kind && kind <= syncLast:
		header, first = syncHeader, syncFull
	default:
		return chunk{}, false
	}
	size := header + int(binary.LittleEndian.Uint16(b[4:6]))
	if size > len(b) || header > legacyHeader && binary.LittleEndian.Uint32(b[7:11]) != log {
		return chunk{}, false
	}
	sum := crc32.Checksum(b[6:size], castagnoli)
	if binary.LittleEndian.Uint32(b[:4]) != sum>>15|sum<<17+0xa282ead8 {
		return chunk{}, false
	}
	return chunk{size, b[header:size], b[6] == first || b[6] == first+1}, true
}

// A damage is what a file has after the place where it cannot be read on.
type damage struct {
	rest    int64 // bytes that are not zero from there to the end, at least
	records int   // that begin after it and are whole as far as can be seen
	writes  int   // in them, if they are batches
}

// findDamage reads a file of chunks to its end.
func findDamage(r io.Reader, log uint32) (d damage, err error) {
	block := make([]byte, blockSize)
	broken := false
	for {
		n, err := io.ReadFull(r, block)
		for at := 0; at < n; {
			if c, ok := parseChunk(block[at:n], log); ok {
				if broken && c.begins {
					d.add(c)
				}
				at += c.size
				continue
			}
			if block[at] != 0 {
				d.rest++
			}
			// The end of a block that no header fits into is empty.
			broken = broken || n-at >= syncHeader || block[at] != 0
			at++
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return d, nil
		case err != nil:
			return d, err
		}
	}
}

// batchHeader is a sequence number and a count.
func (d *damage) add(c chunk) {
	d.records++
	if len(c.payload) >= batchHeader {
		d.writes += int(binary.LittleEndian.Uint32(c.payload[8:batchHeader]))
	}
}
