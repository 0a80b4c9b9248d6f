package everything

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An inventory is what there should be: the catalogue, with what engines declare.
type inventory struct {
	metrics    []catalog.Metric
	attributes []catalog.Attribute
}

// Exceptions are things of the inventory that are not seen, with the reason; one
// that is seen all the same is out of date. They are named as complaints name them.
type exceptions map[string]string

// A comparison of what was seen on a way with what there should be.
type comparison struct {
	way        catalog.Way
	seen       *sightings
	excused    exceptions
	asked      map[string]bool // of the exceptions
	complaints []string
}

func (c *comparison) complain(format string, args ...any) {
	c.complaints = append(c.complaints, fmt.Sprintf("%s: ", c.way)+fmt.Sprintf(format, args...))
}

// missing complains of something that was not seen, unless it is excused.
func (c *comparison) missing(name string, seen bool) {
	full := fmt.Sprintf("%s: %s", c.way, name)
	reason, excused := c.excused[full]
	if excused {
		c.asked[full] = true
	}
	switch {
	case seen && excused:
		c.complain("%s was seen: the exception %q is out of date", name, reason)
	case !seen && !excused:
		c.complain("%s is in the catalogue, and was not seen", name)
	}
}

// against returns what is wrong, in order.
func (c *comparison) against(i inventory) []string {
	c.asked = make(map[string]bool)
	known := make(map[string]bool)
	for _, m := range i.metrics {
		if m.Only != "" && m.Only != c.way {
			continue
		}
		name := m.Name
		if c.way == catalog.Page {
			name = m.PrometheusName()
		}
		known[name] = true
		seen := c.seen.metrics[name]
		c.missing(name, seen != nil)
		if seen != nil {
			c.metric(name, m, seen)
		}
	}
	for name := range c.seen.metrics {
		if !known[name] {
			c.complain("%s was seen, and is not in the catalogue", name)
		}
	}
	c.complaints = append(c.complaints, c.seen.disagree...)
	for _, a := range i.attributes {
		c.values(a)
	}
	for name, reason := range c.excused {
		if strings.HasPrefix(name, string(c.way)+": ") && !c.asked[name] {
			c.complaints = append(c.complaints, fmt.Sprintf("%s: nothing of that name is in the catalogue any more, which the exception %q is for", name, reason))
		}
	}
	slices.Sort(c.complaints)
	return slices.Compact(c.complaints)
}

// metric compares one that was seen.
func (c *comparison) metric(name string, m catalog.Metric, seen *sighting) {
	kind, unit := m.Kind.String(), m.Unit
	if c.way == catalog.Page {
		kind, unit = onPage(m.Kind), ""
	}
	help := seen.help
	if strings.Contains(m.Source, ".") { // others end their sentences
		help = strings.TrimSuffix(help, ".")
	}
	if kind != seen.kind || unit != seen.unit || m.Help != help {
		c.complain("%s is a %s in %q, %q, and in the catalogue a %s in %q, %q", name, seen.kind, seen.unit, help, kind, unit, m.Help)
	}
	known := make(map[string]bool)
	for _, key := range m.Attributes {
		known[c.key(key)] = true
		c.missing(fmt.Sprintf("%s of %s", c.key(key), name), seen.attributes[c.key(key)] != nil)
		if values, ok := m.Values[key]; ok {
			c.set(fmt.Sprintf("%s of %s", c.key(key), name), values, seen.attributes[c.key(key)])
		}
	}
	for key := range seen.attributes {
		if !known[key] {
			c.complain("%s has the attribute %s, which is not in the catalogue", name, key)
		}
	}
}

// set compares the values of something that has few.
func (c *comparison) set(name string, values []string, seen map[string]bool) {
	for _, value := range values {
		c.missing(fmt.Sprintf("%s, %s,", name, value), seen[value])
	}
	for value := range seen {
		if !slices.Contains(values, value) {
			c.complain("%s, %s, was seen, and is not in the catalogue", name, value)
		}
	}
}

// values compares the values that an attribute had where something has happened.
func (c *comparison) values(a catalog.Attribute) {
	if len(a.Values) == 0 {
		return
	}
	seen := c.seen.happened[c.key(a.Key)]
	if a.Key == catalog.ErrorType || a.Key == catalog.OperationName { // others declare more of them
		seen = maps.Clone(seen)
		maps.DeleteFunc(seen, func(value string, _ bool) bool { return !slices.Contains(a.Values, value) })
	}
	c.set(c.key(a.Key), a.Values, seen)
}

func (c *comparison) key(attribute string) string {
	if c.way == catalog.Page {
		return catalog.PrometheusLabel(attribute)
	}
	return attribute
}

// onPage returns the type that Prometheus knows for a kind.
func onPage(k catalog.Kind) string {
	switch k {
	case catalog.UpDownCounter:
		return catalog.Gauge.String()
	case catalog.ExponentialHistogram:
		return catalog.Histogram.String()
	}
	return k.String()
}
