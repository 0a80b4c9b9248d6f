package kvbadger

import (
	"cmp"
	"errors"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store] on a handle that [New] borrows. Nil options mean the
// defaults. They are neither changed nor kept.
type Options struct {
	// Namespace tells this database from others in telemetry. By default, the base
	// name of the directory, or "badger" for a database in memory.
	Namespace string

	// Events are the counts of a logger that is installed in the handle. By default,
	// there are no statistics of flushes, compactions and stalls, writes may wait while flushes
	// fail, and a value log that cannot be made durable is not noticed.
	Events *Events
}

// OpenOptions configure a [Store] that [Open] opens. Nil options mean the defaults.
// Neither they nor what they point to is changed or kept.
type OpenOptions struct {
	// Namespace tells this database from others in telemetry. By default, the base
	// name of the directory.
	Namespace string

	// NoSync acknowledges a write before it is on the disk. It saves two syncs a write
	// (50 µs to 10 ms each, shared by writes that run at the same time). A crash of the
	// process then loses nothing, but a crash of the machine can lose writes of the last half a
	// minute or more. By default, every write that was acknowledged is durable.
	NoSync bool

	// Logger takes the lines of the engine, without keys and values. By default, there
	// are none.
	Logger Logger

	// GarbageInterval is how often the value log is looked at for files of which a share
	// is garbage, which are then written anew without it. Badger does that only when it
	// is told to, and without it the value log grows. Each file that is rewritten is a load on the
	// disk: it is read twice, the first time to look at its checksums, as Badger would delete all that is
	// behind a record that it cannot read. If one is damaged, or a read has not found a value, the
	// store gives the notice garbage_kept, and collects nothing until it is opened again. It
	// does not collect while it refuses writes, and a file is deleted once what was moved is
	// on the disk, with NoSync as well, but for what waits in memory tables to be flushed then. By
	// default, and if it is 0, the store does not collect.
	GarbageInterval time.Duration

	// GarbageShare is that share, between 0 and 1, of a file of the value log. By
	// default, 0.5.
	GarbageShare float64

	// Badger are the engine's options: take them from badger.DefaultOptions. Dir is that
	// of Open, ValueDir is the same if it is empty, SyncWrites and Logger are those of this
	// struct. Conflicts have to be detected. By default, Badger's, but that the checksum of a value
	// that is read from the value log is looked at, and that Badger counts nothing in expvar.
	Badger *badger.Options
}

// A config is what a store is made with.
type config struct {
	namespace string
	dirs      dirs
	maxValue  int
	events    *Events
	interval  time.Duration
	share     float64
}

// dirs are the directories of a database. They are absolute, and empty if it is in memory.
type dirs struct{ lsm, values string }

var (
	errNilDB     = errors.New("the database handle is nil")
	errNoDir     = errors.New("the directory is empty")
	errManaged   = errors.New("the handle is of badger.OpenManaged: its timestamps are the program's, and the store cannot make transactions")
	errConflicts = errors.New("DetectConflicts is off in the options of Badger, and without it transactions would overwrite each other")
	errInterval  = errors.New("OpenOptions.GarbageInterval is below 0")
	errShare     = errors.New("OpenOptions.GarbageShare is not between 0 and 1")
	errInMemory  = errors.New("OpenOptions.Badger.InMemory is on: open it with badger.Open, and give it to New")
	errCache     = errors.New("OpenOptions.Badger has a compression or an encryption, which need a BlockCacheSize above 0")
	errIndex     = errors.New("OpenOptions.Badger has an encryption, which needs an IndexCacheSize above 0")
	errStall     = errors.New("OpenOptions.Badger.NumLevelZeroTablesStall is not above NumLevelZeroTables")
	errThreshold = errors.New("OpenOptions.Badger.ValueThreshold is above 1 MiB, or above 15 % of MemTableSize, which a transaction takes")
	errZero      = errors.New("OpenOptions.Badger has a size or a number of 0 or below that has to be above: begin with badger.DefaultOptions")
)

// config fills the defaults and lists every problem at once.
func (o *Options) config(db *badger.DB) (*config, error) {
	if o == nil {
		o = new(Options)
	}
	if db == nil {
		return nil, invalid(opNew, []error{errNilDB})
	}
	b := db.Opts()
	if b.MaxLevels == 0 || db.IsClosed() { // the first is a zero handle
		return nil, errClosedFor(opNew)
	}
	var problems []error
	if !b.DetectConflicts {
		problems = append(problems, errConflicts)
	}
	if isManaged(db) {
		problems = append(problems, errManaged)
	}
	if len(problems) > 0 {
		return nil, invalid(opNew, problems)
	}
	c := &config{dirs: dirs{absolute(b.Dir), absolute(b.ValueDir)}, maxValue: maxValue(&b), events: o.Events}
	if b.InMemory {
		c.maxValue = maxValueInMemory(db)
	}
	c.namespace = cmp.Or(o.Namespace, baseName(c.dirs.lsm), "badger")
	return c, nil
}

// isManaged reports whether a handle refuses transactions, which it does with a panic.
func isManaged(db *badger.DB) (is bool) {
	defer func() {
		if recover() != nil {
			is = true
		}
	}()
	db.NewTransaction(false).Discard()
	return false
}

// config fills the defaults and lists every problem at once. The engine's options in
// the result are a copy.
func (o *OpenOptions) config(dir string) (*config, *badger.Options, error) {
	if o == nil {
		o = new(OpenOptions)
	}
	b := defaults()
	if o.Badger != nil {
		b = *o.Badger
	}
	problems := check(&b)
	if dir == "" {
		problems = append(problems, errNoDir)
	}
	if o.GarbageInterval < 0 {
		problems = append(problems, errInterval)
	}
	share := cmp.Or(o.GarbageShare, defaultShare)
	if !(share > 0 && share < 1) {
		problems = append(problems, errShare)
	}
	b.Dir, b.ValueDir = dir, cmp.Or(b.ValueDir, dir)
	b.SyncWrites = !o.NoSync
	c := &config{
		namespace: cmp.Or(o.Namespace, baseName(absolute(dir))),
		dirs:      dirs{absolute(dir), absolute(b.ValueDir)},
		maxValue:  maxValue(&b),
		events:    NewEvents(),
		interval:  o.GarbageInterval,
		share:     share,
	}
	var lines badger.Logger
	if o.Logger != nil {
		lines = named{o.Logger}
	}
	b.Logger = c.events.Logger(lines)
	return c, &b, invalid(opOpen, problems)
}

// defaultShare is what Badger recommends: each byte is then written twice in its life, on
// average.
const defaultShare = 0.5

func defaults() badger.Options {
	b := badger.DefaultOptions("")
	b.VerifyValueChecksum = true
	b.MetricsEnabled = false
	if strconv.IntSize == 32 {
		b.ValueLogFileSize = 64 << 20 // twice as much is mapped of each file
	}
	return b
}

// check returns the problems that Badger meets with a panic, or the end of the process.
func check(b *badger.Options) (problems []error) {
	for problem, is := range map[error]bool{
		errInMemory:  b.InMemory,
		errConflicts: !b.DetectConflicts,
		errCache:     (b.Compression != options.None || len(b.EncryptionKey) > 0) && b.BlockCacheSize <= 0,
		errIndex:     len(b.EncryptionKey) > 0 && b.IndexCacheSize <= 0,
		errStall:     b.NumLevelZeroTablesStall <= b.NumLevelZeroTables,
		errThreshold: b.ValueThreshold > mostInMemory || b.ValueThreshold > 15*b.MemTableSize/100,
		errZero: b.MemTableSize < minMemTable || b.BaseTableSize <= 0 || b.BaseLevelSize <= 0 || b.BlockSize <= 0 || b.MaxLevels < 2 ||
			b.LevelSizeMultiplier <= 0 || b.TableSizeMultiplier <= 0 || b.NumMemtables <= 0 || b.NumVersionsToKeep <= 0 ||
			b.ValueLogMaxEntries == 0 || b.ValueThreshold < 0 || b.NumCompactors < 0,
	} {
		if is {
			problems = append(problems, problem)
		}
	}
	return problems
}

// minMemTable leaves room for the longest key in a transaction, which is 15 % of it.
const minMemTable = 1 << 20

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}

// absolute is for a program that changes its working directory.
func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil && dir != "" {
		return abs
	}
	return dir
}

// baseName returns the last element of a directory, and nothing of nothing.
func baseName(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Base(dir)
}
