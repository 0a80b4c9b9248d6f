package alerts

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
	"time"
)

// A subject is an alert about a program, whose job is the name of its trial.
type subject struct{ job, alert string }

// A delivery is what a webhook was told about a subject.
type delivery struct {
	receivers map[string]bool // that were told, pager and tickets and so on
	series    map[string]bool // that fire, by their fingerprints
	firing    time.Time       // when it first was
	resolved  time.Time       // when the last series was; zero while one fires
	pages     int             // how often the first series began to fire
}

// A webhook is who is notified by an Alertmanager. Its address is below url, with the
// name of the receiver.
type webhook struct {
	url string

	mu   sync.Mutex
	told map[subject]*delivery
}

func newWebhook(t *testing.T) *webhook {
	t.Helper()
	w := &webhook{told: make(map[subject]*delivery)}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// ServeHTTP implements http.Handler.
func (w *webhook) ServeHTTP(res http.ResponseWriter, r *http.Request) {
	var notice struct {
		Alerts []struct {
			Status, Fingerprint string
			Labels              map[string]string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&notice); err != nil {
		http.Error(res, err.Error(), http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range notice.Alerts {
		s := subject{a.Labels["job"], a.Labels["alertname"]}
		if w.told[s] == nil {
			w.told[s] = &delivery{receivers: make(map[string]bool), series: make(map[string]bool)}
		}
		if a.Status == "firing" {
			w.told[s].fires(path.Base(r.URL.Path), a.Fingerprint, time.Now())
		} else {
			w.told[s].ends(a.Fingerprint, time.Now())
		}
	}
}

func (d *delivery) fires(receiver, series string, now time.Time) {
	if d.pages == 0 {
		d.firing = now
	}
	if len(d.series) == 0 {
		d.pages++
	}
	d.receivers[receiver], d.series[series], d.resolved = true, true, time.Time{}
}

func (d *delivery) ends(series string, now time.Time) {
	delete(d.series, series)
	if len(d.series) == 0 && d.resolved.IsZero() {
		d.resolved = now
	}
}

// about returns what the webhook was told about a job, by alert.
func (w *webhook) about(job string) map[string]delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]delivery)
	for s, d := range w.told {
		if s.job == job && d.pages > 0 {
			copied := *d
			copied.receivers = maps.Clone(d.receivers)
			all[s.alert] = copied
		}
	}
	return all
}
