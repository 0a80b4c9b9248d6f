package exposition

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// target returns the metric whose labels are the attributes of the resource. The
// exporter would have none for one attribute that cannot be a label, and its
// MeterProvider adds those of the environment once more.
func target(res *resource.Resource, report Report) (prometheus.Metric, error) {
	set, _ := attribute.NewSetWithFiltered(res.Attributes(), func(attr attribute.KeyValue) bool {
		var problem string
		switch {
		case !validKey(string(attr.Key)):
			problem = fmt.Sprintf("the attribute %q of the resource cannot be a label", attr.Key)
		case !validValue(attr.Value):
			problem = fmt.Sprintf("the attribute %s of the resource is no valid UTF-8", attr.Key)
		default:
			return true
		}
		report.Dropped(Drop{Metric: catalog.TargetInfo.Name, Reason: Invalid, Detail: problem, Series: 1})
		return false
	})
	names, values, err := labels(set)
	if err != nil {
		return nil, err
	}
	return prometheus.NewConstMetric(prometheus.NewDesc(catalog.TargetInfo.Name, catalog.TargetInfo.Help, names, nil), prometheus.GaugeValue, 1, values...)
}
