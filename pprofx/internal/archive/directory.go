package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A directory is that of an archive, open. What is done in it goes by what was
// opened, whatever takes its name meanwhile.
type directory struct {
	root *os.Root
	path string
}

// find makes the directory and remembers where it is, wherever the links above it
// lead later.
func (a *Archive) find(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if info, err := os.Lstat(abs); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return isLink(abs)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return err
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return err
	}
	a.dir = filepath.Join(parent, filepath.Base(abs))
	return nil
}

func isLink(path string) error {
	return fmt.Errorf("%s is a symbolic link: name the directory itself", path)
}

// open opens the directory, and makes it if it is gone: directories for temporary
// things are cleaned up by others. It fails where a symbolic link leads elsewhere.
func (a *Archive) open() (*directory, error) {
	parent := filepath.Dir(a.dir)
	switch now, err := filepath.EvalSymlinks(parent); {
	case err == nil && now != parent:
		return nil, fmt.Errorf("%s has become a symbolic link, to %s", parent, now)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return nil, err
	}
	return a.existing()
}

// existing opens the directory if it is there.
func (a *Archive) existing() (*directory, error) {
	// Opening a pipe would wait for a writer.
	info, err := os.Lstat(a.dir)
	switch {
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, isLink(a.dir)
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a directory", a.dir)
	}
	root, err := os.OpenRoot(a.dir)
	if err != nil {
		return nil, err
	}
	d := &directory{root, a.dir}
	if err := a.leadsTo(d); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// leadsTo returns an error if something else has taken the place of the directory.
func (a *Archive) leadsTo(d *directory) error {
	named, err := os.Lstat(a.dir)
	if err != nil {
		return err
	}
	opened, err := d.root.Stat(".")
	switch {
	case err != nil:
		return err
	case named.Mode()&fs.ModeSymlink != 0:
		return isLink(a.dir)
	case !os.SameFile(named, opened):
		return fmt.Errorf("%s was replaced meanwhile", a.dir)
	}
	return nil
}

func (d *directory) close() { _ = d.root.Close() }

// remove deletes a file that somebody else may have deleted already.
func (d *directory) remove(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// names calls each with every name in the directory, in pieces, since there may be
// any number of files that are none of ours.
func (d *directory) names(each func(name string)) error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for {
		names, err := f.Readdirnames(1000)
		for _, name := range names {
			each(name)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// regular returns what is known of a file, and whether it is one: our names may be
// those of directories, pipes or links, which are none of ours.
func (d *directory) regular(name string) (fs.FileInfo, bool) {
	info, err := d.root.Lstat(name)
	return info, err == nil && info.Mode().IsRegular()
}

// sweep removes the files under way whose writers died. Left says which of them
// cannot be removed.
func (d *directory) sweep() (left, err error) {
	var names []string
	err = d.names(func(name string) {
		hidden, temporary := strings.CutPrefix(name, temporaryPrefix)
		future, suffix := strings.CutSuffix(hidden, temporarySuffix)
		if _, _, ours := parse(future); ours && temporary && suffix {
			names = append(names, name)
		}
	})
	for _, name := range names {
		if _, ok := d.regular(name); ok {
			left = errors.Join(left, d.removeUnclaimed(name))
		}
	}
	return left, err
}
