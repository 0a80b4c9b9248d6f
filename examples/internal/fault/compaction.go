package fault

import (
	"strings"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// Sizes of a Badger store whose program has not chosen any: with Badger's own it takes a
// gigabyte until writes wait for compactions.
const (
	badgerTable  = 8 << 20 // of which 15 % are the largest batch
	badgerTables = 1       // waits for a flush before writes wait, too
	badgerLevel0 = 2       // tables of level 0 are compacted
	badgerFull   = 4       // tables of level 0 hold flushes back
)

func smallTables() *badger.Options {
	b := badger.DefaultOptions("").WithMetricsEnabled(false).WithVerifyValueChecksum(true).
		WithMemTableSize(badgerTable).WithNumMemtables(badgerTables).
		WithNumLevelZeroTables(badgerLevel0).WithNumLevelZeroTablesStall(badgerFull)
	return &b
}

// compactions are those of Badger, which can be slow: it logs in the goroutine that compacts,
// without a lock, and goes on when the logger has returned.
type compactions struct {
	kvbadger.Logger                        // nil is nobody
	slow            atomic.Pointer[func()] // a compaction waits in it
	room            int                    // bytes of writes until they wait for a compaction
}

func newCompactions(next kvbadger.Logger, b *badger.Options) *compactions {
	return &compactions{Logger: next, room: (b.NumLevelZeroTablesStall + b.NumMemtables + besides) * int(b.MemTableSize)}
}

// besides are the tables that take writes while level 0 is full and others wait: the one that is
// flushed, the one that is written to, and what has left level 0 before a compaction is slow.
const besides = 4

// saysCompacting begins the line of a compaction that has read its tables.
const saysCompacting = "[%d] LOG Compact. Added"

// Debugf implements [kvbadger.Logger].
func (c *compactions) Debugf(format string, args ...any) {
	if slow := c.slow.Load(); slow != nil && strings.HasPrefix(format, saysCompacting) {
		(*slow)()
	}
	if c.Logger != nil {
		c.Logger.Debugf(format, args...)
	}
}

// Infof implements [kvbadger.Logger].
func (c *compactions) Infof(format string, args ...any) {
	if c.Logger != nil {
		c.Logger.Infof(format, args...)
	}
}

// Warnf implements [kvbadger.Logger].
func (c *compactions) Warnf(format string, args ...any) {
	if c.Logger != nil {
		c.Logger.Warnf(format, args...)
	}
}

// Errorf implements [kvbadger.Logger].
func (c *compactions) Errorf(format string, args ...any) {
	if c.Logger != nil {
		c.Logger.Errorf(format, args...)
	}
}
