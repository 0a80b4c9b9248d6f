package meter

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// providers has the meter of each MeterProvider that stores report to, until
// the last of them has been closed and forgotten. The stores of a provider share
// its instruments, so their names must differ.
var providers = struct {
	mu    sync.Mutex
	known map[metric.MeterProvider]*Meter
}{known: make(map[metric.MeterProvider]*Meter)}

// Of returns the meter of a provider, for one user more; see [Meter.release].
func Of(mp metric.MeterProvider) (*Meter, error) {
	if m := useKnown(mp, nil); m != nil {
		return m, nil
	}
	if twin := twin(mp); twin != nil {
		if m := useKnown(twin, nil); m != nil {
			return m, nil
		}
	}
	m, err := newMeter(mp)
	if err != nil {
		return nil, err
	}
	known := useKnown(mp, m)
	if known != m { // somebody was faster
		m.stop()
	}
	return known, nil
}

// useKnown counts one user more of the meter of a provider: the known one, else
// the given one if there is one.
func useKnown(mp metric.MeterProvider, made *Meter) *Meter {
	providers.mu.Lock()
	defer providers.mu.Unlock()
	m := made
	if isPointer(mp) { // no other value tells two providers apart
		if known := providers.known[mp]; known != nil {
			m = known
		} else if made != nil {
			providers.known[mp] = made
		}
	}
	if m != nil {
		m.users++
	}
	return m
}

// twin returns the known provider that has the same meter as mp. The global
// provider that a program begins with is a placeholder, which has the meters of
// the one that is set later.
func twin(mp metric.MeterProvider) metric.MeterProvider {
	providers.mu.Lock()
	known := slices.Collect(maps.Keys(providers.known))
	providers.mu.Unlock()
	own := mp.Meter(catalog.ScopeInstrument)
	for _, other := range known {
		if m := other.Meter(catalog.ScopeInstrument); isPointer(own) && isPointer(m) && m == own {
			return other
		}
	}
	return nil
}

func isPointer(v any) bool { return reflect.ValueOf(v).Kind() == reflect.Pointer }

// release takes back one use of a meter. The last one lets go of the provider.
func (m *Meter) release() {
	providers.mu.Lock()
	m.users--
	last := m.users == 0
	if last && isPointer(m.provider) {
		delete(providers.known, m.provider)
	}
	providers.mu.Unlock()
	if last {
		m.stop()
	}
}

// ReleaseLater is release when all readers have had time to see the last values.
func (m *Meter) ReleaseLater() { time.AfterFunc(record.Farewell, m.release) }
