package kvpebble

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// Findings are what a directory had that Pebble does not tell of when it opens
// it.
type findings struct {
	logs     damage
	manifest damage
	tables   map[uint64]bool // files of tables
}

// inspect looks at a directory before Pebble does, which deletes what it has no
// use for. It says what it can: a file that cannot be read is Pebble's to
// report.
func inspect(fs vfs.FS, dir, logDir string) findings {
	f := findings{tables: make(map[uint64]bool)}
	names, _ := fs.List(dir)
	for _, name := range names {
		if number, ok := fileNumber(name, ".sst"); ok {
			f.tables[number] = true
		}
	}
	if desc, err := pebble.Peek(dir, fs); err == nil && desc.Exists {
		f.manifest = readDamage(fs, desc.ManifestFilename, 0)
	}
	if logDir == "" {
		logDir = dir
	}
	logs, _ := fs.List(logDir)
	for _, name := range logs {
		number, ok := fileNumber(name, ".log")
		if !ok {
			continue
		}
		d := readDamage(fs, fs.PathJoin(logDir, name), uint32(number)) // the low half
		f.logs.records += d.records
		f.logs.writes += d.writes
	}
	return f
}

// fileNumber returns the number that begins the name of a file with the given
// suffix.
func fileNumber(name, suffix string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	digits, _, _ = strings.Cut(digits, "-") // a log that failed over has parts
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, ok && err == nil
}

func readDamage(fs vfs.FS, path string, log uint32) damage {
	file, err := fs.Open(path, vfs.SequentialReadsOption)
	if err != nil {
		return damage{}
	}
	d, err := findDamage(file, log)
	if errors.Join(err, file.Close()) != nil {
		return damage{}
	}
	return d
}

// tell gives notice of what the database was opened without, as far as it can
// be known.
func (s *Store) tell(f findings) {
	less := func(level kvdb.NoticeLevel, text string, numbers map[string]float64) {
		s.board.Post(kvdb.Notice{Name: kvdb.NoticeOpenedWithLess, Level: level, Text: text, Numbers: numbers})
	}
	if f.logs.records > 0 {
		less(kvdb.NoticeError, "the write-ahead log is damaged, and what was written after that place is missing: "+
			"unless the machine has lost writes in a crash, these were acknowledged; restore them from elsewhere",
			map[string]float64{"batches": float64(f.logs.records), "writes": float64(f.logs.writes)})
	}
	if f.manifest.rest > 0 {
		less(kvdb.NoticeError, "the manifest is damaged or cut off within a record, and Pebble goes by what comes before that: "+
			"unless the process ended while it was written, tables are missing; compare with a backup",
			map[string]float64{"bytes": float64(f.manifest.rest)})
	}
	if n := s.unreferenced(f.tables); n > 0 {
		less(kvdb.NoticeInfo, "there were tables that the manifest does not refer to, and Pebble deletes them: "+
			"a flush or a compaction that was interrupted leaves them; unless there was one, the manifest lacks its end, and what they held is missing",
			map[string]float64{"tables": float64(n)})
	}
}

// unreferenced returns how many of the tables are no part of the database.
func (s *Store) unreferenced(tables map[uint64]bool) int {
	if len(tables) == 0 {
		return 0
	}
	levels, err := s.db.SSTables()
	if err != nil {
		return 0
	}
	n := len(tables)
	for _, level := range levels {
		for _, table := range level {
			if number := uint64(table.BackingSSTNum); tables[number] {
				delete(tables, number)
				n--
			}
		}
	}
	return n
}
