package prometheus

import (
	"context"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// Nowhere is where a rule that is only tried records.
var Nowhere storage.Appendable = nowhere{}

type nowhere struct{}

func (nowhere) Appender(context.Context) storage.Appender { return dropper{} }

// A dropper drops what rules append.
type dropper struct{ storage.Appender }

func (dropper) SetOptions(*storage.AppendOptions) {}
func (dropper) Commit() error                     { return nil }
func (dropper) Rollback() error                   { return nil }

func (dropper) Append(storage.SeriesRef, labels.Labels, int64, float64) (storage.SeriesRef, error) {
	return 0, nil
}
