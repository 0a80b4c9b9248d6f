package kvredis

import (
	"context"
	"errors"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// beat reads which beat each replica has, and writes the next one then: so those that keep
// up have had a second for it.
func (l *lookout) beat(ctx context.Context, seen *sight) {
	l.follow(seen.followers)
	within, cancel := context.WithTimeout(ctx, watchInterval/2)
	defer cancel()
	seen.arrived = make(map[string]int64)
	var mu sync.Mutex
	var all sync.WaitGroup
	for address, replica := range l.replicas {
		all.Go(func() {
			defer func() { _ = recover() }() // from functions of the client's options
			n, err := replica.Get(within, l.heartbeat).Int64()
			if err != nil && !errors.Is(err, redis.Nil) { // without the key it has none of the beats
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen.arrived[address] = n
		})
	}
	all.Wait() //otelkv:waitok each call has a deadline
	for address := range l.replicas {
		if _, answered := seen.arrived[address]; !answered {
			l.forget(address) // to connect anew
		}
	}
	n, err := l.primary.Incr(ctx, l.heartbeat).Result()
	if err == nil {
		seen.beat = n
		return
	}
	if _, said := errors.AsType[redis.Error](err); said {
		l.refused.Do(func() {
			l.board.Post(kvdb.Notice{
				Name: "heartbeat_refused", Level: kvdb.NoticeWarn,
				Text: "the primary does not count up the key of the heartbeat, so the lag of replicas is not known: the key has to be free, and the user allowed to write it",
			})
		})
	}
}

// follow has a client for each replica that is there.
func (l *lookout) follow(followers []followed) {
	there := make(map[string]bool)
	for _, f := range followers {
		there[f.address] = true
		if l.replicas[f.address] == nil {
			opts := l.theirs
			opts.Addr = f.address
			opts.Network = "tcp"
			l.replicas[f.address] = redis.NewClient(&opts)
		}
	}
	for address := range l.replicas {
		if !there[address] {
			l.forget(address)
		}
	}
}

func (l *lookout) forget(address string) {
	_ = l.replicas[address].Close()
	delete(l.replicas, address)
}
