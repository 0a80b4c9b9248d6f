package kvredis

import (
	"cmp"
	"errors"
	"net"
	"strconv"

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
	address, database := "", 0
	switch client := client.(type) {
	case *redis.Client:
		if client == nil {
			problems = append(problems, errNilClient)
			break
		}
		address, database = client.Options().Addr, client.Options().DB
	case *redis.ClusterClient:
		if o.Heartbeat != "" {
			problems = append(problems, errHeartbeat)
		}
		if client == nil {
			problems = append(problems, errNilClient)
		} else if addresses := client.Options().Addrs; len(addresses) > 0 {
			address = addresses[0]
		}
	case nil:
		problems = append(problems, errNilClient)
	default:
		problems = append(problems, errClient)
	}
	c, more := o.fill(address, database)
	return c, invalid(opNew, append(problems, more...))
}

// failover is what go-redis calls the address of a client of sentinels.
const failover = "FailoverClient"

func (o *Options) fill(address string, database int) (c config, problems []error) {
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

// split takes an address apart. The path of a socket has no port.
func split(address string) (host string, port int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return address, 0
	}
	if port, err = strconv.Atoi(text); err != nil || host == "" {
		return address, 0
	}
	return host, port
}

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}
