package system

func readDisk(path string) (Disk, error) {
	s, err := statfs(path)
	if err != nil {
		return Disk{}, err
	}
	size := uint64(s.Bsize)
	return Disk{s.Blocks * size, s.Bfree * size, s.Bavail * size, s.Files, s.Ffree}, nil
}
