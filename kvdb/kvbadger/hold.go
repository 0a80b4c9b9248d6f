package kvbadger

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// A hold keeps files of the value log: Badger deletes none while an iterator is open.
type hold struct {
	txn *badger.Txn
	it  *badger.Iterator
}

func (s *Store) hold() (h hold, err error) {
	in, err := s.enter(context.Background(), opCollect)
	if err != nil {
		return hold{}, err
	}
	defer s.leave(in, opCollect, &err)
	txn := s.db.NewTransaction(false)
	return hold{txn, txn.NewIterator(badger.IteratorOptions{Prefix: pingKey})}, nil
}

// letGo has the files deleted once what was moved out of them is durable. Otherwise it leaves
// them to whoever opens the database next.
func (s *Store) letGo(h hold) (err error) {
	in, err := s.enter(context.Background(), opCollect)
	if err != nil {
		return err
	}
	defer s.leave(in, opCollect, &err)
	if err := s.db.Sync(); err != nil {
		s.failure.set(err, false)
	}
	if err := s.failure.refuse(opCollect); err != nil {
		return err
	}
	h.it.Close()
	h.txn.Discard()
	return nil
}
