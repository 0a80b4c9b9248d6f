package points

import "go.opentelemetry.io/otel/sdk/metric/metricdata"

// Split returns the first n points and the others, as two exports that share the
// points with rm.
func Split(rm *metricdata.ResourceMetrics, n int) (first, rest *metricdata.ResourceMetrics) {
	first = &metricdata.ResourceMetrics{Resource: rm.Resource}
	rest = &metricdata.ResourceMetrics{Resource: rm.Resource}
	for _, scope := range rm.ScopeMetrics {
		a, b := metricdata.ScopeMetrics{Scope: scope.Scope}, metricdata.ScopeMetrics{Scope: scope.Scope}
		for _, m := range scope.Metrics {
			switch size := Len(m.Data); {
			case size <= n:
				a.Metrics = append(a.Metrics, m)
				n -= size
			case n == 0:
				b.Metrics = append(b.Metrics, m)
			default:
				left, right := m, m
				left.Data, right.Data = cut(m.Data, n)
				a.Metrics, b.Metrics = append(a.Metrics, left), append(b.Metrics, right)
				n = 0
			}
		}
		if len(a.Metrics) > 0 {
			first.ScopeMetrics = append(first.ScopeMetrics, a)
		}
		if len(b.Metrics) > 0 {
			rest.ScopeMetrics = append(rest.ScopeMetrics, b)
		}
	}
	return first, rest
}

// cut divides the points of a metric.
func cut(data metricdata.Aggregation, n int) (first, rest metricdata.Aggregation) {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Gauge[float64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Sum[int64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Sum[float64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Histogram[int64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Histogram[float64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.ExponentialHistogram[int64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.ExponentialHistogram[float64]:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	case metricdata.Summary:
		e := d
		d.DataPoints, e.DataPoints = d.DataPoints[:n], d.DataPoints[n:]
		return d, e
	}
	return data, data
}
