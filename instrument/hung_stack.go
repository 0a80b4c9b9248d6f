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

	maxStacks       = 3       // that a line shows
	maxStackFrames  = 32      // of each
	callersShown    = 4       // of who called the operation
	maxProfileBytes = 8 << 20 // of stacks, each of which counts once
)

// profiled is when the last store of the process looked at goroutines, which stops all
// of them for a moment.
var profiled struct {
	mu sync.Mutex
	at time.Time
}

// mayProfile reports whether that is long enough ago.
func mayProfile() bool {
	const interval = 2 * time.Second
	profiled.mu.Lock()
	defer profiled.mu.Unlock()
	if since := time.Since(profiled.at); 0 <= since && since < interval {
		return false
	}
	profiled.at = time.Now()
	return true
}

// whereIn returns where goroutines are that are in an operation and stay there, or
// why nobody knows.
func whereIn(operation string) (stack, reason string) {
	if n := runtime.NumGoroutine(); n > objective.Goroutines {
		return "", "there are too many goroutines to profile"
	}
	if !mayProfile() {
		return "", "other stores hang, too: see their lines"
	}
	before := stacksIn(operation)
	time.Sleep(stackPause)
	var stay []goroutines
	for at, now := range stacksIn(operation) {
		if was, ok := before[at]; ok {
			stay = append(stay, goroutines{min(was.n, now.n), now.text})
		}
	}
	if len(stay) == 0 {
		return "", "no goroutine stays in such an operation"
	}
	slices.SortFunc(stay, func(a, b goroutines) int { return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.text, b.text)) })
	var all []string
	for _, g := range stay[:min(len(stay), maxStacks)] {
		all = append(all, fmt.Sprintf("goroutines: %d\n%s", g.n, g.text))
	}
	return strings.Join(all, "\n"), ""
}

// goroutines have the same stack.
type goroutines struct {
	n    int
	text string
}

// stacksIn returns the goroutines that are in an operation by their program counters.
func stacksIn(operation string) map[string]goroutines {
	text := limitedBuffer{limit: maxProfileBytes}
	_ = pprof.Lookup("goroutine").WriteTo(&text, 1)
	found := make(map[string]goroutines)
	_, blocks, _ := bytes.Cut(text.Bytes(), []byte("\n")) // after how many there are in all
	for block := range bytes.SplitSeq(blocks, []byte("\n\n")) {
		head, frames, _ := strings.Cut(string(block), "\n")
		var n int
		counters, ok := "", false
		if _, err := fmt.Sscanf(head, "%d @", &n); err == nil {
			_, counters, ok = strings.Cut(head, "@")
		}
		if shown := framesOf(frames, operation); ok && shown != "" {
			found[counters] = goroutines{n, shown}
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

// framesOf returns the frames of a stack that is in an operation, from where it is to
// who called it; else it is empty. Frames are lines of a profile:
//
//	#	0x4765ef	sync.(*Mutex).Lock+0x2f	/usr/lib/go/src/sync/mutex.go:46
func framesOf(stack, operation string) string {
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
		if entry < 0 && enters(function, operation) {
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

// entries are the methods by which an operation of a store begins.
var entries = map[catalog.Operation][]string{
	catalog.Get:            {"Get", "AppendGet", "getOne"},
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
	catalog.BatchGet:       {"GetMany"},
}

// calls are the functions by which a call of a Recorder is made.
var calls = []string{"Do[...]", "Lookup[...]", "Run"}

// enters reports whether a function of this package begins an operation.
func enters(function, operation string) bool {
	name, ok := strings.CutPrefix(function, ownPackage)
	if !ok {
		return false
	}
	names, ok := entries[catalog.Operation(operation)]
	if !ok {
		names = calls
	}
	for _, entry := range names {
		for part := range strings.SplitSeq(strings.ReplaceAll(name, "[...]", "[]"), ".") {
			if part == strings.ReplaceAll(entry, "[...]", "[]") {
				return true
			}
		}
	}
	return false
}
