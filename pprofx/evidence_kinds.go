package pprofx

// A kind is a kind of evidence, of which a capture writes a file.
type kind struct {
	profile string
	ext     string
	debug   int
}

const (
	extProfile = "pb.gz"
	extTrace   = "trace"
)

var (
	kindCPU       = kind{profile: "cpu", ext: extProfile}
	kindTrace     = kind{profile: "trace", ext: extTrace}
	kindFlight    = kind{profile: "flight", ext: extTrace}
	kindHeap      = kind{profile: "heap", ext: extProfile}
	kindGoroutine = kind{profile: "goroutine", ext: extProfile}
	kindStacks    = kind{profile: "goroutine", ext: "txt", debug: 2}
	kindMutex     = kind{profile: "mutex", ext: extProfile}
	kindBlock     = kind{profile: "block", ext: extProfile}
	kindHealth    = kind{profile: "health", ext: "json"}
)
