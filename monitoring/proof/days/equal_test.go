package days

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	am "github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/provider/mem"
	registry "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
)

// about are labels by which subjects of alerts differ. The first ones are of where a program runs,
// and the last ones of a store.
var (
	ofPrograms = []model.LabelName{"cluster", "env", "namespace", "job"}
	ofStores   = []model.LabelName{"db_system_name", "db_namespace", "server_address", "server_port"}
)

const ofInstance model.LabelName = "instance"

var named = regexp.MustCompile(`\$labels\.(\w+)`)

// subjectOf is an alert of a rule, with the labels of what its summary is about: one that names an
// instance or a store has that.
func subjectOf(r rulefmt.Rule) model.LabelSet {
	of := model.LabelSet{"alertname": model.LabelValue(r.Alert), "severity": model.LabelValue(r.Labels["severity"])}
	names := slices.Clone(ofPrograms)
	for _, m := range named.FindAllStringSubmatch(r.Annotations["summary"], -1) {
		switch name := model.LabelName(m[1]); name {
		case ofInstance:
			names = append(names, name)
		case "db_namespace":
			names = append(names, ofStores...)
		}
	}
	for _, name := range names {
		of[name] = "same"
	}
	return of
}

// subjects are those that matchers match, with and without an instance where the matchers tell
// them apart.
func subjects(book []rulefmt.Rule, matchers common.Matchers) (all []model.LabelSet) {
	for _, r := range book {
		of := subjectOf(r)
		if slices.ContainsFunc(matchers, func(m *am.Matcher) bool { return m.Name == string(ofInstance) && m.Value == "" }) {
			delete(of, ofInstance)
		}
		if am.Matchers(matchers).Matches(of) {
			all = append(all, of)
		}
	}
	return all
}

// mutes says whether rules hold an alert back while another one fires.
func mutes(t *testing.T, list []common.InhibitRule, source, target model.LabelSet) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	quiet, recorder := slog.New(slog.DiscardHandler), eventrecorder.NopRecorder()
	all, err := mem.NewAlerts(ctx, time.Hour, 0, nil, quiet, recorder, registry.NewRegistry(), featurecontrol.NoopFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	fires := &alert.Alert{UpdatedAt: time.Now()}
	fires.Labels, fires.StartsAt, fires.EndsAt = source, time.Now(), time.Now().Add(time.Hour)
	if err := all.Put(ctx, fires); err != nil {
		t.Fatal(err)
	}
	i := inhibit.NewInhibitor(all, list, quiet, recorder)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		i.Run()
	}()
	i.WaitForLoading()
	defer func() {
		i.Stop()
		<-ended //otelkv:waitok it has been stopped
	}()
	return i.Mutes(ctx, target)
}

// TestEqual: an inhibition holds back what is about the same in each label that both alerts have,
// and nothing that differs in one. Without that label in its rule it would.
func TestEqual(t *testing.T) {
	t.Parallel()
	c, err := config.Load(string(shipped(t, "alertmanager.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	all, mutants := book(t), 0
	for n, r := range c.InhibitRules {
		name := fmt.Sprintf("%d: %v hold back %v", n+1, r.SourceMatchers, r.TargetMatchers)
		sources, targets := subjects(all, r.SourceMatchers), subjects(all, r.TargetMatchers)
		if len(sources) == 0 || len(targets) == 0 {
			t.Errorf("%s: %d alerts could, and %d could be", name, len(sources), len(targets))
			continue
		}
		for _, source := range sources {
			for _, target := range targets {
				if want := shared(source, target); !slices.Equal(want, slices.Sorted(slices.Values(r.Equal))) {
					t.Errorf("%s: what they share is %v, and equal has to be %v", name, want, r.Equal)
				}
			}
		}
		source, target := sources[0], other(targets, sources[0])
		if !mutes(t, c.InhibitRules, source, target) {
			t.Errorf("%s: they do not", name)
		}
		for i, label := range r.Equal {
			apart := maps.Clone(target)
			apart[model.LabelName(label)] = "another"
			if mutes(t, c.InhibitRules, source, apart) {
				t.Errorf("%s: %v holds back %v", name, source, apart)
			}
			list := slices.Clone(c.InhibitRules)
			list[n].Equal = slices.Delete(slices.Clone(r.Equal), i, i+1)
			if !mutes(t, list, source, apart) {
				t.Errorf("%s: nobody notices that %s is not among its labels", name, label)
			}
			mutants++
		}
	}
	t.Logf("%d labels of %d rules tell apart", mutants, len(c.InhibitRules))
}

// other is a target that is not the source itself.
func other(targets []model.LabelSet, source model.LabelSet) model.LabelSet {
	for _, target := range targets {
		if !target.Equal(source) {
			return target
		}
	}
	return targets[0]
}

// shared are the labels of subjects that both alerts have.
func shared(source, target model.LabelSet) (names []string) {
	for name := range source {
		if _, both := target[name]; both && name != "alertname" && name != "severity" {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return names
}
