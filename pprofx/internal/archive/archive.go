// Package archive keeps files of evidence, such as profiles, in a directory
// that stays within bounds: the most telling ones stay, and no disk is filled.
package archive

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// Limits bound a directory.
type Limits struct {
	// Bytes is what all files together, and each of them, may take. A file
	// under way is not counted among the others before it is whole.
	Bytes int64

	// Files is how many there may be.
	Files int

	// FreeShare is the share of the file system, between 0 and 1, that a write
	// leaves free for those who are not root. Zero, or a system that does not
	// tell, is no bound.
	FreeShare float64
}

func (l Limits) validate() error {
	var errs []error
	if l.Bytes < 1 {
		errs = append(errs, fmt.Errorf("%d bytes are no room for a file", l.Bytes))
	}
	if l.Files < 1 {
		errs = append(errs, fmt.Errorf("a limit of %d files leaves none", l.Files))
	}
	if !(l.FreeShare >= 0 && l.FreeShare < 1) {
		errs = append(errs, fmt.Errorf("a free share of %v is not between 0 and 1", l.FreeShare))
	}
	return errors.Join(errs...)
}

// Errors of Write, besides those of the file system and of the function that
// writes.
var (
	ErrTooLarge    = errors.New("the file would be larger than the limit")
	ErrDiskFull    = errors.New("the file would leave too little of the disk free")
	ErrUndeletable = errors.New("files that cannot be deleted take all the room there is")
)

// An Archive is a directory of evidence. It is safe for concurrent use, also by
// several processes with the same directory, which at the same moment may delete
// more than one of them would. It holds no resources.
type Archive struct {
	dir    string // absolute, and no symbolic link leads there
	limits Limits

	evicting sync.Mutex
	stuck    atomic.Pointer[stuck] // of the last eviction, nil before
	blocked  atomic.Bool           // something that was to be deleted is still there
}

// Open returns the archive in dir. A directory that is missing is made, with
// its parents, for its owner alone; what a writer that died left behind is
// removed.
//
// A symbolic link in the place of dir is refused, since files would be deleted
// where it leads, also one that takes its place later; those above it are followed
// once, now. A directory that others can write to, such as a volume of a
// container, is not refused: files are made anew for their owner alone, and whatever
// lies there is neither followed nor written to. Files that this package did
// not name are neither counted nor deleted.
func Open(dir string, l Limits) (*Archive, error) {
	if err := l.validate(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	a := &Archive{limits: l}
	err := a.find(dir)
	if err == nil {
		err = a.clean()
	}
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return a, nil
}

// clean removes what writers that died left behind. What cannot be removed has later
// writes try again.
func (a *Archive) clean() error {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.close()
	left, err := d.sweep()
	a.blocked.Store(left != nil)
	return err
}

// Write makes a file of what write writes, and returns its path. The file
// appears under its name when it is whole and on the disk, never in place of
// another: where two would have the same name, the later one is dated a
// nanosecond after the other. It can be read by its owner alone.
//
// Then other files are deleted until all are within the limits: those dated more than
// a week from now before the others, and of either those with the least weight first, of
// equal ones the oldest. The weight stands in the name, so that it holds for later
// processes too. What cannot be deleted is skipped: see Undeletable. Where that leaves no
// room for the file, it is given up with ErrUndeletable, and no further one is begun
// before there is room.
//
// A file that would break a limit is given up as soon as that is seen, with
// ErrTooLarge or ErrDiskFull, even where write ignores the errors of its writer.
// Whatever goes wrong before the file is whole, a panic of write included, is
// an error and leaves nothing behind. With an error and a path the file is there,
// but it is not known to outlive a power cut, or others could not be looked at.
//
// Write blocks for write and the disk; the writer must not be used after that.
func (a *Archive) Write(n Name, weight int64, write func(io.Writer) error) (path string, err error) {
	name, err := a.write(n, weight, write)
	if name != "" {
		path = filepath.Join(a.dir, name)
	}
	if err != nil {
		return path, fmt.Errorf("archive: %w", err)
	}
	return path, nil
}

func (a *Archive) write(n Name, weight int64, write func(io.Writer) error) (name string, err error) {
	if !slices.Contains(extensions, n.Ext) {
		return "", fmt.Errorf("%q is no extension of evidence", n.Ext)
	}
	d, err := a.open()
	if err != nil {
		return "", err
	}
	defer d.close()
	if err := a.unblock(d); err != nil {
		return "", err
	}
	f, err := d.create(n, weight)
	if err != nil {
		return "", err
	}
	defer func() {
		if f.discard() != nil {
			a.blocked.Store(true)
		}
	}()
	if err := f.fill(write, a.limits); err != nil {
		return "", fmt.Errorf("writing %s: %w", filepath.Join(a.dir, f.name), err)
	}
	if err := a.leadsTo(d); err != nil {
		return "", err
	}
	if err := f.publish(); err != nil {
		return "", err
	}
	err = a.evict(d, f.name, 0)
	if errors.Is(err, ErrUndeletable) {
		a.blocked.Store(true)
		if left := d.remove(f.name); left == nil {
			return "", err
		}
	}
	return f.name, errors.Join(err, d.sync())
}

// unblock returns why there is no room for a file: what was to be deleted
// before is still there. Without that, a directory in which nothing can be deleted
// would fill up.
func (a *Archive) unblock(d *directory) error {
	if !a.blocked.Load() {
		return nil
	}
	left, err := d.sweep()
	if err = errors.Join(left, err); err != nil {
		return err
	}
	if err := a.evict(d, "", 1); err != nil {
		return err
	}
	a.blocked.Store(false)
	return nil
}
