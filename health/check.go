package health

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// A Kind says which probes a check decides. Kinds are combined with |.
type Kind uint8

// The kinds.
const (
	// Readiness: while the check fails, the program should get no traffic.
	Readiness Kind = 1 << iota

	// Startup: until the check has passed once, the program has not started and
	// is not ready. A check of only this kind stops running then.
	Startup

	// Liveness: when the check fails, the program should be restarted. That is
	// for what a restart mends, which excludes almost every dependency.
	Liveness
)

// String returns the names of the kinds: "readiness", "startup|liveness".
func (k Kind) String() string {
	var names []string
	for _, n := range [...]struct {
		kind Kind
		name string
	}{{Readiness, "readiness"}, {Startup, "startup"}, {Liveness, "liveness"}} {
		if k&n.kind != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, "|")
}

const (
	defaultInterval  = 5 * time.Second
	longestTimeout   = 5 * time.Second // the default one's
	defaultFailAfter = 3
	defaultPassAfter = 2

	// jitterShare is the part of an interval by which it varies, so that the
	// checks of many replicas drift apart.
	jitterShare = 10
)

// A Check is a question that is asked again and again: does this work? The
// functions of this package that return one fill in everything; what they
// return may be changed before it is registered. In a Check of your own, Name,
// Run and Interval are required.
type Check struct {
	// Name is the check's name on probes, metrics and log lines: up to 63
	// letters, digits, spaces, dots, dashes and underscores, such as "database".
	Name string

	// Kind says which probes the check decides. By default, Readiness.
	Kind Kind

	// Run returns nil when all is well. An error is a failure, unless it is made
	// by [Warn] or [Unknown]; it goes to the log, and never to a probe. A panic
	// is a failure, too.
	//
	// Run is called by one goroutine at a time. Its context ends at the
	// time-out, and the run with it, whether Run returns or not. Until it has
	// returned it is not called again: each interval counts as one more failure,
	// and once there are enough of them the check is unknown.
	Run func(ctx context.Context) error

	// Interval is the time from the start of one run to the start of the next,
	// give or take a tenth at random. When runs take longer, a tenth of it lies
	// between them.
	Interval time.Duration

	// Timeout is the most that a run may take. By default, the interval, but at
	// most 5 s.
	Timeout time.Duration

	// FailAfter is how many runs in a row have to fail before the check fails,
	// and PassAfter how many have to pass before it passes again. The first
	// result of all, and an error made by [Decisive], count at once. By default,
	// 3 and 2.
	FailAfter, PassAfter int

	// MaxAge is how old the last result may be; after that the check is unknown.
	// By default, FailAfter times (at least 3) the interval and the time-out.
	MaxAge time.Duration

	// SlowAfter is how long a run may take without a log line. By default, half
	// of the time-out.
	SlowAfter time.Duration

	// Reason is what probes say when the check fails, such as "database down".
	// It should name the check. By default, the name and "failed".
	Reason string

	// Advisory is a check that informs: it never gets worse than warn.
	Advisory bool

	// Shared is a check of something that all replicas of the program depend on.
	// It never gets worse than warn: taking all of them out of service helps
	// nobody.
	Shared bool

	// Network is a check that leaves the machine. It is refused for Liveness,
	// where a failing network would restart every program behind it, unless
	// NetworkLiveness says that this is meant.
	Network         bool
	NetworkLiveness bool

	trusting bool  // what is not known passes
	err      error // why a function of this package could not make it
}

// newCheck returns the part that the functions of this package have in common.
// An interval of 0 is the default.
func newCheck(name, reason string, interval time.Duration) Check {
	if interval == 0 {
		interval = defaultInterval
	}
	return Check{Name: name, Reason: name + " " + reason, Interval: interval}
}

// Every returns the check with another interval.
func (c Check) Every(interval time.Duration) Check {
	c.Interval = interval
	return c
}

// For returns the check for other kinds.
func (c Check) For(kinds Kind) Check {
	c.Kind = kinds
	return c
}

// Above returns the check, told that it judges operations of a store, as [Traffic]
// does. Above a remote store it is Shared: replicas of the program fail it together,
// and taking all of them out of service does not fix the server.
func (c Check) Above(store kvdb.Store) Check {
	c.Shared = c.Shared || !typednil.Is(store) && overNetwork(store)
	return c
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$`)

func checkName(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("health: the name %q is not made of 1 to 63 letters, digits, spaces, dots, dashes and underscores", name)
	}
	return nil
}

// complete fills in the defaults and returns every problem.
func (c *Check) complete() error {
	errs := []error{checkName(c.Name)}
	problem := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("health: check %q: "+format, append([]any{c.Name}, args...)...))
		}
	}
	c.Kind = cmp.Or(c.Kind, Readiness)
	c.Timeout = cmp.Or(c.Timeout, min(c.Interval, longestTimeout))
	c.FailAfter = cmp.Or(c.FailAfter, defaultFailAfter)
	c.PassAfter = cmp.Or(c.PassAfter, defaultPassAfter)
	c.MaxAge = cmp.Or(c.MaxAge, time.Duration(max(c.FailAfter, defaultFailAfter))*(c.Interval+c.Timeout))
	c.SlowAfter = cmp.Or(c.SlowAfter, c.Timeout/2)
	c.Reason = cmp.Or(c.Reason, c.Name+" failed")

	if c.err != nil {
		problem(true, "%w", c.err)
		return errors.Join(errs...)
	}
	problem(c.Run == nil, "Run is missing")
	problem(c.Kind&^(Readiness|Startup|Liveness) != 0, "the kind %#x does not exist", uint8(c.Kind))
	problem(c.Interval <= 0, "the interval %v is not positive", c.Interval)
	problem(c.Interval > 0 && c.Timeout <= 0, "the time-out %v is not positive", c.Timeout)
	problem(c.FailAfter < 0 || c.PassAfter < 0, "a threshold is negative")
	problem(c.SlowAfter < 0, "SlowAfter %v is negative", c.SlowAfter)
	longest := c.Interval + c.Interval/jitterShare + c.Timeout
	problem(c.Interval > 0 && c.MaxAge < longest, "results would be too old before the next one: MaxAge %v is below %v", c.MaxAge, longest)
	problem(strings.ContainsFunc(c.Reason, unicode.IsControl), "the reason is not one line")
	problem(c.Network && c.Kind&Liveness != 0 && !c.NetworkLiveness,
		"a check over a network would restart the program when the network fails: leave out Liveness, or set NetworkLiveness")
	return errors.Join(errs...)
}
