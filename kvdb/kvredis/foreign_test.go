package kvredis_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// A refusal is an error of a program, which quotes a command.
type refusal struct{ command string }

func (r *refusal) Error() string { return "not allowed: " + r.command }

// A guard is a hook of a program that refuses all commands.
type guard struct{}

func (guard) DialHook(next redis.DialHook) redis.DialHook { return next }
func (guard) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		err := fmt.Errorf("guarded: %w", &refusal{cmd.String()})
		cmd.SetErr(err)
		return err
	}
}

func (guard) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(_ context.Context, cmds []redis.Cmder) error { return &refusal{fmt.Sprint(cmds)} }
}

// What hooks of the client's owner say of a command, or its Dialer of a connection, is in no text: neither of an error nor of
// telemetry. Who asks for the error gets it.
func TestForeignErrors(t *testing.T) {
	const key, value = "marked-key", "marked-value"
	guarded := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ContextTimeoutEnabled: true})
	guarded.AddHook(guard{})
	strange := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1, Dialer: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &refusal{key + value}}
	}})
	for name, client := range map[string]*redis.Client{"a hook": guarded, "a Dialer": strange} {
		t.Run(name, func(t *testing.T) {
			s, err := kvredis.New(closing(t, client), nil)
			if err != nil {
				t.Fatal(err)
			}
			logger, log := testutil.NewLog(t, zapcore.DebugLevel)
			decorated, err := instrument.Wrap(s, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
			if err != nil {
				t.Fatal(err)
			}
			closing(t, decorated)
			ctx := t.Context()
			_, err = decorated.Get(ctx, []byte(key))
			getter, _ := kvdb.As[kvdb.MultiGetter](decorated)
			_, many := getter.GetMany(ctx, [][]byte{[]byte(key), []byte(key)})
			batcher, _ := kvdb.As[kvdb.Batcher](decorated)
			batch := []kvdb.Mutation{{Key: []byte(key), Value: []byte(value)}, {Key: []byte(key), Value: []byte(value)}}
			for call, err := range map[string]error{
				"get": err, "put": decorated.Put(ctx, []byte(key), []byte(value)), "get many": many,
				"batch": batcher.Apply(ctx, batch), "classify": kvredis.Classify(ctx, "GET", client.Get(ctx, key).Err()),
			} {
				if why, ok := errors.AsType[*refusal](err); !ok || !strings.Contains(why.command, key) {
					t.Errorf("%s: %v does not lead to what the program said", call, err)
				}
				if text := err.Error(); strings.Contains(text, "marked") || !strings.Contains(text, "kvredis_test.refusal") {
					t.Errorf("%s: it says %q", call, text)
				}
			}
			if lines := log.String(); strings.Contains(lines, "marked") || !strings.Contains(lines, "refusal") {
				t.Error(lines)
			}
		})
	}
}

// Of a client that does not heed the deadlines of contexts the store has a copy, which go-redis gives no hooks.
func TestHooksOfTheClient(t *testing.T) {
	for heeds, want := range map[bool]bool{true: true, false: false} {
		client := closing(t, redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ContextTimeoutEnabled: heeds, MaxRetries: -1, DialerRetries: 1}))
		client.AddHook(guard{})
		_, err := borrow(t, client, nil).Get(t.Context(), []byte("k"))
		if _, got := errors.AsType[*refusal](err); got != want {
			t.Errorf("with ContextTimeoutEnabled %t: %v", heeds, err)
		}
	}
}
