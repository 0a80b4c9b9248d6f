package days

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
	registry "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

// A manager is Alertmanager without its servers: what it has to tell goes to no receiver
// but is kept.
type manager struct {
	alerts     *mem.Alerts
	inhibitor  *inhibit.Inhibitor
	dispatcher *dispatch.Dispatcher
	running    sync.WaitGroup

	mu   sync.Mutex
	sent []Notification
}

// Of a server, by default.
const (
	retention   = 120 * time.Hour
	collection  = 30 * time.Minute
	maintenance = 30 * time.Second
)

func newManager(ctx context.Context, c *config.Config) (*manager, error) {
	var (
		m        = new(manager)
		logger   = slog.New(slog.DiscardHandler)
		metrics  = registry.NewRegistry()
		recorder = eventrecorder.NopRecorder()
		features = featurecontrol.NoopFlags{}
		groups   = marker.NewGroupMarker()
		err      error
	)
	if m.alerts, err = mem.NewAlerts(ctx, collection, 0, nil, logger, recorder, metrics, features); err != nil {
		return nil, err
	}
	log, err := nflog.New(nflog.Options{Retention: retention, Logger: logger, Metrics: metrics})
	if err != nil {
		return nil, err
	}
	silences, err := silence.New(silence.Options{Retention: retention, Logger: logger, Metrics: metrics})
	if err != nil {
		return nil, err
	}
	text, err := template.FromGlobs(nil)
	if err != nil {
		return nil, err
	}
	receivers := map[string][]notify.Integration{}
	for _, r := range c.Receivers {
		for i, w := range r.WebhookConfigs {
			receivers[r.Name] = append(receivers[r.Name], notify.NewIntegration(m, w, "webhook", i, r.Name))
		}
	}
	m.inhibitor = inhibit.NewInhibitor(m.alerts, c.InhibitRules, logger, recorder)
	stages := notify.NewPipelineBuilder(metrics, features, recorder).New(
		receivers, func() time.Duration { return 0 }, m.inhibitor, silence.NewSilencer(silences, logger, recorder),
		timeinterval.NewIntervener(nil), groups, log, nil,
	)
	m.dispatcher = dispatch.NewDispatcher(
		m.alerts, dispatch.NewRoute(c.Route, nil), stages, groups, func(d time.Duration) time.Duration { return d },
		maintenance, nil, logger, recorder, dispatch.NewDispatcherMetrics(false, metrics, features), text,
	)
	m.running.Go(m.inhibitor.Run)
	m.inhibitor.WaitForLoading()
	m.running.Go(func() { m.dispatcher.Run(time.Now()) })
	m.dispatcher.WaitForLoading()
	return m, nil
}

// stop ends all that newManager has started.
func (m *manager) stop() {
	m.dispatcher.Stop()
	m.inhibitor.Stop()
	m.alerts.Close()
	m.running.Wait()
}

// Notify keeps what a receiver gets.
func (m *manager) Notify(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	receiver, _ := notify.ReceiverName(ctx)
	group, _ := notify.GroupLabels(ctx)
	n := Notification{Receiver: receiver, Minute: int(time.Since(Begin) / time.Minute), Group: group.String()}
	for _, a := range alerts {
		text := a.Name() + " " + string(a.Labels["severity"]) + " " + subject(a.Labels)
		if a.Resolved() {
			n.Resolved = append(n.Resolved, text)
		} else {
			n.Firing = append(n.Firing, text)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, n)
	return false, nil
}

// subject is what an alert is about.
func subject(l model.LabelSet) string {
	text := string(l["instance"])
	for _, name := range []model.LabelName{"db_namespace", "db_operation_name", "kvdb_resource", "kvdb_replica", "health_check_name"} {
		if v := l[name]; v != "" {
			text += "/" + string(v)
		}
	}
	return text
}
