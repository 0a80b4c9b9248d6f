package program

import (
	"context"
	"os"
	"sync"
	"time"
)

// A Life is that of one process of a program, which may ask for another one. The first
// process then stays, with nothing open, and starts one after the other at the same
// addresses and in the same directory. It ends with the last one, and that with it. A nil
// Life is the only one. It is safe for concurrent use.
type Life struct {
	end  func()
	note string // where a later process says what comes next; empty for the first one

	mu   sync.Mutex
	kept []string // flags of all later ones
	next []string // flags of the next one; nil without
	last []func() error
}

const (
	// noteVariable is set for a later process, to the name of its note.
	noteVariable = "OTELKV_EXAMPLE_NOTE"

	// anew is the exit status of a later process that asks for another one. No program
	// of the examples has it of its own, nor has a shell, nor the Go runtime.
	anew = 75
)

// Live runs once, and then, as often as it is asked for, the program anew with args, as
// processes of their own. It returns the last exit status. When ctx is done, such a process
// has to end within the limit. This is for a context of UntilSignal: with any other one, that
// of a test, once runs with a nil Life.
func Live(ctx context.Context, name string, args []string, limit time.Duration, once func(context.Context, *Life) (status int)) (status int) {
	if ctx.Value(signalled{}) == nil {
		return once(ctx, nil)
	}
	l := &Life{note: os.Getenv(noteVariable)}
	if !l.First() {
		ctx = untilParent(ctx, os.Stdin, os.Exit)
	}
	mine, end := context.WithCancel(ctx)
	defer end()
	l.end = end
	status = once(mine, l)
	if l.First() {
		if l.Another() {
			status = l.repeat(ctx, name, args, limit)
		}
		for _, do := range l.last {
			if err := do(); err != nil {
				Warn(os.Stderr, name, err)
				status = max(status, 1)
			}
		}
		return status
	}
	if !l.Another() || ctx.Err() != nil {
		return status
	}
	if err := writeNote(l.note, l.next); err != nil {
		Warn(os.Stderr, name, err)
		return 1
	}
	return anew
}

// First reports whether nothing has run before.
func (l *Life) First() bool { return l == nil || l.note == "" }

// Keep gives the next ones a flag with what this one has found for it.
func (l *Life) Keep(flag, value string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, flag, value)
}

// Again ends the process, and makes another one follow, with flags. The last call decides.
func (l *Life) Again(flags ...string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.next = flags
	l.mu.Unlock()
	l.end()
}

// Another reports whether another one follows.
func (l *Life) Another() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next != nil
}

// Last does something when no other one follows any more: now, or in the first process
// after the last one.
func (l *Life) Last(do func() error) error {
	if !l.Another() {
		return do()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, do)
	return nil
}
