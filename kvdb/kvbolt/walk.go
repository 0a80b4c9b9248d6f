package kvbolt

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// A walk goes over a range with a cursor of the engine, until a nil key.
type walk struct {
	cursor *bolt.Cursor
	r      kvdb.Range
	at     []byte // the key that was returned last
	lowest []byte // the first key of the bucket, for a walk in reverse
}

func (w *walk) first() (key, value []byte) {
	switch {
	case w.r.Reverse:
		key, value = w.highest()
	case len(w.r.Start) > 0:
		key, value = w.cursor.Seek(w.r.Start)
	default:
		key, value = w.cursor.First()
	}
	return w.within(key, value)
}

func (w *walk) next() (key, value []byte) {
	if w.r.Reverse {
		key, value = w.before(w.at)
	} else {
		key, value = w.cursor.Next()
	}
	return w.within(key, value)
}

// highest returns the last key below the end of the range.
func (w *walk) highest() (key, value []byte) {
	if w.lowest, _ = w.cursor.First(); w.lowest == nil {
		return nil, nil
	}
	if len(w.r.End) > 0 {
		if above, _ := w.cursor.Seek(w.r.End); above != nil {
			return w.before(above)
		}
	}
	return w.cursor.Last()
}

// before goes back from key. Where a transaction has emptied a leaf, bbolt's
// cursor says that nothing comes before it, and goes on when it is asked again.
func (w *walk) before(key []byte) (k, v []byte) {
	for !bytes.Equal(key, w.lowest) {
		if k, v = w.cursor.Prev(); k != nil {
			break
		}
	}
	return k, v
}

// within returns nil when the key is out of the range.
func (w *walk) within(key, value []byte) (k, v []byte) {
	if key == nil ||
		w.r.Reverse && bytes.Compare(key, w.r.Start) < 0 ||
		!w.r.Reverse && len(w.r.End) > 0 && bytes.Compare(key, w.r.End) >= 0 {
		return nil, nil
	}
	w.at = key
	return key, value
}
