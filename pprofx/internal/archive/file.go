package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/otelkv/otelkv/internal/system"
)

// A file under way is written under a temporary name, made of its name to be:
// as only one writer can have that, the name to be is reserved.
type file struct {
	*os.File
	dir       *directory
	name      string // its name to be
	temporary string
	published bool
}

const (
	temporaryPrefix = "."
	temporarySuffix = ".tmp"
)

// create makes a file under way of a name that nobody has.
func (d *directory) create(n Name, weight int64) (*file, error) {
	for ; ; n.Time = n.Time.Add(1) {
		name := n.weighing(weight)
		f := &file{dir: d, name: name, temporary: temporaryPrefix + name + temporarySuffix}
		var err error
		f.File, err = d.root.OpenFile(f.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !d.claim(f.File, f.temporary) {
			_ = f.Close()
			continue
		}
		_, err = d.root.Lstat(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			return f, nil
		}
		if left := f.discard(); left != nil {
			return nil, left
		}
		if err != nil {
			return nil, err
		}
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
		err = f.dir.rename(f.File, f.temporary, f.name)
	}
	f.published = err == nil
	return err
}

// discard removes a file that was not published.
func (f *file) discard() error {
	if f.published {
		return nil
	}
	return f.dir.discard(f.File, f.temporary)
}

// room reports whether n more bytes leave the share of the file system free.
func (f *file) room(n int, share float64) error {
	if share == 0 {
		return nil
	}
	disk, err := system.ReadDisk(f.dir.path)
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
