package clients

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/rueidis"
)

// rueidisSession is a client of rueidis with all that it asks for by default: version 3
// of the protocol, and that the server tells which of its keys have changed.
type rueidisSession struct{ c rueidis.Client }

func openRueidis(_ context.Context, address, name string) (session, error) {
	c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{address}, ClientName: name})
	return rueidisSession{c}, err
}

func (s rueidisSession) close() error {
	s.c.Close()
	return nil
}

func (s rueidisSession) name(ctx context.Context) (string, error) {
	name, err := s.c.Do(ctx, s.c.B().ClientGetname().Build()).ToString()
	if rueidis.IsRedisNil(err) {
		return "", nil
	}
	return name, err
}

func (s rueidisSession) set(ctx context.Context, key, value string) error {
	return s.c.Do(ctx, s.c.B().Set().Key(key).Value(value).Build()).Error()
}

func (s rueidisSession) setIf(ctx context.Context, present bool, key, value string) (bool, error) {
	command := s.c.B().Set().Key(key).Value(value).Nx().Build()
	if present {
		command = s.c.B().Set().Key(key).Value(value).Xx().Build()
	}
	err := s.c.Do(ctx, command).Error()
	if rueidis.IsRedisNil(err) {
		return false, nil
	}
	return err == nil, err
}

// get reads through the client's cache, too. Where another connection has written, the
// cache hears of it a little later.
func (s rueidisSession) get(ctx context.Context, key string) (any, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		value, err := absent(s.c.Do(ctx, s.c.B().Get().Key(key).Build()).ToString())
		if err != nil {
			return nil, err
		}
		cached, err := absent(s.c.DoCache(ctx, s.c.B().Get().Key(key).Cache(), time.Minute).ToString())
		if err != nil || value == cached {
			return value, err
		}
		select {
		case <-ctx.Done():
			return value, fmt.Errorf("the client's cache says %s, the server %s", short(cached), short(value))
		case <-tick.C:
		}
	}
}

// absent returns nil for what there is not.
func absent(value string, err error) (any, error) {
	if rueidis.IsRedisNil(err) {
		return nil, nil
	}
	return value, err
}

func (s rueidisSession) del(ctx context.Context, keys ...string) (int64, error) {
	return s.c.Do(ctx, s.c.B().Del().Key(keys...).Build()).AsInt64()
}

func (s rueidisSession) exists(ctx context.Context, keys ...string) (int64, error) {
	return s.c.Do(ctx, s.c.B().Exists().Key(keys...).Build()).AsInt64()
}

func (s rueidisSession) mset(ctx context.Context, pairs ...string) error {
	command := s.c.B().Mset().KeyValue()
	for i := 0; i < len(pairs); i += 2 {
		command = command.KeyValue(pairs[i], pairs[i+1])
	}
	return s.c.Do(ctx, command.Build()).Error()
}

func (s rueidisSession) mget(ctx context.Context, keys ...string) ([]any, error) {
	values, err := s.c.Do(ctx, s.c.B().Mget().Key(keys...).Build()).ToArray()
	return texts(values), err
}

func (s rueidisSession) unknown(ctx context.Context) error {
	return s.c.Do(ctx, s.c.B().Arbitrary("NOSUCH").Args("argument").Build()).Error()
}

func (s rueidisSession) pipeline(ctx context.Context, keys []string) (values []any, err error) {
	var commands rueidis.Commands
	for _, key := range keys {
		commands = append(commands, s.c.B().Set().Key(key).Value(key).Build())
	}
	for _, key := range keys {
		commands = append(commands, s.c.B().Get().Key(key).Build())
	}
	for i, reply := range s.c.DoMulti(ctx, commands...) {
		value, err := reply.ToString()
		if err != nil {
			return nil, err
		}
		if i >= len(keys) {
			values = append(values, value)
		}
	}
	return values, nil
}

func (s rueidisSession) transaction(ctx context.Context, key string) (replies []any, err error) {
	err = s.c.Dedicated(func(c rueidis.DedicatedClient) error {
		results := c.DoMulti(ctx, c.B().Multi().Build(),
			c.B().Set().Key(key).Value("v").Build(), c.B().Get().Key(key).Build(),
			c.B().Del().Key(key).Build(), c.B().Exists().Key(key).Build(),
			c.B().Exec().Build())
		messages, err := results[len(results)-1].ToArray()
		replies = texts(messages)
		return err
	})
	return replies, err
}

func (s rueidisSession) scan(ctx context.Context, match string, count int, visit func(string)) error {
	for cursor := uint64(0); ; {
		entry, err := s.c.Do(ctx, s.c.B().Scan().Cursor(cursor).Match(match).Count(int64(count)).Build()).AsScanEntry()
		if err != nil {
			return err
		}
		for _, key := range entry.Elements {
			visit(key)
		}
		if cursor = entry.Cursor; cursor == 0 {
			return nil
		}
	}
}

// texts returns what the messages say.
func texts(messages []rueidis.RedisMessage) (all []any) {
	for _, m := range messages {
		if n, err := m.ToInt64(); err == nil {
			all = append(all, n)
		} else if text, err := m.ToString(); err == nil {
			all = append(all, text)
		} else {
			all = append(all, nil)
		}
	}
	return all
}
