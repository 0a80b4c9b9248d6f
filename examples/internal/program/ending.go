package program

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	// Ending is how long a program may take to end once its drain time is over,
	// whatever hangs. It is more than all that waits within it: kvserver gives clients
	// 4 s for what they have sent, and both give telemetry the time of ShutdownTime and faults
	// a second.
	Ending = 10 * time.Second

	// ShutdownTime is what observe may take in all, with a receiver that hangs.
	ShutdownTime = 4 * time.Second
)

// EndWithin ends the process, with status 1 and a line in the name of the program,
// when it has not ended by itself so long after ctx was done: a store on a disk that
// hangs does not close, and no call can be made to end. What was acknowledged is on
// the disk all the same. It does so for a context of UntilSignal only; others are those
// of tests. The caller says with stop that the program has ended.
func EndWithin(ctx context.Context, limit time.Duration, name string, stderr io.Writer) (stop func() bool) {
	end := func(status int) {}
	if ctx.Value(signalled{}) != nil {
		end = os.Exit // nobody is left who could
	}
	return endWithin(ctx, limit, name, stderr, end)
}

func endWithin(ctx context.Context, limit time.Duration, name string, stderr io.Writer, end func(status int)) (stop func() bool) {
	ended := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		late := time.NewTimer(limit)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
			fmt.Fprintf(stderr, "%s: not ended %v after it was asked to, since something hangs: ended without it\n", name, limit)
			end(1)
		}
	})
	return func() bool {
		close(ended)
		return forget()
	}
}
