package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// What each operation can do, whole: a change of it changes which series there are.
func TestContractsInFull(t *testing.T) {
	const (
		reads   = "timeout closed unavailable corruption invalid_argument panic _OTHER"
		writes  = "timeout closed read_only too_large unavailable corruption no_space invalid_argument panic _OTHER"
		deletes = "timeout closed read_only unavailable corruption no_space invalid_argument panic _OTHER"
	)
	lasting := strings.NewReplacer(" panic", " engine_failed panic").Replace
	type row struct{ capabilities, outcomes, errors, flags string }
	want := map[catalog.Operation]row{
		catalog.Get:            {"", "ok miss canceled error", reads, "sends delivers"},
		catalog.Put:            {"", "ok conflict canceled error", lasting(writes), "sends"},
		catalog.Delete:         {"", "ok conflict canceled error", lasting(deletes), "sends"},
		catalog.Scan:           {"Scanner PrefixScanner", "ok canceled error", reads, "caller sends delivers"},
		catalog.View:           {"Viewer", "ok aborted canceled error", "timeout closed unavailable corruption panic _OTHER", "caller sends delivers"},
		catalog.Update:         {"Updater", "ok conflict aborted canceled error", writes, "caller sends delivers"},
		catalog.CompareAndSwap: {"Swapper", "ok miss conflict canceled error", writes, "sends"},
		catalog.Ping:           {"Pinger", "ok canceled error", "timeout closed unavailable _OTHER", ""},
		catalog.BatchPut:       {"Batcher", "ok conflict canceled error", writes, "batch sends"},
		catalog.BatchDelete:    {"Batcher", "ok conflict canceled error", deletes, "batch sends"},
		catalog.BatchGet:       {"MultiGetter SizedMultiGetter", "ok canceled error", reads, "batch sends delivers"},
		catalog.Batch:          {"Batcher", "ok conflict canceled error", writes, "batch sends"},
		catalog.Other:          {},
		"":                     {},
		"GET":                  {},
	}
	for operation, want := range want {
		c := operation.Contract()
		var flags []string
		for _, f := range []struct {
			name string
			set  bool
		}{{"caller", c.CallerTime}, {"batch", c.Batch}, {"sends", c.Sends}, {"delivers", c.Delivers}} {
			if f.set {
				flags = append(flags, f.name)
			}
		}
		got := row{strings.Join(c.Capabilities, " "), joined(c.Outcomes), joined(c.Errors), strings.Join(flags, " ")}
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", operation, got, want)
		}
	}
	if n := len(catalog.Operations()) + 3; n != len(want) {
		t.Errorf("%d operations are here, %d there", len(want), n)
	}
}

func joined[T ~string](list []T) string { return strings.Trim(fmt.Sprint(list), "[]") }

// What a contract speaks of is listed, and the capabilities are those that a store of
// package kvdb can have.
func TestContractsSpeakOfWhatIsThere(t *testing.T) {
	capabilities := kvdb.Capabilities(kvdb.NewMemory(nil))
	for _, o := range catalog.Operations() {
		c := o.Contract()
		unique(t, string(o), c.Outcomes)
		unique(t, string(o), c.Errors)
		for _, outcome := range c.Outcomes {
			if !slices.Contains(catalog.Outcomes(), outcome) {
				t.Errorf("%s: there is no outcome %s", o, outcome)
			}
		}
		for _, kind := range c.Errors {
			if !slices.Contains(catalog.ErrorKinds(), kind) {
				t.Errorf("%s: there is no error %s", o, kind)
			}
		}
		if !c.In(capabilities) && o != catalog.Ping {
			t.Errorf("%s: a store of %q does not have it", o, capabilities)
		}
		if c.Batch != strings.HasPrefix(string(o), "BATCH") {
			t.Errorf("%s is a batch: %t", o, c.Batch)
		}
		if last := c.Errors[len(c.Errors)-1]; last != catalog.ErrOther {
			t.Errorf("%s: its last error is %s", o, last)
		}
	}
}

func TestIn(t *testing.T) {
	for name, tc := range map[string]struct {
		of   catalog.Operation
		has  []string
		want bool
	}{
		"every store gets":           {catalog.Get, nil, true},
		"without capabilities":       {catalog.Scan, nil, false},
		"with another":               {catalog.Scan, []string{"Viewer"}, false},
		"with the first":             {catalog.Scan, []string{"Scanner"}, true},
		"with the second":            {catalog.Scan, []string{"Viewer", "PrefixScanner"}, true},
		"with one that is alike":     {catalog.Scan, []string{"scanner", "Scann", "ScannerX", ""}, false},
		"an operation of a Recorder": {"fly", nil, true},
	} {
		if got := tc.of.Contract().In(tc.has); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// A store with all operations begins with at most half of its 1,500 series, so that there
// is room for those that come with errors.
func TestSeriesFromTheStart(t *testing.T) {
	series := 0
	for _, m := range catalog.All() {
		if m.Source != catalog.Requests.Source || !slices.Contains(m.Attributes, catalog.OperationName) ||
			strings.HasPrefix(m.When, "with ") { // an option
			continue
		}
		each := 1
		switch m.Kind {
		case catalog.Histogram:
			each = len(m.Bounds) + 3 // +Inf, the sum and the number
		case catalog.Summary:
			each = len(m.Quantiles) + 2
		}
		for _, o := range catalog.Operations() {
			c := o.Contract()
			switch {
			case slices.Contains(m.Attributes, catalog.OutcomeAttribute):
				series += len(c.Outcomes)
			case m.Name == catalog.Errors.Name:
				series += len(c.Errors)
			case m.Name == catalog.BatchItems.Name && !c.Batch:
			default:
				series += each
			}
		}
	}
	if series < 300 || series > 750 {
		t.Errorf("%d series from the start", series)
	}
}

func TestLatencyOf(t *testing.T) {
	for operation, outside := range map[catalog.Operation]bool{
		catalog.Get: false, catalog.Put: false, catalog.Delete: false, catalog.CompareAndSwap: false,
		catalog.BatchPut: false, catalog.BatchDelete: false, catalog.BatchGet: false, catalog.Batch: false,
		catalog.Scan: true, catalog.View: true, catalog.Update: true, catalog.Ping: true, catalog.Other: true,
		"declared by a program": false, "GET": false, "BLPOP": true, "XREAD": true, "PING": true,
	} {
		if got := operation.OutsideLatency(); got != outside {
			t.Errorf("%s is outside of latency: %t", operation, got)
		}
	}
}

func TestHelpOfStrangers(t *testing.T) {
	if got := catalog.Outcome("lost").Help() + catalog.ErrorKind("lost").Help(); got != "" {
		t.Errorf("%q", got)
	}
	if catalog.ErrorKind("").CallersFault() || catalog.ErrorKind("Closed").CallersFault() {
		t.Error("a stranger is the caller's fault")
	}
	kinds, outcomes := make(map[string]bool), make(map[string]bool)
	for _, k := range catalog.ErrorKinds() {
		kinds[string(k)] = true
	}
	for _, o := range catalog.Outcomes() {
		outcomes[string(o)] = true
	}
	declared(t, "ErrorKind", kinds)
	declared(t, "Outcome", outcomes)
	operations := map[string]bool{string(catalog.Other): true}
	for _, o := range catalog.Operations() {
		operations[string(o)] = true
	}
	declared(t, "Operation", operations)
}
