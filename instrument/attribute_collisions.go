package instrument

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// reservedKeys are those that the store sets itself, and what Prometheus keeps for
// itself.
var reservedKeys = []attribute.Key{
	catalog.SystemName, catalog.Namespace, catalog.ServerAddress, catalog.ServerPort,
	catalog.OperationName, catalog.BatchSize, catalog.ErrorType, catalog.OutcomeAttribute, catalog.EvidenceID,
	catalog.Resource, catalog.Replica, catalog.PoolName, catalog.PoolState, "le", "quantile",
}

// collisions returns what is wrong with the user's attributes beside the
// store's own: on /metrics each needs a label to itself.
func collisions(further []attribute.KeyValue) []error {
	taken := make(map[string]attribute.Key)
	for _, key := range reservedKeys {
		taken[label(key)] = key
	}
	var errs []error
	for _, kv := range further {
		if other, ok := taken[label(kv.Key)]; ok {
			errs = append(errs, fmt.Errorf("WithAttributes: %q has the label of %q: choose another key", kv.Key, other))
			continue
		}
		taken[label(kv.Key)] = kv.Key
	}
	return errs
}

// label is the key's name on /metrics.
func label(key attribute.Key) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		default:
			return '_'
		}
	}, string(key))
}
