package kvredis

import "errors"

// What this package has found out itself.
var (
	errClusterState = errors.New("the cluster is down: not all of its slots are served")
	errInterrupted  = errors.New("go-redis gave up, though the caller did not")
	errNoPrimary    = errors.New("the server is a replica")
	errPanicked     = errors.New("a function of the client's options panicked")
)

// A quiet error tells what happened in words of this package.
type quiet struct {
	text  string
	cause error
}

func (q *quiet) Error() string { return q.text }
func (q *quiet) Unwrap() error { return q.cause }
