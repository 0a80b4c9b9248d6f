package kvbadger

import (
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/dgraph-io/badger/v4"
)

// A worded is an error of the engine with a text that quotes no key, no value and no
// size: Badger's own may have each of them.
type worded struct {
	text string
	err  error
}

func (w *worded) Error() string { return w.text }
func (w *worded) Unwrap() error { return w.err }

// unworded stands for a text of which nothing is known to be harmless.
const unworded = "the engine says why in words that may quote keys"

func withoutKeys(err error) error {
	switch e := err.(type) { //nolint:errorlint // of others, layers quote what they like
	case *worded, *damage, syscall.Errno:
		return e
	}
	return &worded{safeText(err.Error()), err}
}

// safeText returns the phrases of Badger, and of the operating system, that a text has,
// in their order.
func safeText(text string) string {
	type place struct{ from, to int }
	text = withoutQuotedKeys(text)
	var found []place
	for _, p := range phrases {
		if i := strings.Index(text, p); i >= 0 {
			found = append(found, place{i, i + len(p)})
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to // the longest first
	})
	var said []string
	end := 0
	for _, f := range found {
		if f.from >= end {
			said = append(said, text[f.from:f.to])
			end = f.to
		}
	}
	if len(said) == 0 {
		return unworded
	}
	return strings.Join(said, ": ")
}

// withoutQuotedKeys removes what Badger quotes as a key. A key may read as an error.
func withoutQuotedKeys(text string) string {
	const mark = "key: "
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, mark)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("key")
		if quoted, err := strconv.QuotedPrefix(after); err == nil {
			after = after[len(quoted):]
		}
		text = after
	}
}

// phrases are constant parts of what Badger says.
var phrases = append([]string{
	// of writes and flushes
	"while writing to memTable", "cannot write entry to WAL file", "writeRequests", "while validating writes",
	"Unable to sync value log", "Unable to truncate file", "is bigger than maximum offset", "cannot create new mem table",
	"No room for write", "error while creating table", "While opening memtable", "While opening vlog file",
	// of reads
	"DB::Get key", "get key", "CHECKSUM_MISMATCH", "checksum mismatch", "failed to verify checksum",
	"value corrupted", "Invalid read", "failed to read index", "failed to initialize", "failed to decompress",
	"checksum validation failed for table",
	// of opening and closing
	"while opening memtables", "while opening fid", "Open existing file", "Opening table", "Opening file",
	"Error while creating log file in valueLog.open", "During db.vlog.open", "while iterating over", "while iterating wal",
	"while truncating last value log file", "while opening file", "Invalid Dir", "Error Creating Dir", "cannot open directory",
	"Cannot write pid file", "no manifest found, required for read-only db", "manifest has bad magic",
	"manifest has unsupported version", "manifest has checksum mismatch", "Manifest file might be corrupted",
	"external magic number doesn't match", "MANIFEST invalid", "MANIFEST removes", "file does not exist for table",
	"Cannot find directory", "Cannot have 1 compactor. Need at least 2", "vlogPercentile must be within range of 0.0-1.0",
	"Invalid ValueThreshold", "Valuethreshold", "greater than max batch size", "DB.Close", "levelsController.Close",
	// of the standard library
	io.EOF.Error(), io.ErrUnexpectedEOF.Error(), fs.ErrClosed.Error(),
}, spoken()...)

// spoken are the texts of Badger's errors and of the system's that can be met.
func spoken() (texts []string) {
	for _, err := range []error{
		badger.ErrValueLogSize, badger.ErrTxnTooBig, badger.ErrConflict, badger.ErrReadOnlyTxn, badger.ErrDiscardedTxn,
		badger.ErrEmptyKey, badger.ErrInvalidKey, badger.ErrBannedKey, badger.ErrThresholdZero, badger.ErrNoRewrite,
		badger.ErrRejected, badger.ErrInvalidRequest, badger.ErrManagedTxn, badger.ErrWindowsNotSupported,
		badger.ErrTruncateNeeded, badger.ErrBlockedWrites, badger.ErrEncryptionKeyMismatch, badger.ErrInvalidDataKeyID,
		badger.ErrInvalidEncryptionKey, badger.ErrGCInMemoryMode, badger.ErrGCInReadOnlyMode, badger.ErrDBClosed,
		syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EPERM,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOENT, syscall.EEXIST, syscall.ENOTDIR, syscall.EISDIR, syscall.ENOMEM,
		syscall.EINVAL, syscall.EAGAIN, syscall.EBADF,
	} {
		texts = append(texts, err.Error())
	}
	return texts
}
