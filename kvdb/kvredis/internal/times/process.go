package times

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// process is the one recorder of this package, as go-redis has one.
var process recorder

// ErrReplaced is of a program that has set a recorder of its own since.
var ErrReplaced = errors.New("the program has replaced the recorder of go-redis (redis.SetOTelRecorder) that measures connections")

// Start returns the times of a client, and sets the recorder of the process with the first. Nobody can
// ask go-redis whether somebody else has set one before: that one is replaced. One that has been
// set since is an error, and not replaced any more.
func Start() (*Times, error) {
	if !process.enter() {
		return nil, ErrReplaced
	}
	if !process.current() {
		process.leave(false)
		return nil, ErrReplaced
	}
	t := &Times{link: new(link)}
	t.link.times.Store(t)
	return t, nil
}

// Close ends the recording. With the last one the recorder of the process goes, unless it is somebody else's.
func (t *Times) Close() {
	if t == nil || t.closed.Swap(true) {
		return
	}
	t.link.times.Store(nil)
	t.end()
	process.drop(t)
	process.leave(process.current())
}

// enter sets the recorder for its first user. It returns false if somebody else's has been found.
func (r *recorder) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost {
		return false
	}
	r.users++
	if r.users == 1 {
		redis.SetOTelRecorder(r)
	}
	return true
}

// leave takes the recorder back with its last user, who has found it to be the current one or not: that it is
// does not change while there is a user.
func (r *recorder) leave(current bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users--
	r.lost = r.lost || !current
	if r.users == 0 && !r.lost {
		redis.SetOTelRecorder(nil)
	}
}

var probed atomic.Int64

// current reports whether this is the recorder of the process: go-redis tells that of each client that is
// made. This one connects to nobody.
func (r *recorder) current() bool {
	address := fmt.Sprintf("probe-%d", probed.Add(1))
	r.probes.Store(address, nil)
	defer r.probes.Delete(address)
	client := redis.NewClient(&redis.Options{
		Addr: address, PoolSize: 1, PipelinePoolSize: -1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	_ = client.Close()
	_, ours := r.answered.LoadAndDelete(address)
	return ours
}
