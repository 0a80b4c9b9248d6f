package kvredis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// OpenOptions configure a [Store] that [Open] connects. Nil options mean the defaults.
// Neither they nor what they point to is changed or kept.
type OpenOptions struct {
	// Options are those of [New].
	Options

	// Redis are the options of the client: MasterName for one of sentinels, IsClusterMode for one of a
	// cluster whose nodes are not all listed. By default, those of go-redis, but for deadlines of contexts, which
	// are always kept.
	Redis *redis.UniversalOptions

	// Timeout is for how long Open tries to connect; see there. By default, five seconds.
	Timeout time.Duration
}

const defaultTimeout = 5 * time.Second

var (
	errNoTarget    = errors.New("the target is empty, and the options have no addresses")
	errTimeout     = errors.New("the Timeout of the options is negative")
	errTargetTwice = errors.New("the target and Redis.Addrs of the options both name servers")
	errAddress     = errors.New("the target has an address that is not host:port, such as redis.example:6379")
	errManyInURL   = errors.New("the target is a URL with several servers: list nodes of a cluster, or sentinels, as host:port, and set the password in the options")
	errURL         = errors.New("the target is no URL of Redis: redis://[user[:password]@]host[:port][/database], rediss:// for TLS, or unix://[user[:password]@]path[?db=database]")
)

// Open connects to the server at target, and returns once it has answered. The target is
// an address, host:port; a URL, redis://, rediss:// for TLS, or unix://; or several addresses
// that commas divide, which are nodes of a cluster or, with Redis.MasterName in the
// options, sentinels. It may be empty where the options list addresses.
//
// Open ends when ctx is done. It tries for the Timeout of the options; where it was not understood,
// it then looks for up to two seconds more at what listens there, to say what that is. Neither
// limits the store. Close closes the client.
//
// An error is a *kvdb.Error: kvdb.ErrInvalidArgument lists every problem of the arguments, or says
// what does not fit the server that is there, such as a password, TLS, or that it is a
// sentinel, part of a cluster or something other than Redis; kvdb.ErrUnavailable means that
// nobody answers, or not yet; kvdb.ErrTimeout that there was no answer in time.
func Open(ctx context.Context, target string, opts *OpenOptions) (*Store, error) {
	c, redisOptions, timeout, err := opts.config(target)
	if err != nil {
		return nil, err
	}
	if err := kvdb.CheckContext(ctx, opOpen); err != nil {
		return nil, err
	}
	client, err := newClient(redisOptions)
	if err != nil {
		return nil, err
	}
	dials := newDials()
	dials.Watch(client)
	s := newStore(client, c, dials)
	s.owned = client
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := s.greet(within, redisOptions); err != nil {
		over := ctx.Err()
		_ = s.Close() // the first error says more
		if over != nil {
			return nil, kvdb.ContextError(opOpen, over)
		}
		return nil, explain(ctx, redisOptions, err)
	}
	return s, nil
}

// newClient is redis.NewUniversalClient with an error in place of a panic.
func newClient(opts *redis.UniversalOptions) (client redis.UniversalClient, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: fmt.Errorf("the options of the client: %v", r)}
		}
	}()
	return redis.NewUniversalClient(opts), nil
}

// config fills the defaults and lists every problem at once. The client's options in the
// result are a copy.
func (o *OpenOptions) config(target string) (config, *redis.UniversalOptions, time.Duration, error) {
	if o == nil {
		o = new(OpenOptions)
	}
	r := new(redis.UniversalOptions)
	if o.Redis != nil {
		*r = *o.Redis
		r.Addrs = slices.Clone(r.Addrs)
	}
	var problems []error
	switch {
	case target == "" && len(r.Addrs) == 0:
		problems = append(problems, errNoTarget)
	case target != "" && len(r.Addrs) > 0:
		problems = append(problems, errTargetTwice)
	case target != "":
		problems = append(problems, setTarget(r, target)...)
	}
	timeout := o.Timeout
	switch {
	case timeout < 0:
		problems = append(problems, errTimeout)
	case timeout == 0:
		timeout = defaultTimeout
	}
	r.ContextTimeoutEnabled = true
	if o.Heartbeat != "" && (r.IsClusterMode || r.MasterName == "" && len(r.Addrs) > 1) {
		problems = append(problems, errHeartbeat)
	}
	c, more := o.fill(r.Addrs, r.DB)
	if r.MasterName != "" && o.Address == "" {
		c.host, c.port = "", 0 // that of a sentinel is not where data is
	}
	return c, r, timeout, invalid(opOpen, append(problems, more...))
}

// setTarget takes what a target says into the options. An error does not quote it, as it
// may hold a password.
func setTarget(r *redis.UniversalOptions, target string) (problems []error) {
	if !strings.Contains(target, "://") {
		for address := range strings.SplitSeq(target, ",") {
			address = strings.TrimSpace(address)
			if r.Dialer == nil && !isAddress(address) {
				problems = []error{errAddress}
			}
			r.Addrs = append(r.Addrs, address)
		}
		return problems
	}
	o, err := redis.ParseURL(target)
	if err != nil {
		return []error{errURL}
	}
	if o.Network != "unix" && strings.Contains(o.Addr, ",") {
		problems = append(problems, errManyInURL)
	}
	r.Addrs = []string{o.Addr}
	r.DB = o.DB
	if o.Username != "" {
		r.Username = o.Username
	}
	if o.Password != "" {
		r.Password = o.Password
	}
	if o.TLSConfig != nil && r.TLSConfig == nil {
		r.TLSConfig = o.TLSConfig
	}
	if u, err := url.Parse(target); err == nil && len(u.Query()) > 0 && (u.Scheme != "unix" || len(u.Query()) > 1 || !u.Query().Has("db")) {
		problems = append(problems, errors.New("the target has options behind a question mark: set them in Redis of the options"))
	}
	return problems
}

// isAddress reports whether there can be a server at an address of go-redis: a path or host:port.
// One with an @ is another problem, of which fill tells.
func isAddress(address string) bool {
	if strings.HasPrefix(address, "/") || strings.Contains(address, "@") {
		return true
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		return n > 0
	}
	return serviceName.MatchString(port) // which is looked up later
}

// serviceName is what RFC 6335 lets a service be called: letters, digits and hyphens, a letter among them.
var serviceName = regexp.MustCompile(`^[0-9-]*[A-Za-z][A-Za-z0-9-]*$`)
