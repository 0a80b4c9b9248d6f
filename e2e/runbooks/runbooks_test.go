package runbooks

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const (
	together = 8               // programs at once
	patience = 4 * time.Minute // for all blocks of a trial
	longest  = 8 * time.Minute // for all trials
	between  = time.Second     // two tries
)

// TestRunbooks runs every block of every runbook.
func TestRunbooks(t *testing.T) {
	process.Long(t)
	for _, name := range []string{"bash", "jq", "curl", "awk"} {
		process.Installed(t, name)
	}
	if _, err := programs(); err != nil {
		t.Fatal(err)
	}
	if err := engineTools(); err != nil {
		process.Missing(t, err.Error())
	}
	s, all, l := startServer(t), tested(t), newLedger()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	began := time.Now()
	room := make(chan struct{}, together)
	var running sync.WaitGroup
	for _, tr := range trials {
		room <- struct{}{}
		running.Go(func() {
			defer func() { <-room }()
			t.Run(tr.name, func(t *testing.T) {
				if tr.only == "" {
					l.begin(tr.books)
				}
				tr.run(ctx, t, s, all, l)
				if !t.Skipped() {
					l.end(tr)
				}
			})
		})
	}
	running.Wait()
	t.Logf("all of it took %v", time.Since(began).Round(time.Second))
	l.check(t, all)
	l.stale(t)
}

// run starts the program and lets the fault begin. Of each runbook the expressions of the
// alert come first, so that the other blocks are run while it holds.
func (tr *trial) run(ctx context.Context, t *testing.T, s *server, all map[string][]block, l *ledger) {
	p := tr.start(t, s)
	if tr.on != nil {
		settled := time.NewTimer(tr.settle)
		defer settled.Stop()
		<-settled.C //otelkv:waitok a timer
		tr.on(t, p)
	}
	began := time.Now()
	var running sync.WaitGroup
	var last []func() // what is for a store that is closed
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, book := range tr.books {
		r := &reader{T: t, setting: &setting{s, p, t.TempDir()}, ledger: l}
		rules, commands, queries, closed := tr.sorted(all[book])
		holds := make(chan struct{})
		running.Go(func() { r.read(ctx, rules, sync.OnceFunc(func() { close(holds) })) })
		for _, list := range [][]block{commands, queries} {
			running.Go(func() {
				<-holds //otelkv:waitok the context has a limit
				r.read(ctx, list, func() {})
			})
		}
		if len(closed) > 0 {
			last = append(last, func() { r.read(ctx, closed, func() {}) })
		}
	}
	running.Wait()
	if len(last) > 0 {
		p.Stop(t)
	}
	for _, read := range last {
		read()
	}
	t.Logf("its blocks took %v", time.Since(began).Round(time.Second))
}

// sorted are the blocks of a runbook that the trial is for, by what they wait for.
func (tr *trial) sorted(list []block) (rules, commands, queries, closed []block) {
	for _, b := range list {
		switch {
		case b.rule && slices.Contains(tr.alerted, b.book):
			rules = append(rules, b)
		case b.engine() != "":
			if tr.asks(b) {
				closed = append(closed, b)
			}
		case tr.only != "" && !strings.Contains(b.text, tr.only):
		case tr.only == "" && strings.Contains(b.text, redisCLI):
		case b.rule:
			rules = append(rules, b)
		case b.language == "promql":
			queries = append(queries, b)
		default:
			commands = append(commands, b)
		}
	}
	return rules, commands, queries, closed
}

// A reader follows a runbook.
type reader struct {
	*testing.T
	*setting
	*ledger
	seen map[int]int // sights, by block
}

// read runs blocks again and again, until each has told something or is known to have
// nothing to tell. It calls told when one has, and in the end.
func (r *reader) read(ctx context.Context, list []block, told func()) {
	defer told()
	tick := time.NewTicker(between)
	defer tick.Stop()
	last := make(map[int]error)
	for {
		list = slices.DeleteFunc(list, func(b block) bool {
			done, err := r.attempt(ctx, b, told)
			if err != nil && ctx.Err() == nil {
				last[b.n] = err
			}
			return done
		})
		if len(list) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			for _, b := range list {
				r.Errorf("%v: %v", b, last[b.n])
			}
			return
		case <-tick.C:
		}
	}
}

// attempt runs a block, and returns whether that is enough.
func (r *reader) attempt(ctx context.Context, b block, told func()) (done bool, err error) {
	out, err := runners[b.language](ctx, r.setting, b)
	if err == nil {
		err = r.see(b, out)
	}
	if err == nil {
		r.Logf("%v: %s", b, tail(out))
		r.tell(b)
		told()
		return true, nil
	}
	if i := r.trial.excuse(b); i >= 0 && errors.Is(err, errSilent) {
		r.ledger.excuse(b, i)
		return true, nil
	}
	return false, err
}

// excuse returns which of the silences a block has under the fault, or -1.
func (tr *trial) excuse(b block) int {
	return slices.IndexFunc(silent, func(s silence) bool { return s.trial == tr.name && s.covers(b) })
}
