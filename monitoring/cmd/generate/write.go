package generate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write puts the files into a directory, which it makes if there is none. A file that
// is there is replaced as a whole, and the others stay. On an error nothing has been
// replaced that could be left out: all files are written beside their places before the
// first one takes its own.
func Write(dir string, files []File) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(dir, ".mixin-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written to: %w", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	for _, f := range files {
		name := filepath.Join(scratch, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(f.Text), 0o644); err != nil {
			return err
		}
	}
	for _, f := range files { // what would fail below fails here, before anything is replaced
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory", name)
		}
	}
	for _, f := range files {
		name := filepath.FromSlash(f.Name)
		if err := os.Rename(filepath.Join(scratch, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
