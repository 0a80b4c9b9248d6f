package clients

import "context"

// A family is a client library, or how it is used.
type family struct {
	name string
	open func(ctx context.Context, address, name string) (session, error)
}

var families = []family{
	{"go-redis", openGoRedis},
	{"redigo", openRedigo},
	{"rueidis", openRueidis},
}

// A session is an open client, by the functions that its users call. An absent value is
// nil.
type session interface {
	name(ctx context.Context) (string, error)
	set(ctx context.Context, key, value string) error
	setIf(ctx context.Context, present bool, key, value string) (done bool, err error)
	get(ctx context.Context, key string) (value any, err error)
	del(ctx context.Context, keys ...string) (int64, error)
	exists(ctx context.Context, keys ...string) (int64, error)
	mset(ctx context.Context, pairs ...string) error
	mget(ctx context.Context, keys ...string) (values []any, err error)

	// unknown calls a command that there is not.
	unknown(ctx context.Context) error
	// pipeline sets each key to its name, and gets each, all in one pipeline.
	pipeline(ctx context.Context, keys []string) (values []any, err error)
	// transaction sets the key to "v", gets it, deletes it and asks whether it exists.
	transaction(ctx context.Context, key string) (replies []any, err error)
	// scan visits the keys that match, so many at a time.
	scan(ctx context.Context, match string, count int, visit func(key string)) error

	close() error
}
