package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A step is what a client can do at all, or not.
type step struct {
	name string
	run  func(ctx context.Context, s session, p plan) error
}

// A plan is how a client does its steps, beside others.
type plan struct {
	address string
	name    string // the client's, may be empty
	prefix  string // of its keys
	again   func(ctx context.Context) (session, error)
}

var steps = []step{
	{"connect", connect}, {"basic", basic}, {"pipeline", pipeline}, {"transaction", transaction}, {"scan", scan}, {"large", large},
}

// all collects what went wrong in a step.
type all struct{ errs []error }

func (a *all) want(what string, got any, err error, want any) {
	if err != nil || !reflect.DeepEqual(got, want) {
		a.errs = append(a.errs, fmt.Errorf("%s: %s, %w; want %s", what, short(got), err, short(want)))
	}
}

// short returns the beginning of a value.
func short(value any) string {
	const longest = 200
	text := fmt.Sprintf("%#v", value)
	return text[:min(len(text), longest)]
}

func (a *all) err() error { return errors.Join(a.errs...) }

func connect(ctx context.Context, s session, p plan) error {
	name, err := s.name(ctx)
	if err != nil || name != p.name {
		return fmt.Errorf("CLIENT GETNAME: %q, %w; want %q", name, err, p.name)
	}
	return nil
}

func basic(ctx context.Context, s session, p plan) error {
	a := new(all)
	k := func(name string) string { return p.prefix + name }
	for name, value := range map[string]string{"plain": "v", "empty": "", "lines": "a\r\n$3\r\nb", "zeros": "\x00\x00v\x00", "text": "grüße, 世界"} {
		err := s.set(ctx, k(name), value)
		a.want("SET "+name, nil, err, nil)
		got, err := s.get(ctx, k(name))
		a.want("GET "+name, got, err, value)
	}
	got, err := s.get(ctx, k("nothing"))
	a.want("GET nothing", got, err, nil)
	for _, tt := range []struct {
		present bool
		key     string
		want    bool
	}{{false, "plain", false}, {true, "plain", true}, {true, "new", false}, {false, "new", true}} {
		done, err := s.setIf(ctx, tt.present, k(tt.key), "w")
		a.want(fmt.Sprintf("SET %s present %t", tt.key, tt.present), done, err, tt.want)
	}
	a.want("MSET", nil, s.mset(ctx, k("a"), "1", k("b"), "2"), nil)
	values, err := s.mget(ctx, k("a"), k("nothing"), k("b"), k("plain"))
	a.want("MGET", values, err, []any{"1", nil, "2", "w"})
	n, err := s.exists(ctx, k("a"), k("nothing"), k("b"), k("a"))
	a.want("EXISTS", n, err, int64(3))
	n, err = s.del(ctx, k("a"), k("nothing"), k("b"))
	a.want("DEL", n, err, int64(2))
	got, err = s.get(ctx, k("a"))
	a.want("GET after DEL", got, err, nil)
	if err := s.unknown(ctx); err == nil || !strings.Contains(strings.ToLower(err.Error()), "unknown command") {
		a.errs = append(a.errs, fmt.Errorf("an unknown command: %w", err))
	}
	got, err = s.get(ctx, k("plain"))
	a.want("GET after an error", got, err, "w")
	return a.err()
}

func pipeline(ctx context.Context, s session, p plan) error {
	keys, want := make([]string, 1000), make([]any, 1000)
	for i := range keys {
		keys[i] = fmt.Sprint(p.prefix, "p", i)
		want[i] = keys[i]
	}
	got, err := s.pipeline(ctx, keys)
	a := new(all)
	a.want("the pipeline", got, err, want)
	return a.err()
}

func transaction(ctx context.Context, s session, p plan) error {
	got, err := s.transaction(ctx, p.prefix+"t")
	a := new(all)
	a.want("EXEC", got, err, []any{"OK", "v", int64(1), int64(0)})
	return a.err()
}

// scanned is how many keys each scan finds, under this prefix.
const (
	scanned    = 50_000
	scanPrefix = "scan:"
)

// scan visits all keys, beside another client's scan, and in smaller steps than it.
func scan(ctx context.Context, s session, p plan) error {
	other, err := p.again(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = other.close() }()
	beside := make(chan error, 1)
	go func() { beside <- scanAll(ctx, other, 100) }()
	return errors.Join(scanAll(ctx, s, 10), <-beside)
}

func scanAll(ctx context.Context, s session, count int) error {
	seen := make(map[string]bool)
	err := s.scan(ctx, scanPrefix+"*", count, func(key string) { seen[key] = true })
	for i := range scanned {
		if !seen[scanKey(i)] {
			return fmt.Errorf("SCAN at COUNT %d: no %s among %d keys, %w", count, scanKey(i), len(seen), err)
		}
	}
	if err != nil || len(seen) != scanned {
		return fmt.Errorf("SCAN at COUNT %d: %d keys, %w; want %d", count, len(seen), err, scanned)
	}
	return nil
}

func scanKey(i int) string { return fmt.Sprintf("%s%05d", scanPrefix, i) }

// largeSize is as large as people's largest values are.
const largeSize = 16 << 20

func largeValue() string {
	return string(bytes.Repeat([]byte("0123456789abcde\n"), largeSize/16))
}

func large(ctx context.Context, s session, p plan) error {
	value := largeValue()
	if err := s.set(ctx, p.prefix+"large", value); err != nil {
		return fmt.Errorf("SET: %w", err)
	}
	got, err := s.get(ctx, p.prefix+"large")
	if err != nil || got != value {
		return fmt.Errorf("GET: not the 16 MiB that were set; %w", err)
	}
	_, err = s.del(ctx, p.prefix+"large")
	return err
}

// One that leaves out keys must be noticed, and one that finds them twice must not.
func TestScanStep(t *testing.T) {
	whole := make([]string, scanned)
	for i := range whole {
		whole[i] = scanKey(i)
	}
	for name, tt := range map[string]struct {
		keys []string
		ok   bool
	}{
		"whole": {whole, true}, "twice": {slices.Concat(whole, whole[:100]), true},
		"short": {whole[:len(whole)-1], false}, "strange": {slices.Concat(whole, []string{"other"}), false},
	} {
		if err := scanAll(t.Context(), fixedScan{keys: tt.keys}, 10); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type fixedScan struct {
	session
	keys []string
}

func (s fixedScan) scan(_ context.Context, _ string, _ int, visit func(string)) error {
	for _, key := range s.keys {
		visit(key)
	}
	return nil
}
