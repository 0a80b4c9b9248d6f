package days

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// A Notification is what a receiver got about a group of alerts.
type Notification struct {
	Receiver string
	Minute   int
	Group    string   // its labels
	Firing   []string // alerts, by name, severity and instance
	Resolved []string
}

func (n Notification) String() string {
	return fmt.Sprintf("%02d:%02d %s %s firing %v resolved %v", int(hour(n.Minute)), n.Minute%60, n.Receiver, n.Group, n.Firing, n.Resolved)
}

// Notify sends what was found to Alertmanager with a configuration, minute for minute, and
// returns what its receivers got. It needs the clock of a bubble of testing/synctest that has
// just begun.
func (d *Day) Notify(ctx context.Context, configuration string) ([]Notification, error) {
	c, err := config.Load(configuration)
	if err != nil {
		return nil, err
	}
	m, err := newManager(ctx, c)
	if err != nil {
		return nil, err
	}
	defer m.stop()
	found := d.Found
	for minute := range Minutes {
		wait(Evaluated(minute))
		for ; len(found) > 0 && found[0].Minute == minute; found = found[1:] {
			if err := m.alerts.Put(ctx, posted(found[0].Alerts)...); err != nil {
				return nil, err
			}
		}
	}
	wait(Begin.Add((Minutes + 60) * time.Minute)) // for what resolves last
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent, nil
}

func wait(until time.Time) { <-time.After(time.Until(until)) }

// posted are alerts as Prometheus sends them and Alertmanager's API takes them.
func posted(found []*rules.Alert) []*alert.Alert {
	all := make([]*alert.Alert, len(found))
	for i, f := range found {
		a := &alert.Alert{UpdatedAt: time.Now()}
		a.Labels = model.LabelSet{}
		f.Labels.Range(func(l labels.Label) { a.Labels[model.LabelName(l.Name)] = model.LabelValue(l.Value) })
		a.StartsAt, a.EndsAt = f.FiredAt, f.ValidUntil
		if !f.ResolvedAt.IsZero() {
			a.EndsAt = f.ResolvedAt
		}
		all[i] = a
	}
	return all
}

// Pages are the notifications with which somebody is called: those of a group of alerts of
// which none fired before. Others say what has joined, or remind.
func Pages(sent []Notification) (pages []Notification) {
	open := map[string]bool{}
	for _, n := range sent {
		key := n.Receiver + n.Group
		if len(n.Firing) > 0 && !open[key] && n.Receiver != watchdog {
			pages = append(pages, n)
		}
		open[key] = len(n.Firing) > 0
	}
	return pages
}

// watchdog is the receiver of what always fires.
const watchdog = "deadman"

// Ended are the notifications that all of a group is over.
func Ended(sent []Notification) (ended int) {
	for _, n := range sent {
		if len(n.Firing) == 0 && n.Receiver != watchdog {
			ended++
		}
	}
	return ended
}
