package exposition

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// labels translates attributes as the exporter does. Values whose keys become the
// same label are joined by a semicolon, as the OpenTelemetry specification wants
// it.
func labels(attrs attribute.Set) (names, values []string, err error) {
	joined := make(map[string][]string, attrs.Len())
	for _, attr := range attrs.ToSlice() {
		name, err := labelName(string(attr.Key))
		if err != nil {
			return nil, nil, err
		}
		if _, ok := joined[name]; !ok {
			names = append(names, name)
		}
		joined[name] = append(joined[name], attr.Value.String())
	}
	for _, name := range names {
		slices.Sort(joined[name])
		values = append(values, strings.Join(joined[name], ";"))
	}
	return names, values, nil
}
