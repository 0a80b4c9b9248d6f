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
		"joined":     errors.Join(errors.New("closing"), syscall.Errno(9999), fmt.Errorf("and %w", number)),
	}
}

// The numbers as Windows documents them, by what each of them means.
var documented = [conditions][]syscall.Errno{
	NoSpace: {39, 112, 223, 1295}, ReadOnly: {19}, NotDirectory: {267}, Locked: {32, 33}, TooManyFiles: {4, 10024},
	AddressInUse: {10048}, Refused: {1225, 10061}, Reset: {64, 109, 232, 1236, 10053, 10054},
	Unreachable: {1231, 1232, 10050, 10051, 10064, 10065}, TimedOut: {121, 1460, 10060}, Unsyncable: {1, 5, 6, 109},
}

var named = [conditions][]syscall.Errno{
	NoSpace: {syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, ReadOnly: {syscall.EROFS}, NotDirectory: {syscall.ENOTDIR},
	Locked: {syscall.EAGAIN}, TooManyFiles: {syscall.EMFILE, syscall.ENFILE}, AddressInUse: {syscall.EADDRINUSE},
	Refused: {syscall.ECONNREFUSED}, Reset: {syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE},
	Unreachable: {syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN}, TimedOut: {syscall.ETIMEDOUT},
	Unsyncable: {syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOTTY, syscall.EROFS},
}

// The tables of all systems, on every system.
func TestTables(t *testing.T) {
	for name, c := range map[string]struct {
		table *table
		want  [conditions][]syscall.Errno
	}{
		"by name":    {&portable, named},
		"of Windows": {&winerror, documented},
	} {
		for _, number := range slices.Concat(c.want[:]...) {
			for how, err := range wrapped(number) {
				for condition := range conditions {
					want := slices.Contains(c.want[condition], number)
					if got := c.table.is(err, condition); got != want {
						t.Errorf("%s: %d, %s: is condition %d: %t", name, number, how, condition, got)
					}
					if want && !onWindows.is(err, condition) {
						t.Errorf("%s: %d, %s: on Windows it is not condition %d", name, number, how, condition)
					}
				}
			}
		}
	}
	for condition := range conditions {
		if len(named[condition]) == 0 || len(documented[condition]) != len(winerror[condition]) {
			t.Errorf("condition %d: %v and %v, the test has %v", condition, portable[condition], winerror[condition], documented[condition])
		}
		for _, err := range []error{nil, errors.New("no space left on device"), syscall.EIO, syscall.ENOENT, fs.ErrNotExist} {
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
	if got, ok := Of(syscall.ENOENT); ok {
		t.Errorf("ENOENT is condition %d", got)
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
