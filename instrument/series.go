package instrument

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Keys that the semantic conventions do not have.
const (
	outcomeKey  = attribute.Key(catalog.OutcomeAttribute)
	resourceKey = attribute.Key(catalog.Resource)
	replicaKey  = attribute.Key(catalog.Replica)

	// In the conventions' package these are functions only.
	poolNameKey  = attribute.Key(catalog.PoolName)
	poolStateKey = attribute.Key(catalog.PoolState)
)

// A series knows the attributes of everything that a store reports. The sets
// are built when they are first needed and kept, because every scrape needs
// them again.
type series struct {
	system, namespace string
	pool              string // of connections
	failures          []string
	base              []attribute.KeyValue

	mu   sync.Mutex
	sets map[seriesKey]attribute.Set
}

// A seriesKey names one set of attributes: of an operation, and with an outcome
// or a failure where the metric has that label.
type seriesKey struct {
	op      operation
	label   labelKind
	value   uint8
	further string // of engine statistics
}

type labelKind uint8

const (
	labelNone labelKind = iota // the operation alone
	labelOutcome
	labelFailure
	labelStore // not even the operation
	labelResource
	labelReplica
	labelPool // with a state, where there is one
)

func newSeries(info kvdb.Info, namespace string, failures []string, further []attribute.KeyValue) *series {
	s := &series{
		system: clean(info.System), namespace: clean(namespace),
		failures: failures, sets: make(map[seriesKey]attribute.Set),
	}
	s.base = []attribute.KeyValue{semconv.DBSystemNameKey.String(s.system), semconv.DBNamespace(s.namespace)}
	if info.Remote && info.Address != "" {
		s.base = append(s.base, semconv.ServerAddress(clean(info.Address)))
		if info.Port > 0 {
			s.base = append(s.base, semconv.ServerPort(info.Port))
		}
	}
	s.pool = poolName(info, s.namespace)
	s.base = append(s.base, further...)
	return s
}

// clean makes a string fit to be a label's value.
func clean(s string) string {
	if s == "" {
		return "unknown"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// with returns the store's attributes and further ones in memory of its own.
func (s *series) with(further ...attribute.KeyValue) []attribute.KeyValue {
	return append(s.base[:len(s.base):len(s.base)], further...)
}

// set returns the attributes of a series.
func (s *series) set(infos []operationInfo, key seriesKey) attribute.Set {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.sets[key]; ok {
		return set
	}
	attrs := make([]attribute.KeyValue, 0, len(s.base)+2)
	attrs = append(attrs, s.base...)
	if key.label <= labelFailure {
		attrs = append(attrs, semconv.DBOperationName(infos[key.op].name))
	}
	switch key.label {
	case labelOutcome:
		attrs = append(attrs, outcomeKey.String(outcome(key.value).String()))
	case labelFailure:
		attrs = append(attrs, semconv.ErrorTypeKey.String(s.failures[key.value]))
	case labelResource:
		attrs = append(attrs, resourceKey.String(key.further))
	case labelPool:
		attrs = append(attrs, poolNameKey.String(s.pool))
		if key.further != "" {
			attrs = append(attrs, poolStateKey.String(key.further))
		}
	case labelReplica:
		attrs = append(attrs, replicaKey.String(key.further))
	}
	set := attribute.NewSet(attrs...)
	s.sets[key] = set
	return set
}

// same reports whether two stores have the same attributes, and so the same
// series.
func (s *series) same(other *series) bool {
	return attribute.NewSet(slices.Clone(s.base)...) == attribute.NewSet(slices.Clone(other.base)...)
}

// merge returns the failures of s followed by those that it lacks, and the slots
// among them of whoever has the given ones.
func (s *series) merge(failures []string) (merged []string, slots []slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	merged = slices.Clone(s.failures)
	for sl := range firstFailureSlot {
		slots = append(slots, sl)
	}
	for _, name := range failures {
		at := slices.Index(merged, name)
		if at < 0 {
			at = len(merged)
			merged = append(merged, name)
		}
		slots = append(slots, failureSlot(failure(at)))
	}
	return merged, slots
}

// extend sets the failures, of which s has the first already.
func (s *series) extend(failures []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = failures
}

// poolName is the name that the semantic conventions have for a pool without
// one.
func poolName(info kvdb.Info, namespace string) string {
	if !info.Remote || info.Address == "" {
		return namespace
	}
	address := clean(info.Address)
	if info.Port > 0 {
		address = net.JoinHostPort(address, strconv.Itoa(info.Port))
	}
	return fmt.Sprintf("%s/%s", address, namespace)
}
