package fault

import "golang.org/x/sys/unix"

// take returns memory that is in use.
func take(n int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return nil, err
	}
	for i := 0; i < n; i += 4096 {
		b[i] = 1
	}
	return b, nil
}

func giveBack(b []byte) error { return unix.Munmap(b) }
