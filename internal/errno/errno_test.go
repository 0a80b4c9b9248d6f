package errno

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
)

// wrapped returns a number as packages os and net, and those who pass their errors on,
// hand it out.
func wrapped(number syscall.Errno) map[string]error {
	return map[string]error{
		"bare":       number,
		"of a file":  &fs.PathError{Op: "write", Path: "kv.db", Err: number},
		"of a link":  &os.LinkError{Op: "rename", Old: "a", New: "b", Err: number},
		"of a call":  os.NewSyscallError("bind", number),
		"of network": &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", number)},
		"with words": fmt.Errorf("opening: %w", number),
		"joined":     errors.Join(errors.New("closing"), syscall.EINVAL, fmt.Errorf("and %w", number)),
	}
}

// The numbers as Windows documents them, and what each of them means.
var documented = map[syscall.Errno]Condition{
	4: TooManyFiles, 19: ReadOnly, 32: Locked, 33: Locked, 39: NoSpace, 64: Reset, 109: Reset, 112: NoSpace, 121: TimedOut,
	223: NoSpace, 232: Reset, 267: NotDirectory, 1225: Refused, 1231: Unreachable, 1232: Unreachable, 1236: Reset, 1295: NoSpace,
	1460: TimedOut, 10024: TooManyFiles, 10048: AddressInUse, 10050: Unreachable, 10051: Unreachable, 10053: Reset, 10054: Reset,
	10060: TimedOut, 10061: Refused, 10064: Unreachable, 10065: Unreachable,
}

var named = map[syscall.Errno]Condition{
	syscall.ENOSPC: NoSpace, syscall.EDQUOT: NoSpace, syscall.EFBIG: NoSpace, syscall.EROFS: ReadOnly, syscall.ENOTDIR: NotDirectory,
	syscall.EAGAIN: Locked, syscall.EMFILE: TooManyFiles, syscall.ENFILE: TooManyFiles,
	syscall.EADDRINUSE: AddressInUse, syscall.ECONNREFUSED: Refused, syscall.ECONNRESET: Reset, syscall.ECONNABORTED: Reset,
	syscall.EPIPE: Reset, syscall.ENETUNREACH: Unreachable, syscall.EHOSTUNREACH: Unreachable, syscall.ENETDOWN: Unreachable,
	syscall.EHOSTDOWN: Unreachable, syscall.ETIMEDOUT: TimedOut,
}

// The tables of all systems, on every system.
func TestTables(t *testing.T) {
	for name, c := range map[string]struct {
		table *table
		want  map[syscall.Errno]Condition
	}{
		"by name":    {&portable, named},
		"of Windows": {&winerror, documented},
	} {
		for number, want := range c.want {
			if got, ok := c.table.of(number); !ok || got != want {
				t.Errorf("%s: %d is condition %d, %t, want %d", name, number, got, ok, want)
			}
			for how, err := range wrapped(number) {
				for condition := range conditions {
					if got := c.table.is(err, condition); got != (condition == want) {
						t.Errorf("%s: %d, %s: is condition %d: %t", name, number, how, condition, got)
					}
				}
				if !onWindows.is(err, want) {
					t.Errorf("%s: %d, %s: on Windows it is not condition %d", name, number, how, want)
				}
			}
		}
	}
	for condition := range conditions {
		if len(portable[condition]) == 0 || len(winerror[condition]) == 0 {
			t.Errorf("nothing is condition %d", condition)
		}
		for _, number := range winerror[condition] {
			if documented[number] != condition {
				t.Errorf("%d is not in the test", number)
			}
		}
		for _, err := range []error{nil, errors.New("no space left on device"), syscall.EINVAL, syscall.ENOENT, fs.ErrNotExist} {
			if Is(err, condition) {
				t.Errorf("%v is condition %d", err, condition)
			}
		}
	}
}

// Each system has its own: 112 is a host that is down on Linux.
func TestOurs(t *testing.T) {
	const diskFull = syscall.Errno(112)
	if got := Is(diskFull, NoSpace); got != (runtime.GOOS == "windows") {
		t.Errorf("on %s 112 is no space: %t", runtime.GOOS, got)
	}
	if !Is(syscall.ENOSPC, NoSpace) {
		t.Error("ENOSPC is not")
	}
	if got, ok := Of(syscall.EINVAL); ok {
		t.Errorf("EINVAL is condition %d", got)
	}
	if !slices.Contains(Numbers(NoSpace), syscall.ENOSPC) {
		t.Errorf("no space is %v", Numbers(NoSpace))
	}
}

func TestIsIn(t *testing.T) {
	full := fmt.Sprintf("file resize error: %s", &fs.PathError{Op: "truncate", Path: "kv.db", Err: syscall.ENOSPC})
	if !IsIn(full, NoSpace) || IsIn(full, ReadOnly) || IsIn("", NoSpace) {
		t.Errorf("%q is misread", full)
	}
	windows := "file resize error: truncate kv.db: " + syscall.Errno(112).Error()
	if !winerror.isIn(windows, NoSpace) || winerror.isIn(windows, AddressInUse) {
		t.Errorf("%q is misread", windows)
	}
}

// What this system really says.
func TestReal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, err = net.Listen("tcp", l.Addr().String())
	if !Is(err, AddressInUse) {
		t.Errorf("an address that is taken: %v", err)
	}
	l.Close()
	if _, err = net.Dial("tcp", l.Addr().String()); !Is(err, Refused) {
		t.Errorf("an address that is free: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(file, 0o700); !Is(err, NotDirectory) {
		t.Errorf("a file: %v", err)
	}
}
