package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// everyStore has an empty store of each engine, and of what an engine may lack.
func everyStore(t *testing.T) map[string]kvdb.Store {
	pebble, err := kvpebble.Open(t.TempDir(), &kvpebble.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	bolt, err := kvbolt.Open(filepath.Join(t.TempDir(), "db"), &kvbolt.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pebble.Close(); bolt.Close() })
	return map[string]kvdb.Store{
		"pebble": pebble, "bolt": bolt, "memory": memory(t), "scans alone": kvtest.Mask(memory(t), "Scanner"),
	}
}

// Whatever is done in one of the databases, it is as if each was a map of its own.
func TestDatabases(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for name, store := range everyStore(t) {
		t.Run(name, func(t *testing.T) {
			m := model{t: t, random: rand.New(rand.NewPCG(seed, 0)), batches: name != "scans alone"}
			m.c = start(t, store).dial()
			for range 4000 {
				m.step()
			}
			for index := range m.all {
				m.choose(index)
				m.compare()
			}
		})
	}
}

// A model is databases as maps beside those of a server.
type model struct {
	t       *testing.T
	random  *rand.Rand
	c       *testClient
	batches bool
	all     [database.Count]map[string]string
	index   int
	last    []string // commands
}

func (m *model) choose(index int) {
	m.index = index
	m.want("OK", "select", strconv.Itoa(index))
	if m.all[index] == nil {
		m.all[index] = map[string]string{}
	}
}

// key returns one of few, which look like those of other databases.
func (m *model) key() string {
	const alphabet = "\x00\x01\x02a\xfe\xff"
	b := make([]byte, m.random.IntN(5))
	for i := range b {
		b[i] = alphabet[m.random.IntN(len(alphabet))]
	}
	return string(b)
}

func (m *model) want(want string, args ...string) {
	m.t.Helper()
	m.last = append(m.last, fmt.Sprintf("%q", args))
	if got := m.c.do(args...); got != want {
		m.t.Fatalf("%q in database %d: %s, want %s, after\n%s", args, m.index, got, want,
			strings.Join(m.last[max(0, len(m.last)-20):], "\n"))
	}
}

func (m *model) step() {
	if m.all[0] == nil || m.random.IntN(10) == 0 {
		m.choose(m.random.IntN(database.Count) * m.random.IntN(2))
	}
	now, key, other, value := m.all[m.index], m.key(), m.key(), strconv.Itoa(m.random.IntN(100))
	had, there := now[key]
	switch m.random.IntN(14) {
	case 0, 1, 2:
		now[key] = value
		m.want("OK", "set", key, value)
	case 3:
		if there {
			m.want("nil", "set", key, value, "nx")
			return
		}
		now[key] = value
		m.want("OK", "set", key, value, "nx")
	case 4:
		if !there {
			m.want("nil", "set", key, value, "xx")
			return
		}
		now[key] = value
		m.want("OK", "set", key, value, "xx")
	case 5:
		m.want(bulk(had, there), "get", key)
	case 6:
		before := len(now)
		delete(now, key)
		delete(now, other)
		m.want(fmt.Sprintf(":%d", before-len(now)), "del", key, other, key)
	case 7:
		n := 0
		for _, k := range []string{key, other, key} {
			if _, ok := now[k]; ok {
				n++
			}
		}
		m.want(fmt.Sprintf(":%d", n), "exists", key, other, key)
	case 8:
		its, ok := now[other]
		m.want("["+bulk(had, there)+" "+bulk(its, ok)+"]", "mget", key, other)
	case 9, 10:
		if m.batches {
			now[other], now[key] = value, "last"
			m.want("OK", "mset", other, value, key, "last")
		}
	case 11:
		m.want(fmt.Sprintf(":%d", len(now)), "dbsize")
	case 12:
		m.compare()
	case 13:
		m.flush()
	}
}

func bulk(value string, there bool) string {
	if !there {
		return "nil"
	}
	return strconv.Quote(value)
}

func (m *model) flush() {
	switch m.random.IntN(30) {
	case 0:
		for i := range m.all {
			clear(m.all[i])
		}
		m.want("OK", "flushall")
	case 1, 2:
		clear(m.all[m.index])
		m.want("OK", "flushdb")
	}
}

// compare scans the database and lists its keys.
func (m *model) compare() {
	m.t.Helper()
	want := slices.Sorted(maps.Keys(m.all[m.index]))
	if got := collect(m.t, m.c, nil, "count", strconv.Itoa(1+m.random.IntN(9))); !equalKeys(got, want) {
		m.t.Errorf("a scan of database %d: %q, want %q", m.index, got, want)
	}
	prefix := m.key()
	matching := slices.DeleteFunc(want, func(key string) bool { return !strings.HasPrefix(key, prefix) })
	if got := collect(m.t, m.c, nil, "match", prefix+"*"); len(prefix) > 0 && !equalKeys(got, matching) {
		m.t.Errorf("a scan of database %d for %q: %q, want %q", m.index, prefix, got, matching)
	}
}

// equalKeys compares keys in any order, each of which is there once.
func equalKeys(got, want []string) bool {
	slices.Sort(got)
	return slices.Equal(got, want)
}

// What was written before there were databases is in database 0.
func TestOldKeys(t *testing.T) {
	store := memory(t)
	for _, key := range []string{"\x00", "\x00\x01k", "k", "\xfe\xff"} {
		if err := store.Put(t.Context(), []byte(key), []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, store).dial()
	if got := c.do("keys", "*"); got != `["\x00" "\x00\x01k" "k" "\xfe\xff"]` {
		t.Errorf("keys: %s", got)
	}
	if got := c.do("mget", "\x00", "\x00\x01k", "k", "\xfe\xff"); got != `["v" "v" "v" "v"]` {
		t.Errorf("mget: %s", got)
	}
}

// A flush takes as many steps as it has to, and leaves other databases alone.
func TestFlushOfManyKeys(t *testing.T) {
	for name, store := range everyStore(t) {
		t.Run(name, func(t *testing.T) {
			c := start(t, store).dial()
			c.do("select", "1")
			c.do("set", "stays", "v")
			c.do("select", "0")
			for i := range 3 * maxFlushKeys / 2 {
				if err := store.Put(t.Context(), fmt.Appendf(nil, "%d", i), nil); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 10 {
				c.do("set", strings.Repeat("k", 30_000)+strconv.Itoa(i), "")
			}
			if got := c.do("flushdb"); got != "OK" {
				t.Errorf("flushdb: %s", got)
			}
			if got := c.do("dbsize"); got != ":0" {
				t.Errorf("%s keys are left", got)
			}
			c.do("select", "1")
			if got := c.do("keys", "*"); got != `["stays"]` {
				t.Errorf("another database: %s", got)
			}
		})
	}
}
