package pprofx

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOwnerOnly: a socket is its owner's from the moment that it has a name.
func TestOwnerOnly(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	path := filepath.Join(t.TempDir(), "s")
	l, err := (&net.ListenConfig{Control: ownerOnly}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != ownerMode {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
