package exposition

import (
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// Names knows which scope made a metric of which name first. Prometheus has one
// space of names, and OpenTelemetry one for each scope.
//
// It learns of instruments when they are made, by a View, and of what producers
// yield when it is collected. Its methods are safe for concurrent use.
type Names struct {
	yielding []string // names of gauges that are ours until the program has them

	mu       sync.Mutex
	built    map[identity]string // the family of each metric; "" when it cannot have one
	families map[string]*family
	made     int // generation: how many claims there are
}

// An identity is what a name of Prometheus is made of.
type identity struct {
	name, unit string
	kind       kind
}

// A family is a name on the page and who claims it, in the order in which they
// came.
type family struct{ claims []claim }

// maxClaims bounds what a program costs that makes a scope for each request. What
// comes later is treated as the last of its family.
const maxClaims = 100

type claim struct {
	identity
	scope       instrumentation.Scope
	description string
	yields      bool // when the program has a gauge of this name
}

// NewNames returns names that nobody has claimed. A gauge of ours that has one of
// the given names yields to one that the program makes: both mean one thing, and
// the program says what it is.
func NewNames(yielding ...string) *Names {
	return &Names{yielding: yielding, built: make(map[identity]string), families: make(map[string]*family)}
}

// View is a View of the MeterProvider that changes nothing and sees every
// instrument.
func (n *Names) View(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.claim(claim{
		identity: identity{i.Name, i.Unit, instrumentKind(i.Kind)}, scope: i.Scope, description: i.Description,
	}, false)
	return sdkmetric.Stream{}, false
}

func instrumentKind(k sdkmetric.InstrumentKind) kind {
	switch k {
	case sdkmetric.InstrumentKindCounter, sdkmetric.InstrumentKindObservableCounter:
		return counter
	case sdkmetric.InstrumentKindHistogram:
		return histogram
	case sdkmetric.InstrumentKindUpDownCounter, sdkmetric.InstrumentKindObservableUpDownCounter:
		return upDown
	default:
		return gauge
	}
}

// Taken reports whether a gauge of ours has to yield to one of the program's.
func (n *Names) Taken(name, unit string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.families[n.build(identity{name, unit, gauge})]
	return f != nil && f.taken() && slices.Contains(n.yielding, name)
}

// taken reports whether the program has a gauge of this name.
func (f *family) taken() bool {
	return slices.ContainsFunc(f.claims, func(c claim) bool { return c.kind.isGauge() && !ours(c.scope) })
}

// standing returns the claims that hold.
func (f *family) standing() []claim {
	if !f.taken() {
		return f.claims
	}
	return slices.DeleteFunc(slices.Clone(f.claims), func(c claim) bool { return c.yields })
}

func (n *Names) generation() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.made
}

// claim notes that a scope has a metric, unless that cannot have a family. The
// first claim decides what the family is.
func (n *Names) claim(c claim, first bool) {
	name := n.build(c.identity)
	if name == "" {
		return
	}
	f := n.families[name]
	if f == nil {
		f = new(family)
		n.families[name] = f
	}
	if f.index(c.scope, c.identity, c.description) >= 0 || len(f.claims) >= maxClaims {
		return
	}
	n.made++
	c.yields = ours(c.scope) && c.kind.isGauge() && slices.Contains(n.yielding, c.name)
	if first {
		f.claims = slices.Insert(f.claims, 0, c)
	} else {
		f.claims = append(f.claims, c)
	}
}

// build returns the name on the page.
func (n *Names) build(m identity) string {
	name, ok := n.built[m]
	if !ok {
		namer := otlptranslator.NewMetricNamer("", translation)
		name, _ = namer.Build(otlptranslator.Metric{Name: m.name, Unit: m.unit, Type: m.kind.translated()})
		n.built[m] = name
	}
	return name
}

func (k kind) translated() otlptranslator.MetricType {
	switch k {
	case counter:
		return otlptranslator.MetricTypeMonotonicCounter
	case upDown:
		return otlptranslator.MetricTypeNonMonotonicCounter
	case gauge:
		return otlptranslator.MetricTypeGauge
	case histogram:
		return otlptranslator.MetricTypeHistogram
	case summary:
		return otlptranslator.MetricTypeSummary
	}
	return otlptranslator.MetricTypeUnknown
}

func (f *family) index(scope instrumentation.Scope, m identity, description string) int {
	return slices.IndexFunc(f.claims, func(c claim) bool {
		return c.identity == m && c.scope == scope && c.description == description
	})
}

// ours tells the scopes of this project: what shares a name among them is one
// metric.
func ours(s instrumentation.Scope) bool { return oursIs(s.Name) }

func oursIs(scope string) bool { return strings.HasPrefix(scope, "github.com/otelkv/otelkv/") }
