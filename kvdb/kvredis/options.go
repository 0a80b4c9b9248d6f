package kvredis

import (
	"cmp"
	"errors"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store] on a client that [New] borrows. Nil options mean the
// defaults. They are neither changed nor kept.
type Options struct {
	// Namespace tells this store from others in telemetry. By default, the number of the
	// client's database, as the semantic conventions have it; that of a cluster is "0".
	// A program with two servers names one of them.
	Namespace string

	// Heartbeat is a key that the store counts up on the primary each second, and reads on each
	// replica, so that lags are measured; see [Store.ReplicationLag]. It is a key like others, which
	// scans yield, and several programs may share one. It is nothing for a cluster. By default,
	// nothing is written, and lags are what the primary tells.
	Heartbeat string

	// Address and Port are what telemetry calls the server. By default, those that the
	// client was made with: of a cluster the first; of sentinels none, as the client does
	// not tell them.
	Address string
	Port    int
}

var (
	errNilClient  = errors.New("the client is nil")
	errClient     = errors.New("the client is neither a *redis.Client nor a *redis.ClusterClient")
	errHeartbeat  = errors.New("a cluster has no Heartbeat: its primaries count no key together")
	errPort       = errors.New("the Port of the options is no port")
	errAddressToo = errors.New("the Port of the options needs an Address")
	errUnmade     = errors.New("the client is a zero value: make one with redis.NewClient or redis.NewClusterClient")
	errSecret     = errors.New("an address has an @ in it: a user and a password belong in a URL, redis://user:password@host:port, or in the client's options")
)

// A config is what a store is made with.
type config struct {
	namespace, host string
	port            int
	heartbeat       string
}

// config fills the defaults and lists every problem at once.
func (o *Options) config(client redis.UniversalClient) (config, error) {
	if o == nil {
		o = new(Options)
	}
	var problems []error
	var addresses []string
	database := 0
	switch client := client.(type) {
	case *redis.Client:
		switch {
		case client == nil:
			problems = append(problems, errNilClient)
		case reflect.ValueOf(client).Elem().IsZero(): // it panics when it is asked for options
			problems = append(problems, errUnmade)
		default:
			addresses, database = []string{client.Options().Addr}, client.Options().DB
		}
	case *redis.ClusterClient:
		if o.Heartbeat != "" {
			problems = append(problems, errHeartbeat)
		}
		switch {
		case client == nil:
			problems = append(problems, errNilClient)
		case client.Options() == nil:
			problems = append(problems, errUnmade)
		default:
			addresses = client.Options().Addrs
		}
	case nil:
		problems = append(problems, errNilClient)
	default:
		problems = append(problems, errClient)
	}
	c, more := o.fill(addresses, database)
	return c, invalid(opNew, append(problems, more...))
}

// failover is what go-redis calls the address of a client of sentinels.
const failover = "FailoverClient"

// fill takes the first address for the server's name. An error does not quote one, as it may hold a
// password.
func (o *Options) fill(addresses []string, database int) (c config, problems []error) {
	if hasSecret(o.Address) || slices.ContainsFunc(addresses, hasSecret) {
		problems = append(problems, errSecret)
	}
	address := ""
	if len(addresses) > 0 {
		address = addresses[0]
	}
	c = config{namespace: cmp.Or(o.Namespace, strconv.Itoa(database)), host: o.Address, port: o.Port, heartbeat: o.Heartbeat}
	switch {
	case o.Port < 0 || o.Port > 1<<16-1:
		problems = append(problems, errPort)
	case o.Address == "" && o.Port != 0:
		problems = append(problems, errAddressToo)
	case o.Address == "" && address != failover:
		c.host, c.port = split(address)
	}
	return c, problems
}

// hasSecret reports whether an address may hold a password. A path, and the name of a socket that
// has none, may have an @.
func hasSecret(address string) bool {
	return !strings.HasPrefix(address, "/") && strings.LastIndex(address, "@") > 0
}

// split takes an address apart, as go-redis understands it. The path of a socket has no port.
func split(address string) (host string, port int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return address, 0
	}
	if port, err = strconv.Atoi(text); err != nil {
		return address, 0
	}
	return cmp.Or(host, "localhost"), port
}

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}
