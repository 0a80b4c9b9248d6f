package archive_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

// writerDir is the variable that makes this test binary a writer.
const writerDir = "ARCHIVE_TEST_WRITER_DIR"

// writeForEver writes one whole file and never gets done with another one.
func writeForEver(dir string) error {
	a, err := archive.Open(dir, archive.Limits{Bytes: 1 << 30, Files: 10})
	if err != nil {
		return err
	}
	if _, err := a.Write(heap(0), 0, text("whole")); err != nil {
		return err
	}
	_, err = a.Write(heap(1), 0, func(w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 100)); err != nil {
				return err
			}
			<-time.After(time.Microsecond)
		}
	})
	return err
}

// A writer that is killed leaves nothing under a final name, and what it left
// is swept once it is dead, not before.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), writerDir+"="+dir)
	writer := process.Start(t, cmd)
	under := filepath.Join(dir, "."+heap(1).String()+".tmp")
	writer.Eventually(t, "a file that is being written", func() bool {
		info, err := os.Stat(under)
		return err == nil && info.Size() > 0
	})
	open(t, dir, roomy)
	wantNames(t, dir, filepath.Base(under), heap(0).String())

	writer.Kill(t)
	wantNames(t, dir, filepath.Base(under), heap(0).String())
	old := time.Now().Add(-2 * time.Hour) // where no lock tells who is dead
	if err := os.Chtimes(under, old, old); err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{".foreign.tmp", heap(5).String() + ".tmp", "." + heap(5).String()} {
		if err := os.WriteFile(filepath.Join(dir, foreign), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir, roomy)
	wantNames(t, dir, "."+heap(5).String(), ".foreign.tmp", heap(0).String(), heap(5).String()+".tmp")
}
