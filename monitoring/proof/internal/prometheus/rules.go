package prometheus

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"
)

// Groups are groups of rules over a database, in the order of their file.
type Groups struct {
	list []*rules.Group
}

// LoadRules reads a file of rules. What they record goes to the database, and notify,
// which may be nil, gets the alerts that a server would send to Alertmanager, with
// resend between two of the same.
func (db *DB) LoadRules(ctx context.Context, file string, interval, resend time.Duration, notify rules.NotifyFunc) (*Groups, error) {
	if notify == nil {
		notify = func(context.Context, string, ...*rules.Alert) {}
	}
	manager := rules.NewManager(&rules.ManagerOptions{
		ExternalURL:     &url.URL{Scheme: "http", Host: "prometheus.test"},
		QueryFunc:       rules.EngineQueryFunc(db.engine, db),
		NotifyFunc:      notify,
		Context:         ctx,
		Appendable:      db,
		Queryable:       db,
		Logger:          slog.New(slog.DiscardHandler),
		ResendDelay:     resend,
		OutageTolerance: time.Hour,
		Parser:          Parser(),
	})
	named, errs := manager.LoadGroups(interval, labels.EmptyLabels(), "", nil, false, file)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	parsed, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, Parser(), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	g := new(Groups)
	for _, group := range named {
		for _, r := range group.AlertingRules() {
			r.SetRestored(true) // or it waits for its past before it shows ALERTS
		}
	}
	for _, group := range parsed.Groups { // for its order
		g.list = append(g.list, named[rules.GroupKey(file, group.Name)])
	}
	return g, nil
}

// Eval evaluates all rules at a time, one after the other. Times must rise from call to
// call.
func (g *Groups) Eval(ctx context.Context, at time.Time) {
	for _, group := range g.list {
		group.Eval(ctx, at)
	}
}

// Rules returns all rules, each with its alerts and with the error of its last
// evaluation.
func (g *Groups) Rules() (all []rules.Rule) {
	for _, group := range g.list {
		all = append(all, group.Rules()...)
	}
	return all
}
