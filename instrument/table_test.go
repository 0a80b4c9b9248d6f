package instrument

import "testing"

// Each row of the table can be told: it has the one way to its points that
// belongs to its kind, and a name of its own.
func TestTable(t *testing.T) {
	known := make(map[string]bool)
	for _, r := range table {
		if known[r.name] || r.name == "" || r.description == "" {
			t.Errorf("%q is no name or description of its own: %q", r.name, r.description)
		}
		known[r.name] = true
		numbers := r.kind <= gauge
		if (r.ints != nil) == (r.floats != nil) && numbers || (r.distributions != nil) == numbers {
			t.Errorf("%s: the points do not fit the kind %d", r.name, r.kind)
		}
	}
}
