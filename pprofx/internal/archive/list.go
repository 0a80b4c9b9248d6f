package archive

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Path returns where Write puts a file, unless another one has its name.
func (a *Archive) Path(n Name, weight int64) string {
	return filepath.Join(a.dir, n.weighing(weight))
}

// A File is one of the archive.
type File struct {
	Name string
	Time time.Time
	Size int64
}

// List returns the files, the newest first.
func (a *Archive) List() ([]File, error) {
	d, err := a.existing()
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	defer d.close()
	all, err := d.files()
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	files := make([]File, len(all))
	for i, f := range all {
		files[i] = File{Name: f.name, Time: f.at, Size: f.size}
	}
	slices.SortFunc(files, func(x, y File) int { return cmp.Or(y.Time.Compare(x.Time), cmp.Compare(x.Name, y.Name)) })
	return files, nil
}

// OpenFile opens a file of the archive by its name. Whatever else lies in the
// directory, or where a symbolic link leads, does not exist for it.
func (a *Archive) OpenFile(name string) (*os.File, error) {
	missing := &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	if _, _, ours := parse(name); !ours || name != filepath.Base(name) {
		return nil, missing
	}
	d, err := a.existing()
	if err != nil {
		return nil, missing
	}
	defer d.close()
	named, ok := d.regular(name)
	if !ok {
		return nil, missing
	}
	f, err := d.root.OpenFile(name, opening, 0)
	if err != nil {
		return nil, err
	}
	// Where others can write to the directory, the name may be another file's by now.
	if opened, err := f.Stat(); err != nil || !os.SameFile(named, opened) {
		_ = f.Close()
		return nil, missing
	}
	return f, nil
}
