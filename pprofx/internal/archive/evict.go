package archive

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// kept is a file of the archive.
type kept struct {
	path   string
	at     time.Time
	weight int64
	size   int64
}

// fresh is how long a heavy file is safe from lighter ones. Without an end to
// it, one bad night of long ago would leave no room for what happens today.
const fresh = 7 * 24 * time.Hour

// since returns 1 for a file of that time or later, and 0 for an older one.
func (k kept) since(t time.Time) int {
	if k.at.Before(t) {
		return 0
	}
	return 1
}

// evict deletes files until the archive is within its limits, but never the one
// at spare.
func (a *Archive) evict(spare string) error {
	a.evicting.Lock()
	defer a.evicting.Unlock()
	files, err := a.files() //otelkv:lockok who waits has just written to the same disk
	if err != nil {
		return err
	}
	size := int64(0)
	for _, f := range files {
		size += f.size
	}
	oldest := time.Now().Add(-fresh)
	slices.SortFunc(files, func(x, y kept) int {
		return cmp.Or(cmp.Compare(x.since(oldest), y.since(oldest)),
			cmp.Compare(x.weight, y.weight), x.at.Compare(y.at), cmp.Compare(x.path, y.path))
	})
	n := len(files)
	for _, f := range files {
		if n <= a.limits.Files && size <= a.limits.Bytes {
			return nil
		}
		if f.path == spare {
			continue
		}
		// Another process may have been quicker.
		//otelkv:lockok as above
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		n--
		size -= f.size
	}
	return nil
}

// files returns what is in the directory now, so that what others add or delete
// counts.
func (a *Archive) files() ([]kept, error) {
	entries, err := os.ReadDir(a.dir)
	if err != nil {
		return nil, err
	}
	var files []kept
	for _, e := range entries {
		at, weight, ours := parse(e.Name())
		if !ours || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // deleted meanwhile
		}
		files = append(files, kept{filepath.Join(a.dir, e.Name()), at, weight, info.Size()})
	}
	return files, nil
}
