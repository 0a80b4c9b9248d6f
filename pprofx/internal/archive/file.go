package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelkv/otelkv/internal/system"
)

// A file under way is written under a temporary name, made of its name to be:
// as only one writer can have that, the name to be is reserved.
type file struct {
	*os.File
	path      string // its name to be
	temporary string
	published bool
}

const (
	temporaryPrefix = "."
	temporarySuffix = ".tmp"
)

// create makes a file under way of a name that nobody has.
func (a *Archive) create(n Name, weight int64) (*file, error) {
	// Directories for temporary things are cleaned up by others.
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return nil, err
	}
	for ; ; n.Time = n.Time.Add(1) {
		name := n.weighing(weight)
		f := &file{
			path:      filepath.Join(a.dir, name),
			temporary: filepath.Join(a.dir, temporaryPrefix+name+temporarySuffix),
		}
		var err error
		f.File, err = os.OpenFile(f.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !claim(f.File) {
			_ = f.Close()
			continue
		}
		if _, err := os.Lstat(f.path); errors.Is(err, fs.ErrNotExist) {
			return f, nil
		}
		f.discard()
	}
}

// fill writes what write writes, as far as the limits let it.
func (f *file) fill(write func(io.Writer) error, l Limits) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	b := &bounded{file: f, limits: l}
	// Those who write profiles write little at a time.
	w := bufio.NewWriterSize(b, 64<<10)
	if b.err = f.room(0, l.FreeShare); b.err == nil {
		err = errors.Join(write(w), w.Flush())
	}
	if b.err != nil {
		return b.err // write may not have passed it on
	}
	return err
}

// publish gives the file its name, once everything in it is on the disk.
func (f *file) publish() error {
	err := f.Sync()
	if err == nil {
		err = rename(f.File, f.path)
	}
	f.published = err == nil
	return err
}

// discard removes a file that was not published. What fails here has failed
// before, and is left to sweep.
func (f *file) discard() {
	if !f.published {
		remove(f.File)
	}
}

// room reports whether n more bytes leave the share of the file system free.
func (f *file) room(n int, share float64) error {
	if share == 0 {
		return nil
	}
	disk, err := system.ReadDisk(filepath.Dir(f.path))
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	if float64(disk.Available)-float64(n) < share*float64(disk.Usable()) {
		return ErrDiskFull
	}
	return nil
}

// A bounded writer fails for good at the first limit that it meets.
type bounded struct {
	file    *file
	limits  Limits
	written int64
	err     error
}

func (b *bounded) Write(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	if int64(len(p)) > b.limits.Bytes-b.written {
		b.err = ErrTooLarge
		return 0, b.err
	}
	if b.err = b.file.room(len(p), b.limits.FreeShare); b.err != nil {
		return 0, b.err
	}
	n, b.err = b.file.Write(p)
	b.written += int64(n)
	return n, b.err
}

// sweep removes the files under way whose writers died. One that cannot be
// removed is left to the next sweep.
func (a *Archive) sweep() error {
	entries, err := os.ReadDir(a.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, hidden := strings.CutPrefix(e.Name(), temporaryPrefix)
		name, temporary := strings.CutSuffix(name, temporarySuffix)
		if _, _, ours := parse(name); ours && hidden && temporary && e.Type().IsRegular() {
			removeUnclaimed(filepath.Join(a.dir, e.Name()))
		}
	}
	return nil
}
