package instrument

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

const (
	// Two profiles so far apart tell where goroutines stay from where they pass.
	stackPause = 100 * time.Millisecond

	// profileInterval is for how long they serve, since each stops all goroutines for a
	// moment: where several operations or stores hang, their lines come at once.
	profileInterval = 2 * time.Second

	maxStacks       = 3       // that a line shows
	maxStackFrames  = 32      // of each
	callersShown    = 4       // of who called the operation
	maxProfileBytes = 8 << 20 // of stacks, each of which counts once
)

// profiled is where goroutines of the process stayed when a line last asked.
var profiled struct {
	mu    sync.Mutex
	busy  bool // somebody takes profiles
	at    time.Time
	stays []goroutines
}

// whereIn returns where goroutines are that are in an operation and stay there, or
// why nobody knows.
func whereIn(entries []string) (stack, reason string) {
	if n := runtime.NumGoroutine(); n > objective.Goroutines {
		return "", "there are too many goroutines to profile"
	}
	var stay []goroutines
	for _, g := range staying() {
		if shown := framesOf(g.frames, entries); shown != "" {
			stay = append(stay, goroutines{g.n, shown})
		}
	}
	if len(stay) == 0 {
		return "", "no goroutine was seen to stay in such an operation"
	}
	slices.SortFunc(stay, func(a, b goroutines) int {
		return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.frames, b.frames))
	})
	var all []string
	for _, g := range stay[:min(len(stay), maxStacks)] {
		all = append(all, fmt.Sprintf("goroutines: %d\n%s", g.n, g.frames))
	}
	return strings.Join(all, "\n"), ""
}

// staying returns the goroutines that are within this package and stay where they
// are. A caller that comes while another takes the profiles waits for those.
func staying() []goroutines {
	for {
		profiled.mu.Lock()
		since := time.Since(profiled.at)
		lately, busy, stays := 0 <= since && since < profileInterval, profiled.busy, profiled.stays
		profiled.busy = busy || !lately
		profiled.mu.Unlock()
		switch {
		case busy:
			time.Sleep(stackPause)
		case lately:
			return stays
		default:
			return profile()
		}
	}
}

// profile takes two profiles. It does not hold the lock meanwhile.
func profile() (stays []goroutines) {
	before := stacks()
	time.Sleep(stackPause)
	for at, now := range stacks() {
		if was, ok := before[at]; ok {
			stays = append(stays, goroutines{min(was.n, now.n), now.frames})
		}
	}
	profiled.mu.Lock()
	defer profiled.mu.Unlock()
	profiled.busy, profiled.at, profiled.stays = false, time.Now(), stays
	return stays
}

// goroutines have the same stack.
type goroutines struct {
	n      int
	frames string
}

// stacks returns the goroutines that are within this package by their program counters.
// A profile tells those apart whose labels differ.
func stacks() map[string]goroutines {
	text := limitedBuffer{limit: maxProfileBytes}
	_ = pprof.Lookup("goroutine").WriteTo(&text, 1)
	found := make(map[string]goroutines)
	_, blocks, _ := bytes.Cut(text.Bytes(), []byte("\n")) // after how many there are in all
	for block := range bytes.SplitSeq(blocks, []byte("\n\n")) {
		if !bytes.Contains(block, []byte(ownPackage)) {
			continue
		}
		head, frames, _ := strings.Cut(string(block), "\n")
		var n int
		if _, err := fmt.Sscanf(head, "%d @", &n); err != nil {
			continue
		}
		if _, counters, ok := strings.Cut(head, "@"); ok {
			found[counters] = goroutines{found[counters].n + n, frames}
		}
	}
	return found
}

// A limitedBuffer loses what is too much.
type limitedBuffer struct {
	bytes.Buffer
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len() < b.limit {
		_, _ = b.Buffer.Write(p[:min(len(p), b.limit-b.Len())])
	}
	return len(p), nil
}

// framesOf returns the frames of a stack that is in an operation with such entries, from
// where it is to who called it; else it is empty. Frames are lines of a profile:
//
//	#	0x4765ef	sync.(*Mutex).Lock+0x2f	/usr/lib/go/src/sync/mutex.go:46
func framesOf(stack string, entries []string) string {
	var shown []string
	entry := -1
	for line := range strings.Lines(stack) {
		part := strings.Fields(strings.TrimPrefix(line, "#"))
		if len(part) < 3 || !strings.HasPrefix(line, "#\t") {
			continue // labels
		}
		function := part[1]
		if at := strings.LastIndexByte(function, '+'); at > 0 {
			function = function[:at]
		}
		if len(shown) == 0 && (strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "internal/runtime")) {
			continue
		}
		if entry < 0 && enters(function, entries) {
			entry = len(shown)
		}
		shown = append(shown, function+" "+path.Base(part[len(part)-1]))
		if entry >= 0 && len(shown) > entry+callersShown {
			break
		}
	}
	if entry < 0 {
		return ""
	}
	if over := len(shown) - maxStackFrames; over > 0 { // in the middle, which is the engine's
		shown = slices.Replace(shown, maxStackFrames/2, maxStackFrames/2+over+1, "…")
	}
	return strings.Join(shown, "\n")
}

// ownPackage begins the names of this package's functions.
const ownPackage = "github.com/otelkv/otelkv/instrument."

// storeEntries are the methods by which an operation of a store begins.
var storeEntries = map[catalog.Operation][]string{
	catalog.Get:            {"Get", "AppendGet", "Exists", "GetTTL", "GetSized", "getOne", "getOneSized"},
	catalog.Put:            {"Put", "PutTTL", "Apply"},
	catalog.Delete:         {"Delete", "Apply"},
	catalog.Scan:           {"scan"},
	catalog.View:           {"View"},
	catalog.Update:         {"Update"},
	catalog.CompareAndSwap: {"CompareAndSwap"},
	catalog.Ping:           {"Ping"},
	catalog.BatchPut:       {"Apply"},
	catalog.BatchDelete:    {"Apply"},
	catalog.Batch:          {"Apply"},
	catalog.BatchGet:       {"GetMany", "GetManySized"},
}

// callEntries are the functions by which a call of a Recorder is made, but for those
// that begin and end it where no stack shows them.
var callEntries = []string{"Do[...]", "Lookup[...]", "Run"}

// enters reports whether a function of this package begins an operation.
func enters(function string, entries []string) bool {
	name, ok := strings.CutPrefix(function, ownPackage)
	if !ok {
		return false
	}
	for _, entry := range entries {
		for part := range strings.SplitSeq(strings.ReplaceAll(name, "[...]", "[]"), ".") {
			if part == strings.ReplaceAll(entry, "[...]", "[]") {
				return true
			}
		}
	}
	return false
}
