package instrument_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The names that engines may use are those that the catalogue leaves to them.
func TestStatNamesBesideTheCatalogue(t *testing.T) {
	if want := catalog.Utilization.Name + "." + catalog.Disk; kvdb.StatDiskUtilization != want {
		t.Errorf("the disk's share is %q, want %q, as it is shown", kvdb.StatDiskUtilization, want)
	}
	constants := []string{kvdb.StatDiskUtilization, kvdb.StatFailovers, kvdb.StatFailoverTime, kvdb.StatWriteStallTime, kvdb.StatFailed}
	for _, m := range catalog.All() {
		if strings.HasPrefix(m.Name, kvdb.StatPrefix) || slices.Contains(constants, m.Name) {
			t.Errorf("%s is an engine's to tell, and in the catalogue", m.Name)
		}
	}
	if string(catalog.Stable) != kvdb.StabilityStable || string(catalog.Development) != kvdb.StabilityDevelopment {
		t.Errorf("stabilities are %q and %q in kvdb, %q and %q in the catalogue",
			kvdb.StabilityStable, kvdb.StabilityDevelopment, catalog.Stable, catalog.Development)
	}
}
