package system

func readDisk(path string) (Disk, error) {
	s, err := statfs(path)
	if err != nil {
		return Disk{}, err
	}
	// Blocks have the size of a fragment; Bsize is that of a good read.
	size := uint64(s.Frsize)
	if size == 0 {
		size = uint64(s.Bsize)
	}
	return Disk{s.Blocks * size, s.Bfree * size, s.Bavail * size, s.Files, s.Ffree}, nil
}
