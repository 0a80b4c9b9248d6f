package redishook

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// A tap is the hook that the client keeps: go-redis has no way to take one back. It forgets
// everything once it is closed, and lets commands through.
type tap struct{ words atomic.Pointer[vocabulary] }

var _ redis.Hook = (*tap)(nil)

// DialHook implements redis.Hook.
func (t *tap) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (t *tap) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		words := t.words.Load()
		if words == nil {
			return next(ctx, cmd)
		}
		return words.one(ctx, cmd, next)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (t *tap) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		words := t.words.Load()
		if words == nil || len(cmds) == 0 {
			return next(ctx, cmds)
		}
		return words.many(ctx, cmds, next)
	}
}

// one makes a command and records it.
func (v *vocabulary) one(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) (err error) {
	c := v.of(cmd)
	switch {
	case c.operation == nil:
		return next(ctx, cmd)
	case c.waits:
		// One that waits must not look like one that hangs.
		start := time.Now()
		err = next(ctx, cmd)
		c.operation.Record(ctx, time.Since(start), told(ctx, c.name, err))
		return err
	}
	call := c.operation.Call()
	call.Sent(sent(cmd))
	_, _ = instrument.Do(ctx, call, func(ctx context.Context) (struct{}, error) {
		if err = next(ctx, cmd); err == nil {
			call.Delivered(delivered(cmd))
		}
		return struct{}{}, told(ctx, c.name, err)
	})
	return err
}

// many makes the commands of a pipeline or a transaction, and records them as a batch.
func (v *vocabulary) many(ctx context.Context, cmds []redis.Cmder, next redis.ProcessPipelineHook) (err error) {
	own, multi := cmds, false
	if n := len(cmds); n > 2 && cmds[0].Name() == "multi" && cmds[n-1].Name() == "exec" {
		own, multi = cmds[1:n-1], true
	}
	name := pipelined
	if multi {
		name = transaction
	}
	var operation *instrument.Operation
	var waits bool
	single := len(own) == 1
	if single {
		c := v.of(own[0])
		operation, name, waits = c.operation, c.name, c.waits
	} else {
		operation, waits = v.batch(own, multi)
	}
	switch {
	case operation == nil:
		return next(ctx, cmds)
	case waits && !multi: // in a transaction nothing waits
		start := time.Now()
		err = next(ctx, cmds)
		result := err
		if !single {
			result = failure(cmds, err)
		}
		operation.Record(ctx, time.Since(start), told(ctx, name, result))
		return err
	}
	call := operation.Call()
	call.Items(len(own))
	for _, cmd := range own {
		call.Sent(sent(cmd))
	}
	_, _ = instrument.Do(ctx, call, func(ctx context.Context) (struct{}, error) {
		err = next(ctx, cmds)
		result := err
		if !single {
			result = failure(cmds, err)
		}
		if result == nil {
			for _, cmd := range own {
				call.Delivered(delivered(cmd))
			}
		}
		return struct{}{}, told(ctx, name, result)
	})
	return err
}

// failure returns the first error of a batch that is more than an answer that there is
// nothing.
func failure(cmds []redis.Cmder, err error) error {
	if err != redis.Nil { //nolint:errorlint // as the commands have it
		return err
	}
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && err != redis.Nil { //nolint:errorlint // as the server said it
			return err
		}
	}
	return nil
}

// told returns an error as telemetry may know it.
func told(ctx context.Context, name string, err error) error {
	switch err {
	case nil:
		return nil
	case redis.Nil: //nolint:errorlint // the common case, before the costly one
		return kvdb.ErrNotFound
	}
	return kvredis.Classify(ctx, name, err)
}
