package alerts

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

const (
	settle   = 16 * time.Second  // of normal traffic before a fault
	dwell    = 10 * time.Second  // of a fault after the alerts: there must be no others
	patience = 260 * time.Second // for the alerts of a fault, and for their end
)

// A course is how far a trial is.
type course struct {
	*trial
	*program
	phase                     phase
	on, arrived, ended, since time.Time // the fault, all its alerts, the fault's end, the phase
	stopCallers               func()
	late                      string // what did not happen
	seen                      map[*chain]sight
	wrong                     bool // something of it
}

type phase int

const (
	starting phase = iota
	before
	failing
	lingering
	mending
	over
)

// A sight is what a chain has had of a trial when it was over.
type sight struct {
	told map[string]delivery
	held map[string]hold
}

func (c *course) begin(t *testing.T, now time.Time) {
	t.Helper()
	c.start(t)
	c.next(starting, now)
}

// step takes the trial on.
func (c *course) step(t *testing.T, chains []*chain, now time.Time) {
	t.Helper()
	switch c.phase {
	case starting:
		switch {
		case c.ready():
			if c.trial.redis != nil {
				c.stopCallers = callAs(t, *c.trial.redis, c.program)
			}
			c.next(before, now)
		case now.Sub(c.since) > patience:
			c.late = "the program does not start"
			c.finish(chains, now)
		}
	case before:
		quiet := c.settle
		if quiet == 0 {
			quiet = settle
		}
		if c.job == healthy || now.Sub(c.since) < quiet {
			return
		}
		c.act(t, c.trial.on, c.trial.name)
		c.on = now
		c.next(failing, now)
	case failing, lingering:
		c.fail(t, chains, now)
	case mending:
		if why := c.lasting(chains); why == "" || now.Sub(c.since) > patience {
			if c.late == "" {
				c.late = why
			}
			t.Logf("%s: alerts after %v, mended after %v %s", c.job, c.arrived.Sub(c.on).Round(time.Second), now.Sub(c.ended).Round(time.Second), c.late)
			c.finish(chains, now)
		}
	case over:
	}
}

// fail waits for what the fault has to bring, and for what it must not.
func (c *course) fail(t *testing.T, chains []*chain, now time.Time) {
	t.Helper()
	switch {
	case c.phase == failing:
		if why := c.missing(chains); why == "" || now.Sub(c.since) > patience {
			c.late, c.arrived = why, now
			c.next(lingering, now)
		}
	case now.Sub(c.since) >= dwell:
		c.act(t, c.off, "none")
		c.ended = now
		c.next(mending, now)
	}
}

func (c *course) act(t *testing.T, do func(*testing.T, *program), kind string) {
	t.Helper()
	if do == nil {
		do = post(kind)
	}
	do(t, c.program)
}

func (c *course) next(p phase, now time.Time) { c.phase, c.since = p, now }

// finish keeps what has been seen, and makes room for another program.
func (c *course) finish(chains []*chain, now time.Time) {
	c.seen = make(map[*chain]sight)
	for _, ch := range chains {
		s := sight{ch.webhook.about(c.job), make(map[string]hold)}
		for name, h := range ch.about(c.job) {
			kept := *h
			kept.because = maps.Clone(h.because)
			s.held[name] = kept
		}
		c.seen[ch] = s
	}
	if c.stopCallers != nil {
		c.stopCallers()
	}
	c.stop()
	c.next(over, now)
}

// missing says what has not arrived yet.
func (c *course) missing(chains []*chain) string {
	for _, ch := range chains {
		told, held := ch.webhook.about(c.job), ch.about(c.job)
		for _, name := range c.pages {
			if told[name].pages == 0 {
				return fmt.Sprintf("%s does not arrive at the webhook of the %s Alertmanager", name, ch.name)
			}
		}
		for _, name := range c.silent {
			if h := held[name]; h == nil || h.silent.IsZero() {
				return fmt.Sprintf("%s does not come to the %s Alertmanager as inhibited", name, ch.name)
			}
		}
	}
	return ""
}

// lasting says what has not ended yet. What waits to fire has not: a trial that ends before it
// does would not see that it pages.
func (c *course) lasting(chains []*chain) string {
	for _, ch := range chains {
		for name, d := range ch.webhook.about(c.job) {
			if d.resolved.IsZero() {
				return fmt.Sprintf("the webhook of the %s Alertmanager does not hear that %s is resolved", ch.name, name)
			}
		}
		for name, h := range ch.about(c.job) {
			if h.now {
				return fmt.Sprintf("the %s Alertmanager still has %s", ch.name, name)
			}
		}
		if name := ch.waiting[c.job]; name != "" {
			return fmt.Sprintf("%s waits to fire in the %s Prometheus", name, ch.name)
		}
	}
	return ""
}
