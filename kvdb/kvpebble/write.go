package kvpebble

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb"
)

// Limits of the adapter, in bytes. Pebble's own limit is a batch of 4 GiB, but
// a value above 3.4 GiB that was accepted panics in the background when it is
// compressed into a table, and again at each opening.
const (
	// MaxKey is the longest key. Larger ones work, but Pebble copies keys into
	// its indexes and manifest: one of 100 MB takes seconds to flush.
	MaxKey = 16 << 20

	// MaxValue is the longest value. It leaves room for the overhead of every
	// compression, and for an int of 32 bits.
	MaxValue = 1 << 30
)

// maxBatch is the size at which Pebble refuses a batch: with a panic. The
// header has 12 bytes, each mutation at most 11 besides its key and value.
const (
	maxBatch         = math.MaxUint32 & math.MaxInt
	batchHeader      = 12
	mutationOverhead = 11
)

var (
	errKeySize   = errors.New("the key is longer than 16 MiB")
	errValueSize = errors.New("the value is longer than 1 GiB")
	errBatchSize = errors.New("the batch is above the limit of the engine, 4 GiB")
)

// Put implements [kvdb.Store]. The value is durable once Put has returned,
// unless NoSync is set in the options.
func (s *Store) Put(ctx context.Context, key, value []byte) (err error) {
	in, err := s.enter(ctx, opPut)
	if err != nil {
		return err
	}
	defer s.leave(in, opPut, &err)
	if err := s.checkWrite(opPut, key, value); err != nil {
		return err
	}
	b := s.newBatch(batchHeader + mutationOverhead + len(key) + len(value))
	if err := b.Set(key, value, nil); err != nil {
		return wrap(opPut, errors.Join(err, b.Close()))
	}
	return s.commit(opPut, b)
}

// largeBatch is one that gets the memory that it needs, of which the engine keeps all
// until it is flushed: for others Pebble takes a power of two, and reuses it.
const largeBatch = 64 << 10

// newBatch returns a batch for mutations of so many bytes.
func (s *Store) newBatch(size int) *pebble.Batch {
	if size < largeBatch {
		return s.db.NewBatch()
	}
	return s.db.NewBatch(pebble.WithInitialSizeBytes(size + 2*binary.MaxVarintLen64))
}

// Delete implements [kvdb.Store]. It is as durable as Put.
func (s *Store) Delete(ctx context.Context, key []byte) (err error) {
	in, err := s.enter(ctx, opDelete)
	if err != nil {
		return err
	}
	defer s.leave(in, opDelete, &err)
	if err := s.checkWrite(opDelete, key, nil); err != nil {
		return err
	}
	b := s.db.NewBatch()
	if err := b.Delete(key, nil); err != nil {
		return wrap(opDelete, errors.Join(err, b.Close()))
	}
	return s.commit(opDelete, b)
}

// Apply implements [kvdb.Batcher] with one batch of Pebble. It is as durable as
// Put, with a single fsync.
func (s *Store) Apply(ctx context.Context, muts []kvdb.Mutation) (err error) {
	in, err := s.enter(ctx, opBatch)
	if err != nil {
		return err
	}
	defer s.leave(in, opBatch, &err)
	size, err := s.checkBatch(muts)
	if err != nil || len(muts) == 0 {
		return err
	}
	b := s.newBatch(size)
	for i := range muts {
		if m := &muts[i]; m.Delete {
			err = b.Delete(m.Key, nil)
		} else {
			err = b.Set(m.Key, m.Value, nil)
		}
		if err != nil {
			return wrap(opBatch, errors.Join(err, b.Close()))
		}
	}
	return s.commit(opBatch, b)
}

// commit makes a batch part of the database and gives it back.
func (s *Store) commit(op string, b *pebble.Batch) error {
	large := b.Len() >= largeBatch // a next one would get as much memory if it were given back
	// A batch whose commit failed may still be in use: only others are given
	// back.
	if err := b.Commit(s.write); err != nil {
		return wrap(op, err)
	}
	if s.events == nil {
		s.stalls.add(b)
	}
	if large {
		return s.failed(op)
	}
	if err := b.Close(); err != nil {
		return wrap(op, err)
	}
	return s.failed(op) // Pebble does not hear of a log that failed meanwhile
}

// checkWrite returns why one write cannot work.
func (s *Store) checkWrite(op string, key, value []byte) error {
	if err := kvdb.CheckKey(op, key); err != nil {
		return err
	}
	if err := checkSize(op, key, value); err != nil {
		return err
	}
	return s.refuse(op)
}

// checkBatch returns why a batch cannot work, or the memory that it needs.
func (s *Store) checkBatch(muts []kvdb.Mutation) (size int, err error) {
	total := uint64(batchHeader)
	for i := range muts {
		m := &muts[i]
		if err := kvdb.CheckKey(opBatch, m.Key); err != nil {
			return 0, err
		}
		value := m.Value
		if m.Delete {
			value = nil
		}
		if err := checkSize(opBatch, m.Key, value); err != nil {
			return 0, err
		}
		total += mutationOverhead + uint64(len(m.Key)) + uint64(len(value))
	}
	if total >= maxBatch {
		return 0, &kvdb.Error{Op: opBatch, Kind: kvdb.ErrTooLarge, Err: errBatchSize}
	}
	return int(total), s.refuse(opBatch)
}

// refuse returns why the store takes no writes now. While Pebble has no space
// to flush to, or no descriptor, it tries again and again, and lets writes wait
// without an end once its memtables are full.
func (s *Store) refuse(op string) error {
	if err := s.failed(op); err != nil {
		return err
	}
	if err := s.events.starving(); err != nil {
		return wrap(op, fmt.Errorf("memory tables cannot be flushed: %w", err))
	}
	return nil
}

func checkSize(op string, key, value []byte) error {
	switch {
	case len(key) > MaxKey:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errKeySize}
	case len(value) > MaxValue:
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge, Err: errValueSize}
	}
	return nil
}
