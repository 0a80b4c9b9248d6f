package pprofx

// A file is a kind of evidence.
type file struct {
	profile string
	ext     string
	debug   int
}

const (
	extProfile = "pb.gz"
	extTrace   = "trace"
)

var (
	fileCPU       = file{profile: "cpu", ext: extProfile}
	fileTrace     = file{profile: "trace", ext: extTrace}
	fileFlight    = file{profile: "flight", ext: extTrace}
	fileHeap      = file{profile: "heap", ext: extProfile}
	fileGoroutine = file{profile: "goroutine", ext: extProfile}
	fileStacks    = file{profile: "goroutine", ext: "txt", debug: 2}
	fileMutex     = file{profile: "mutex", ext: extProfile}
	fileBlock     = file{profile: "block", ext: extProfile}
	fileHealth    = file{profile: "health", ext: "json"}
)
