package fault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Where bbolt keeps what in one of its two meta pages, behind the header of the page.
const (
	pageHeader  = 16
	metaSize    = pageHeader + 64
	metaPage    = pageHeader + 8  // uint32: the size of a page
	metaFree    = pageHeader + 32 // uint64: the page of the list of free pages
	metaVersion = pageHeader + 48 // uint64: the transaction that wrote it
)

// hideFreelist makes the page of the list of free pages unreadable in memory, as if the disk
// had lost it. The file is left alone. It must be called within a write transaction, in which
// neither the page nor the mapping moves.
func (f *file) hideFreelist() error {
	size := int64(os.Getpagesize()) // which is bbolt's own, too, in a file of this machine
	var version, page uint64
	for i := range int64(2) {
		meta := make([]byte, metaSize)
		if _, err := f.f.ReadAt(meta, i*size); err != nil {
			return err
		}
		if got := binary.NativeEndian.Uint32(meta[metaPage:]); int64(got) != size {
			return fmt.Errorf("the file has pages of %d bytes, and this machine of %d", got, size)
		}
		if v := binary.NativeEndian.Uint64(meta[metaVersion:]); v >= version {
			version, page = v, binary.NativeEndian.Uint64(meta[metaFree:])
		}
	}
	mapped, err := f.mapped()
	if err != nil {
		return err
	}
	if _, _, e := unix.Syscall(unix.SYS_MPROTECT, mapped+uintptr(page)*uintptr(size), uintptr(size), unix.PROT_NONE); e != 0 {
		return fmt.Errorf("mprotect: %w", e)
	}
	return nil
}

// mapped returns the address at which the file is mapped.
func (f *file) mapped() (address uintptr, err error) {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, maps.Close()) }()
	var file unix.Stat_t
	if err := unix.Fstat(int(f.f.Fd()), &file); err != nil {
		return 0, err
	}
	for lines := bufio.NewReader(maps); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("the file is not mapped")
			}
			return 0, err
		}
		// 7f0000000000-7f0040000000 r--s 00000000 fd:00 131 /tmp/file
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[4] != fmt.Sprint(file.Ino) || strings.Trim(fields[2], "0") != "" {
			continue
		}
		if _, err := fmt.Sscanf(fields[0], "%x-", &address); err != nil {
			return 0, err
		}
		return address, nil
	}
}

// dig gives the space back of all blocks that are zeros, which they are afterwards, too. It
// must be called within a write transaction, in which nobody writes the file.
func (f *file) dig() {
	const block = 64 << 10
	buffer, zeros := make([]byte, block), make([]byte, block)
	for at := int64(0); ; at += block {
		data, err := unix.Seek(int(f.f.Fd()), at, unix.SEEK_DATA)
		if err != nil {
			return // there is none left
		}
		at = data / block * block
		if n, err := f.f.ReadAt(buffer, at); err != nil || n < block {
			return
		}
		if bytes.Equal(buffer, zeros) && unix.Fallocate(int(f.f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, at, block) != nil {
			return // this filesystem cannot
		}
	}
}
