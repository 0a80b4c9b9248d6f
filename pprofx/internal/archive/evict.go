package archive

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// kept is a file of the archive.
type kept struct {
	name   string
	at     time.Time
	weight int64
	size   int64
}

// fresh is how long a heavy file is safe from lighter ones. Without an end to
// it, one bad night of long ago would leave no room for what happens today; nor would
// what was written while the clock was wrong.
const fresh = 7 * 24 * time.Hour

// rank returns 1 for a file of the days around now, and 0 for another one.
func (k kept) rank(now time.Time) int {
	if now.Sub(k.at).Abs() > fresh {
		return 0
	}
	return 1
}

// stuck are files that cannot be deleted.
type stuck struct {
	files int
	size  int64
	err   error // of the first one
}

// Undeletable returns how many files could not be deleted when the last one was written,
// though they should have made room, and the error of one of them.
func (a *Archive) Undeletable() (files int, err error) {
	s := a.stuck.Load()
	if s == nil {
		return 0, nil
	}
	return s.files, s.err
}

// evict deletes files until the archive, and so many more, are within its limits, but
// never the one of the name spare. What cannot be deleted is skipped, while there
// is hope.
func (a *Archive) evict(d *directory, spare string, more int) error {
	a.evicting.Lock()
	defer a.evicting.Unlock()
	files, err := d.files() //otelkv:lockok who waits has just written to the same disk
	if err != nil {
		return err
	}
	n, size, own := len(files)+more, int64(more), int64(more)
	for _, f := range files {
		size += f.size
		if f.name == spare {
			own = f.size
		}
	}
	now := time.Now()
	slices.SortFunc(files, func(x, y kept) int {
		return cmp.Or(cmp.Compare(x.rank(now), y.rank(now)),
			cmp.Compare(x.weight, y.weight), x.at.Compare(y.at), cmp.Compare(x.name, y.name))
	})
	var left stuck
	for _, f := range files {
		if n <= a.limits.Files && size <= a.limits.Bytes || left.files >= a.limits.Files || left.size+own > a.limits.Bytes {
			break
		}
		if f.name == spare {
			continue
		}
		//otelkv:lockok as above
		if err := d.remove(f.name); err != nil {
			left = stuck{left.files + 1, left.size + f.size, cmp.Or(left.err, err)}
			continue
		}
		n--
		size -= f.size
	}
	a.stuck.Store(&left)
	if left.files > 0 && (n > a.limits.Files || size > a.limits.Bytes) {
		return fmt.Errorf("%w: %d of them: %w", ErrUndeletable, left.files, left.err)
	}
	return nil
}

// files returns what is in the directory now, so that what others add or delete
// counts.
func (d *directory) files() (files []kept, err error) {
	err = d.names(func(name string) {
		if at, weight, ours := parse(name); ours {
			files = append(files, kept{name: name, at: at, weight: weight})
		}
	})
	if err != nil {
		return nil, err
	}
	there := files[:0]
	for _, f := range files {
		if info, ok := d.regular(f.name); ok { // not deleted meanwhile
			f.size = info.Size()
			there = append(there, f)
		}
	}
	return there, nil
}
