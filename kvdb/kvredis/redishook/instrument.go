package redishook

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/times"
)

// A Config says what telemetry calls the server and which commands have names. A nil or
// zero one means the defaults.
type Config struct {
	// Address and Port are what telemetry calls the server. By default, those that the client was
	// made with: of a cluster the first; of sentinels and of a ring none.
	Address string
	Port    int

	// Commands are those that have a name of their own, up to 61, in the order of importance: the
	// first ten have series from the start. A batch of one command can be among them, as "PIPELINE GET". By
	// default, they are those of the function Commands, and three batches.
	Commands []string

	// ConnectionTimes adds db.client.connection.create_time, and buckets to db.client.connection.wait_time. For
	// that the first such hook sets the one recorder of go-redis that the process has, redis.SetOTelRecorder, and the
	// last one's Close takes it back. A recorder that somebody has set before is replaced, as nobody can
	// ask go-redis for it; one that has been set since stays, is an error here, and ends what the hooks there are
	// measure. go-redis itself does more for each command of each client while there is a recorder. By default, it is
	// left alone.
	ConnectionTimes bool
}

// Instrument is [Config.Instrument] with the defaults.
func Instrument(client redis.UniversalClient, options ...instrument.Option) (*Hook, error) {
	return (*Config)(nil).Instrument(client, options...)
}

// Instrument puts a hook on a client that records its commands. The options are those of
// instrument.NewRecorder: they say where to report and, with instrument.WithNamespace, what
// db.namespace is, by default the number of the client's database. A program with two
// servers names one of them.
//
// An error lists what is wrong, and leaves the client as it was. It matches
// instrument.ErrDuplicate when something with the same namespace reports already: another hook on the same client, for example, which
// with a namespace of its own counts beside this one.
//
// Instrument does no I/O. The client's connections are read in the background, at once and then every
// ten seconds, until Close. Call it before the client is used: clients that were derived
// from it earlier, as by WithTimeout, and nodes that a cluster's client has met, do not get the hook. With
// [instrument.WithSource] among the options, that source is read in place of the client's pools. The client stays
// the caller's, who closes the hook when it is done with the client.
func (c *Config) Instrument(client redis.UniversalClient, options ...instrument.Option) (*Hook, error) {
	if typednil.Is(client) {
		return nil, errors.New("redishook: the client is nil")
	}
	named, err := c.named()
	info, invalid := c.info(client)
	if err = errors.Join(err, invalid); err != nil {
		return nil, fmt.Errorf("redishook: %w", err)
	}
	measured, err := c.times()
	if err != nil {
		return nil, fmt.Errorf("redishook: ConnectionTimes: %w", err)
	}
	dials := newDials()
	pool := pools.Of(client, dials)
	pool.Times = measured.Read
	options = append([]instrument.Option{instrument.WithSource(newSource(client, pool))}, options...)
	r, err := instrument.NewRecorder(info, operations(named), options...)
	if err != nil {
		measured.Close()
		return nil, fmt.Errorf("redishook: %w", err)
	}
	h := &Hook{recorder: r, times: measured}
	h.tap.words.Store(newVocabulary(r, named))
	client.AddHook(&h.tap)
	dials.Watch(client)
	measured.Watch(client)
	return h, nil
}

// times returns what measures a client's connections, nil unless that is asked for.
func (c *Config) times() (*times.Times, error) {
	if c == nil || !c.ConnectionTimes {
		return nil, nil
	}
	return times.Start()
}

// failover is what go-redis calls the address of a client of sentinels.
const failover = "FailoverClient"

// info returns what the client talks to, as far as it tells.
func (c *Config) info(client redis.UniversalClient) (kvdb.Info, error) {
	if c == nil {
		c = new(Config)
	}
	info := kvdb.Info{System: "redis", Namespace: "0", Remote: true, Address: c.Address, Port: c.Port}
	switch {
	case c.Port < 0 || c.Port > 1<<16-1:
		return info, errors.New("the Port of the Config is no port")
	case c.Address == "" && c.Port != 0:
		return info, errors.New("the Port of the Config needs an Address")
	}
	address, unmade := "", false
	switch client := client.(type) {
	case *redis.Client:
		if unmade = reflect.ValueOf(client).Elem().IsZero(); !unmade {
			address, info.Namespace = client.Options().Addr, strconv.Itoa(client.Options().DB)
		}
	case *redis.ClusterClient:
		if unmade = client.Options() == nil; !unmade && len(client.Options().Addrs) > 0 {
			address = client.Options().Addrs[0]
		}
	case *redis.Ring:
		if unmade = client.Options() == nil; !unmade {
			info.Namespace = strconv.Itoa(client.Options().DB)
		}
	}
	if unmade {
		return info, errors.New("the client is a zero value: make one with a function of go-redis")
	}
	if info.Address == "" && address != failover {
		info.Address, info.Port = split(address)
	}
	if hasSecret(info.Address) {
		return kvdb.Info{}, errors.New("the address has an @ in it: a user and a password belong in the client's options")
	}
	return info, nil
}

// hasSecret reports whether an address may hold a password. A path, and the name of a socket that
// has none, may have an @.
func hasSecret(address string) bool {
	return !strings.HasPrefix(address, "/") && strings.LastIndex(address, "@") > 0
}

// split takes an address apart. The path of a socket has no port.
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
