package record

import (
	"fmt"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// Replicas have another name each time that they are back, and nothing is kept of any.
func TestNamesOfReplicasAreNotKept(t *testing.T) {
	s := NewSeries(kvdb.Info{System: "redis"}, "0", nil, nil)
	for i := range 1000 {
		name := fmt.Sprint("replica-", i)
		set := s.Set(nil, SeriesKey{Label: LabelReplica, Further: name})
		if got, _ := set.Value("kvdb.replica"); got.AsString() != name {
			t.Fatalf("the replica is %q, want %q", got.AsString(), name)
		}
	}
	if n := len(s.sets); n != 0 {
		t.Errorf("%d sets are kept", n)
	}
	s.Set(nil, SeriesKey{Label: LabelStore})
	s.Set(nil, SeriesKey{Label: LabelStore})
	if n := len(s.sets); n != 1 {
		t.Errorf("%d sets are kept of what is needed again", n)
	}
}
