package days

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// Begin is when every day begins: when clocks of testing/synctest do.
var Begin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// evaluation is when in a minute rules are evaluated: after the scrapes.
const evaluation = 50 * time.Second

// Prometheus restarts at seven in the evening, and takes some minutes for it.
var restart = Minute(19)

const restarting = 2 // alerts end at Alertmanager after four minutes without any news

func paused(minute int) bool { return minute >= restart && minute < restart+restarting }

// A Day is services, and what their rules found.
type Day struct {
	Services []*Service
	DB       *prometheus.DB
	Found    []Found
}

// Found are alerts that a server sends to Alertmanager.
type Found struct {
	Minute int
	Alerts []*rules.Alert
}

// Run lets a day pass: the services live, and Prometheus scrapes and evaluates rules.
func (d *Day) Run(ctx context.Context, book []rulefmt.Rule) error {
	for _, s := range d.Services {
		s.start(Begin.Unix())
	}
	for minute := range Minutes {
		if err := d.scrape(ctx, minute); err != nil {
			return err
		}
	}
	for _, r := range book {
		found, err := d.Evaluate(ctx, r, d.DB)
		if err != nil {
			return err
		}
		d.Found = append(d.Found, found...)
	}
	slices.SortStableFunc(d.Found, func(a, b Found) int { return a.Minute - b.Minute })
	return nil
}

func (d *Day) scrape(ctx context.Context, minute int) error {
	if paused(minute) {
		return nil
	}
	app := d.DB.Appender(ctx)
	at := Begin.Add(time.Duration(minute) * time.Minute).Unix()
	for _, s := range d.Services {
		if err := s.minute(app, at, minute); err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	return app.Commit()
}

// Evaluated is when rules are evaluated in a minute.
func Evaluated(minute int) time.Time {
	return Begin.Add(time.Duration(minute)*time.Minute + evaluation)
}

// copied are alerts as they are now: rules go on to change theirs.
func copied(alerts []*rules.Alert) []*rules.Alert {
	all := make([]*rules.Alert, len(alerts))
	for i, a := range alerts {
		c := *a
		all[i] = &c
	}
	return all
}
