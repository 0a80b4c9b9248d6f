package record

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Series knows the attributes of everything that a store reports. The sets
// are built when they are first needed and kept, because every scrape needs
// them again; but those of replicas, whose names come and go.
type Series struct {
	System, Namespace string
	pool              string // of connections
	failures          []string
	base              []attribute.KeyValue

	mu   sync.Mutex
	sets map[SeriesKey]attribute.Set
}

// A SeriesKey names one set of attributes: of an operation, and with an outcome
// or a failure where the metric has that label.
type SeriesKey struct {
	Op      Operation
	Label   labelKind
	Value   uint8
	Further string // of engine statistics
}

type labelKind uint8

// What a point is about.
const (
	LabelNone labelKind = iota // the operation alone
	LabelOutcome
	LabelFailure
	LabelStore // not even the operation
	LabelResource
	LabelReplica
	LabelPool // with a state, where there is one
	LabelDial // of a pool, with the type of an error
)

// NewSeries returns the attributes of a store, with further ones of its user.
func NewSeries(info kvdb.Info, namespace string, failures []string, further []attribute.KeyValue) *Series {
	s := &Series{
		System: Clean(info.System), Namespace: Clean(namespace),
		failures: failures, sets: make(map[SeriesKey]attribute.Set),
	}
	s.base = []attribute.KeyValue{attribute.String(catalog.SystemName, s.System), attribute.String(catalog.Namespace, s.Namespace)}
	if info.Remote && info.Address != "" {
		s.base = append(s.base, attribute.String(catalog.ServerAddress, Clean(info.Address)))
		if info.Port > 0 {
			s.base = append(s.base, attribute.Int(catalog.ServerPort, info.Port))
		}
	}
	s.pool = poolName(info, s.Namespace)
	s.base = append(s.base, further...)
	return s
}

// Clean makes a string fit to be a label's value.
func Clean(s string) string {
	if s == "" {
		return "unknown"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// With returns the store's attributes and further ones in memory of its own.
func (s *Series) With(further ...attribute.KeyValue) []attribute.KeyValue {
	return append(s.base[:len(s.base):len(s.base)], further...)
}

// Set returns the attributes of a series.
func (s *Series) Set(infos []OperationInfo, key SeriesKey) attribute.Set {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.sets[key]; ok {
		return set
	}
	attrs := make([]attribute.KeyValue, 0, len(s.base)+2)
	attrs = append(attrs, s.base...)
	if key.Label <= LabelFailure {
		attrs = append(attrs, attribute.String(catalog.OperationName, infos[key.Op].Name))
	}
	switch key.Label {
	case LabelOutcome:
		attrs = append(attrs, attribute.String(catalog.OutcomeAttribute, Outcome(key.Value).String()))
	case LabelFailure:
		attrs = append(attrs, attribute.String(catalog.ErrorType, s.failures[key.Value]))
	case LabelResource:
		attrs = append(attrs, attribute.String(catalog.Resource, key.Further))
	case LabelPool:
		attrs = append(attrs, attribute.String(catalog.PoolName, s.pool))
		if key.Further != "" {
			attrs = append(attrs, attribute.String(catalog.PoolState, key.Further))
		}
	case LabelDial:
		attrs = append(attrs, attribute.String(catalog.PoolName, s.pool), attribute.String(catalog.ErrorType, key.Further))
	case LabelReplica:
		attrs = append(attrs, attribute.String(catalog.Replica, key.Further))
	}
	set := attribute.NewSet(attrs...)
	if key.Label != LabelReplica {
		s.sets[key] = set
	}
	return set
}

// same reports whether two stores have the same attributes, and so the same
// series.
func (s *Series) same(other *Series) bool {
	return attribute.NewSet(slices.Clone(s.base)...) == attribute.NewSet(slices.Clone(other.base)...)
}

// merge returns the failures of s followed by those that it lacks, and the slots
// among them of whoever has the given ones.
func (s *Series) merge(failures []string) (merged []string, slots []Slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	merged = slices.Clone(s.failures)
	for sl := range FirstFailureSlot {
		slots = append(slots, sl)
	}
	for _, name := range failures {
		at := slices.Index(merged, name)
		if at < 0 {
			at = len(merged)
			merged = append(merged, name)
		}
		slots = append(slots, FailureSlot(Failure(at)))
	}
	return merged, slots
}

// extend sets the failures, of which s has the first already.
func (s *Series) extend(failures []string) {
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
	address := Clean(info.Address)
	if info.Port > 0 {
		address = net.JoinHostPort(address, strconv.Itoa(info.Port))
	}
	return fmt.Sprintf("%s/%s", address, namespace)
}

// FailureName returns the error.type of a failure.
func (s *Series) FailureName(f Failure) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures[f]
}
