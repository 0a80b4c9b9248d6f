package kvdb_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otelkv/otelkv/kvdb"
)

func TestCheckNotice(t *testing.T) {
	sound := kvdb.Notice{Name: kvdb.NoticeOpenedWithLess, Level: kvdb.NoticeError, Text: "Lücken", Numbers: map[string]float64{"files_2": 1}}
	for name, c := range map[string]struct {
		spoil func(*kvdb.Notice)
		says  string // nothing: it is right
	}{
		"sound":            {func(*kvdb.Notice) {}, ""},
		"longest":          {func(n *kvdb.Notice) { n.Text = strings.Repeat("x", 1000) }, ""},
		"no name":          {func(n *kvdb.Notice) { n.Name = "" }, "a name"},
		"name with a dot":  {func(n *kvdb.Notice) { n.Name = "a.b" }, `"a.b" wants a name`},
		"long name":        {func(n *kvdb.Notice) { n.Name = strings.Repeat("x", 65) }, "a name"},
		"level":            {func(n *kvdb.Notice) { n.Level = 3 }, "level 3"},
		"level below":      {func(n *kvdb.Notice) { n.Level = -1 }, "level -1"},
		"no text":          {func(n *kvdb.Notice) { n.Text = "" }, "a text"},
		"two lines":        {func(n *kvdb.Notice) { n.Text = "a\nb" }, "one line"},
		"long text":        {func(n *kvdb.Notice) { n.Text = strings.Repeat("x", 1001) }, "1000 bytes"},
		"other encoding":   {func(n *kvdb.Notice) { n.Text = "\xff" }, "a text"},
		"number, name":     {func(n *kvdb.Notice) { n.Numbers = map[string]float64{"A": 1} }, `number "A" of 1`},
		"number, infinite": {func(n *kvdb.Notice) { n.Numbers = map[string]float64{"a": math.Inf(1)} }, "+Inf"},
		"number, unknown":  {func(n *kvdb.Notice) { n.Numbers = map[string]float64{"a": math.NaN()} }, "NaN"},
		"many numbers": {func(n *kvdb.Notice) {
			n.Numbers = map[string]float64{}
			for i := range 9 {
				n.Numbers[fmt.Sprint("n", i)] = 1
			}
		}, "9 numbers"},
	} {
		n := sound
		c.spoil(&n)
		if err := kvdb.CheckNotice(n); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
}

func numbered(i int) kvdb.Notice { return kvdb.Notice{Name: "n", Text: fmt.Sprint(i)} }

// texts returns what a loop over the notices of a board has got.
func texts(ctx context.Context, b *kvdb.NoticeBoard) (got []string) {
	for n := range b.Notices(ctx) {
		got = append(got, n.Text)
	}
	return got
}

func over(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestNoticeBoard(t *testing.T) {
	var b kvdb.NoticeBoard
	if got := texts(over(t), &b); got != nil {
		t.Errorf("an empty board yielded %q", got)
	}
	b.Post(numbered(1))
	b.Post(numbered(2))
	for range 2 {
		if got := texts(over(t), &b); !slices.Equal(got, []string{"1", "2"}) {
			t.Errorf("the notices are %q", got)
		}
	}
	for range b.Notices(t.Context()) {
		break // and does not wait
	}
	for i := 3; i <= 100; i++ {
		b.Post(numbered(i))
	}
	if got := texts(over(t), &b); len(got) != 64 || got[0] != "37" || got[63] != "100" {
		t.Errorf("after a hundred, the notices are %q, want the last 64", got)
	}
}

// Those who wait get what is posted meanwhile, and what was there when their
// context ended.
func TestNoticeBoardWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b kvdb.NoticeBoard
		b.Post(numbered(1))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var readers sync.WaitGroup
		got := make([][]string, 3)
		for i := range got {
			readers.Go(func() { got[i] = texts(ctx, &b) })
		}
		synctest.Wait()
		b.Post(numbered(2))
		synctest.Wait()
		b.Post(numbered(3))
		cancel()
		readers.Wait()
		for _, g := range got {
			if !slices.Equal(g, []string{"1", "2", "3"}) {
				t.Errorf("a reader got %q", g)
			}
		}
	})
}

// A loop that is slower than the engine loses the oldest ones, and none twice.
func TestNoticeBoardSlowReader(t *testing.T) {
	var b kvdb.NoticeBoard
	b.Post(numbered(0))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	for n := range b.Notices(ctx) {
		got = append(got, n.Text)
		if n.Text == "0" {
			for i := 1; i <= 200; i++ {
				b.Post(numbered(i))
			}
			cancel()
		}
	}
	if len(got) != 65 || got[1] != "137" || got[64] != "200" {
		t.Errorf("a slow reader got %q", got)
	}
}

func TestNoticeBoardConcurrently(t *testing.T) {
	var b kvdb.NoticeBoard
	ctx, cancel := context.WithCancel(t.Context())
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() { texts(ctx, &b) })
		writers.Go(func() {
			for i := range 200 {
				b.Post(numbered(i))
			}
		})
	}
	writers.Wait()
	cancel()
	readers.Wait()
}
