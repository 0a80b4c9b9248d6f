package program

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal returns a context that ends with SIGINT or SIGTERM. A second one
// ends the program at once.
//
// That nobody reads standard output any more does not end it: Ctrl-C ends the
// other side of a pipe as well, and the program still has to drain and to clean
// up after itself.
func UntilSignal() context.Context {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return context.WithValue(ctx, signalled{}, true)
}

// signalled is the key of contexts of UntilSignal, and of those made of them: their program
// has the process for itself.
type signalled struct{}
