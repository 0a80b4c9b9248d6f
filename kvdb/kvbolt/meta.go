package kvbolt

import (
	"encoding/binary"
	"hash/fnv"
	"io"

	"github.com/otelkv/otelkv/kvdb"
)

// Where the numbers of a meta page are, in its bytes. bbolt writes those of the
// machine, so their order is the machine's.
const (
	metaStart    = 16 // after the header of the page
	metaMagicEnd = metaStart + 4
	metaSum      = metaStart + 56
	metaEnd      = metaSum + 8
	metaMagic    = 0xED0CDAED
)

// checkMetas gives notice when one of the two meta pages of a file is damaged.
// Commits write them by turns, and bbolt goes by the other one then, which knows
// nothing of the last transaction. A commit that the machine did not survive
// leaves the same, but nobody was told that it had succeeded.
func checkMetas(file io.ReaderAt, pageSize int, board *kvdb.NoticeBoard) {
	page := make([]byte, metaEnd)
	for i := range int64(2) {
		if _, err := file.ReadAt(page, i*int64(pageSize)); err != nil {
			return // bbolt has read it
		}
		if isMeta(page) {
			continue
		}
		board.Post(kvdb.Notice{Name: kvdb.NoticeOpenedWithLess, Level: kvdb.NoticeWarn,
			Text: "one of the two meta pages is damaged: unless the machine went down during a commit, " +
				"the last transaction is missing, and more if there was more damage; Verify looks at the whole file"})
	}
}

// isMeta reports whether a page is a meta page as it was written.
func isMeta(page []byte) bool {
	sum := fnv.New64a()
	_, _ = sum.Write(page[metaStart:metaSum])
	return binary.NativeEndian.Uint32(page[metaStart:metaMagicEnd]) == metaMagic &&
		binary.NativeEndian.Uint64(page[metaSum:metaEnd]) == sum.Sum64()
}
