// Package archive keeps files of evidence, such as profiles, in a directory
// that stays within bounds: the most telling ones stay, and no disk is filled.
package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
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
	ErrTooLarge = errors.New("the file would be larger than the limit")
	ErrDiskFull = errors.New("the file would leave too little of the disk free")
)

// An Archive is a directory of evidence. It is safe for concurrent use, also by
// several processes with the same directory, which at the same moment may delete
// more than one of them would. It holds no resources.
type Archive struct {
	dir    string // absolute
	limits Limits

	evicting sync.Mutex
}

// Open returns the archive in dir. A directory that is missing is made, with
// its parents, for its owner alone; what a writer that died left behind is
// removed.
//
// A symbolic link in the place of dir is refused, since files would be deleted
// where it leads. A directory that others can write to, such as a volume of a
// container, is not: files are made anew for their owner alone, and whatever
// lies there is neither followed nor written to. Files that this package did
// not name are neither counted nor deleted.
func Open(dir string, l Limits) (*Archive, error) {
	if err := l.validate(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if info, err := os.Lstat(abs); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("archive: %s is a symbolic link: name the directory itself", abs)
	}
	a := &Archive{dir: abs, limits: l}
	if err := errors.Join(os.MkdirAll(abs, 0o700), a.sweep()); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return a, nil
}

// Write makes a file of what write writes, and returns its path. The file
// appears under its name when it is whole and on the disk, never in place of
// another: where two would have the same name, the later one is dated a
// nanosecond after the other. It can be read by its owner alone.
//
// Then other files are deleted until all are within the limits: those older than
// a week before the others, and of either those with the least weight first, of
// equal ones the oldest. The weight stands in the name, so that it holds for later
// processes too.
//
// A file that would break a limit is given up as soon as that is seen, with
// ErrTooLarge or ErrDiskFull, even where write ignores the errors of its writer.
// Whatever goes wrong before the file is whole, a panic of write included, is
// an error and leaves nothing behind. With an error and a path the file is there,
// but it is not known to outlive a power cut, or others could not be deleted.
//
// Write blocks for write and the disk; the writer must not be used after that.
func (a *Archive) Write(n Name, weight int64, write func(io.Writer) error) (path string, err error) {
	f, err := a.create(n, weight)
	if err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	defer f.discard()
	if err := f.fill(write, a.limits); err != nil {
		return "", fmt.Errorf("archive: writing %s: %w", f.path, err)
	}
	if err := f.publish(); err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	if err := errors.Join(syncDir(a.dir), a.evict(f.path)); err != nil {
		return f.path, fmt.Errorf("archive: %w", err)
	}
	return f.path, nil
}
