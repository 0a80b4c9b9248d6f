package instrument_test

import (
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// noticeLines returns the lines of notices, without their time.
func noticeLines(t *testing.T, log *testutil.Log) (lines []map[string]any) {
	for _, line := range log.Lines(t) {
		if line["message"] == "store notice" {
			delete(line, "timestamp")
			lines = append(lines, line)
		}
	}
	return lines
}

// What was to tell before Wrap, comes while the store is open, and when it is
// closed has a line each.
func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		notice := func(name string, level kvdb.NoticeLevel) kvdb.Notice {
			return kvdb.Notice{Name: name, Level: level, Text: "what to do", Numbers: map[string]float64{"files": 2, "bytes": 10}}
		}
		below.Board.Post(notice("before", kvdb.NoticeInfo))
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
		synctest.Wait()
		if n := len(noticeLines(t, log)); n != 1 {
			t.Errorf("%d lines after Wrap, want 1", n)
		}
		below.Board.Post(notice("meanwhile", kvdb.NoticeWarn))
		synctest.Wait()
		if n := len(noticeLines(t, log)); n != 2 {
			t.Errorf("%d lines while the store is open, want 2", n)
		}
		below.Board.Post(notice("last", kvdb.NoticeError))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines := noticeLines(t, log)
		if len(lines) != 3 {
			t.Fatalf("the lines are %v, want 3", lines)
		}
		for i, want := range []struct{ name, level string }{{"before", "info"}, {"meanwhile", "warn"}, {"last", "error"}} {
			numbers, _ := lines[i]["numbers"].(map[string]any)
			delete(lines[i], "numbers")
			equalMaps(t, "number", numbers, map[string]any{"files": 2.0, "bytes": 10.0})
			equalMaps(t, "field of "+want.name, lines[i], map[string]any{
				"level": want.level, "message": "store notice", "system": "memory", "namespace": "memory",
				"notice": want.name, "detail": "what to do",
			})
		}
	})
}

// A notice that is wrong is one line all the same, and one that repeats itself
// costs ten lines a second.
func TestNoticesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := testutil.NewFaulty()
		numbers := map[string]float64{"a\nb": 1, "unknown": math.NaN()}
		for _, name := range strings.Split("cdefghijklm", "") {
			numbers[name] = 1
		}
		below.Board.Post(kvdb.Notice{Name: "a\nb", Level: 100, Text: "\xffc\nd" + strings.Repeat("x", 5000), Numbers: numbers})
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
		synctest.Wait()
		lines := noticeLines(t, log)
		if len(lines) != 1 {
			t.Fatalf("the lines are %v", lines)
		}
		detail, _ := lines[0]["detail"].(string)
		if lines[0]["level"] != "error" || lines[0]["notice"] != "a b" || !strings.HasPrefix(detail, "c dx") || len(detail) > 1000 {
			t.Errorf("the line is %v", lines[0])
		}
		shown, _ := lines[0]["numbers"].(map[string]any)
		if names := slices.Sorted(maps.Keys(shown)); len(names) != 8 || names[0] != "a b" || slices.Contains(names, "unknown") {
			t.Errorf("the numbers are %v", shown)
		}
		for range 50 {
			below.Board.Post(kvdb.Notice{Name: "again", Text: "again"})
		}
		synctest.Wait()
		time.Sleep(time.Second)
		below.Board.Post(kvdb.Notice{Name: "again", Text: "again"})
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines = noticeLines(t, log)
		if len(lines) != 11 || lines[10]["suppressed"] != 41.0 {
			t.Errorf("%d lines, the last one is %v", len(lines), lines[len(lines)-1])
		}
	})
}

// No notice is worth a line below the logger's level.
func TestNoticesLevel(t *testing.T) {
	below := testutil.NewFaulty()
	below.Board.Post(kvdb.Notice{Name: "n", Text: "n"})
	logger, log := testutil.NewLog(t, zapcore.WarnLevel)
	w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if lines := noticeLines(t, log); len(lines) > 0 {
		t.Errorf("at warn there is %v", lines)
	}
}

// badNotifier has another engine's notices.
type badNotifier struct {
	*testutil.Faulty
	notices func(context.Context) iter.Seq[kvdb.Notice]
}

func (b badNotifier) Notices(ctx context.Context) iter.Seq[kvdb.Notice] { return b.notices(ctx) }

// A store that panics or hangs while it tells something, and a logger that does
// while it writes that, hold up Close for a second and nothing else.
func TestBadNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		for name, notices := range map[string]func(context.Context) iter.Seq[kvdb.Notice]{
			"panics": func(context.Context) iter.Seq[kvdb.Notice] { panic("notices") },
			"hangs":  func(context.Context) iter.Seq[kvdb.Notice] { return func(func(kvdb.Notice) bool) { <-end } },
		} {
			logger, _ := testutil.NewLog(t, zapcore.InfoLevel)
			testBadNotices(t, name, badNotifier{testutil.NewFaulty(), notices}, instrument.WithLogger(logger))
		}
		for _, fault := range []string{"blocks", "panics", "fails", "exits"} {
			below := testutil.NewFaulty()
			below.Board.Post(kvdb.Notice{Name: "n", Text: "n"})
			testBadNotices(t, "logger "+fault, below, instrument.WithLogger(testutil.NewBadLogger(t, fault)))
		}
	})
}

func testBadNotices(t *testing.T, name string, below kvdb.Store, option instrument.Option) {
	w := wrap(t, below, instrument.WithRegistry(instrument.NewRegistry()), option)
	began := time.Now()
	if err := w.Close(); err != nil || time.Since(began) > time.Second {
		t.Errorf("%s: Close took %v: %v", name, time.Since(began), err)
	}
}
