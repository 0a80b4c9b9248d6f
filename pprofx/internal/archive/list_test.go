package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestList(t *testing.T) {
	a, err := Open(t.TempDir(), Limits{Bytes: 1 << 20, Files: 10})
	if err != nil {
		t.Fatal(err)
	}
	old := Name{Time: time.Unix(1, 0), Kind: "heap", Reason: "call", Ext: "pb.gz"}
	young := Name{Time: time.Unix(2, 0), Kind: "heap", Reason: "call", Ext: "pb.gz"}
	for _, n := range []Name{old, young} {
		path, err := a.Write(n, 7, func(w io.Writer) error { _, err := w.Write([]byte("abc")); return err })
		if err != nil || path != a.Path(n, 7) {
			t.Errorf("written to %s, said to be %s: %v", path, a.Path(n, 7), err)
		}
	}
	foreign := filepath.Join(a.dir, "foreign")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := a.List()
	if err != nil || len(files) != 2 || files[0].Name != filepath.Base(a.Path(young, 7)) || files[0].Size != 3 || !files[0].Time.Equal(young.Time) {
		t.Errorf("%v, %v", files, err)
	}

	f, err := a.OpenFile(files[1].Name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if data, err := io.ReadAll(f); string(data) != "abc" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	link := a.Path(Name{Time: time.Unix(3, 0), Ext: "txt"}, 0)
	if err := os.Symlink(foreign, link); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"foreign", "", ".", "../" + filepath.Base(a.dir) + "/" + files[1].Name, files[1].Name + "/x", filepath.Base(link), filepath.Base(a.Path(young, 8))} {
		if _, err := a.OpenFile(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := os.RemoveAll(a.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := a.List(); err == nil {
		t.Error("a directory that is gone has files")
	}
}
