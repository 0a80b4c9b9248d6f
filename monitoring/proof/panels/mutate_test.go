package panels_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// mutate wants somebody to notice each mutant of a query.
func (s *session) mutate(t *testing.T, target generate.Target) {
	t.Helper()
	wants := s.wanted(target)
	changes := []mutant.Change{mutant.Selectors, mutant.Aggregations, mutant.Quantiles}
	if !judged[key(target)] {
		changes = append(changes, mutant.Comparisons)
	}
	mutants := make([][]mutant.Mutant, len(wants)) // of the same query with other values of variables
	for i, w := range wants {
		if i > 0 && w.rates == wants[0].rates && w.quantile == wants[0].quantile {
			mutants[i] = about(w.job, wants[0].job, mutants[0])
			continue
		}
		var err error
		if mutants[i], err = mutant.Everywhere(w.fill(s.values, target.Expr), changes...); err != nil {
			t.Fatal(err)
		}
	}
	if len(wants) == 0 {
		return
	}
	noticed := 0
	for n, m := range mutants[0] {
		if same(m.What) || s.alone(t, target, wants, m.What) {
			continue
		}
		if s.notices(t, target, wants, mutants, n) {
			noticed++
			continue
		}
		if !slices.ContainsFunc(survivors, func(v survivor) bool { return v.covers(target, m) }) {
			t.Errorf("nobody notices: %s: %s", m.What, m.Expr)
		}
	}
	t.Logf("%d of %d mutants are noticed", noticed, len(mutants[0]))
}

// about are the same mutants about another job.
func about(job, before string, mutants []mutant.Mutant) []mutant.Mutant {
	all := slices.Clone(mutants)
	for i := range all {
		all[i].Expr = strings.ReplaceAll(all[i].Expr, `"`+before+`"`, `"`+job+`"`)
	}
	return all
}

func (s *session) notices(t *testing.T, target generate.Target, wants []want, mutants [][]mutant.Mutant, n int) bool {
	t.Helper()
	for i, w := range wants {
		for _, world := range recording.Worlds() {
			if world != recording.Native && judged[key(target)] && w.job != "kv-slow" {
				continue // they differ in histograms alone
			}
			if w.here(world) && s.holdsTo(t, target, w, world, mutants[i][n].Expr) != nil {
				return true
			}
		}
	}
	return false
}

// same reports whether a mutant says the same: a variable that nobody has chosen a value of
// leaves nothing out.
func same(what string) bool {
	return strings.HasPrefix(what, "drop ") && (strings.Contains(what, `=~".+" of `) || strings.Contains(what, `=~".*" of `) ||
		strings.Contains(what, `=~".+|" of `) || strings.Contains(what, `=~".*|" of `))
}

// alone reports whether a mutant aggregates in another way what is one series for each
// group here: then the sum is the highest and the lowest.
func (s *session) alone(t *testing.T, target generate.Target, wants []want, what string) bool {
	t.Helper()
	rest, ok := strings.CutPrefix(what, "aggregation ")
	if !ok {
		return false
	}
	to, text, _ := strings.Cut(rest, " ")
	e, err := prometheus.Parser().ParseExpr(text)
	if err != nil {
		t.Fatal(err)
	}
	a, ok := e.(*parser.AggregateExpr)
	if !ok || a.Op == parser.COUNT || a.Op == parser.GROUP || to == "count" {
		return false
	}
	a.Op = parser.COUNT
	crowd := "(" + a.String() + ") > 1"
	for _, w := range wants {
		c := s.course(w.job)
		for _, world := range recording.Worlds() {
			// Jobs differ from want to want.
			v, err := s.ask(t, world, strings.ReplaceAll(crowd, `"`+wants[0].job+`"`, `"`+w.job+`"`), c.at)
			if err != nil {
				t.Fatal(err)
			}
			if len(v) > 0 {
				return false
			}
		}
	}
	return true
}

// A survivor is a kind of mutant that the proof need not notice, with the reason.
type survivor struct {
	panel string // the beginning of panel and letter
	what  string // the beginning of the mutation, and what is in it, with … between
	why   string
}

func (v survivor) covers(target generate.Target, m mutant.Mutant) bool {
	if !strings.HasPrefix(key(target), v.panel) {
		return false
	}
	at := 0
	for i, word := range strings.Split(v.what, "…") { // the first is where it begins
		found := strings.Index(m.What[at:], word)
		if found < 0 || i == 0 && found > 0 {
			return false
		}
		at += found + len(word)
	}
	return true
}

var survivors = []survivor{
	{"", "drop job=~…", "what else runs at that time is not known, and the linter of the generator's tests wants the matcher on each selector"},
	{"", "invert job=~…", "the same"},
	{"", `drop error_type!~"closed|too_large|invalid_argument"…`, "no fault makes these errors, which are the caller's"},
	{"", `value error_type!~"closed|too_large|invalid_argument"…`, "the same"},
	{"", "threshold -1 (histogram_quantile…", "no quantile is below nought; what is left out is what is not a number"},
	{"", "quantile histogram_quantile…", "TestQuantiles, where all calls are alike"},
	{"", "drop kvdb_resource…", "of the shares in use only the disk's has the labels of a store, and the others may be higher or lower"},
	{"", `drop db_operation_name!~"scan…`, "the load of kvserver does not scan; 102A is held to leave it out"},
	{"", `value db_operation_name!~"scan…`, "the same"},
	{"4A", "aggregation…", "errors are of one type, and few calls are in TestFirstScreenJudges"},
	{"5A", "aggregation…", "few calls are in TestFirstScreenJudges"},
	{"5A", "by …", "there is one store, and its gets and puts are as slow as each other"},
	{"21A", "by db_operation_name…", "the same"},
	{"21D", "by …topk by…", "each program has one store"},
	{"21E", "by …topk by…", "the same"},
	{"104A", "threshold -1…", "no share is below nought; what is left out is what is not a number"},
	{"115A", "aggregation max sum by (db_operation_name) (rate(kvdb_requests_total…", "batches end in one way"},
	{"115A", "drop db_operation_name…", "other operations have no items"},
	{"21A", "aggregation…", "one is as ill as several"},
	{"21D", "aggregation…", "errors are of one type"},
	{"21E", "aggregation…", "the slowest one is on the other side of the or, which names it"},
	{"1A", "aggregation sum …", "the value of an alert is one, and rows are counted"},
	{"1A", "by …", "TestJudged, where alerts differ by each label"},
	{"1A", "drop alertname…", "there are no rules but ours, and any of them says that they are loaded"},
	{"1A", `invert alertname="KVWatchdog"…`, "the same"},
	{"1A", "drop alertstate…", "what is pending fires soon, and all fire at the end"},
	{"22A", "drop alertname…", "the same"},
	{"22A", "drop alertstate…", "the same"},
	{"2A", "aggregation sum count(health_ready{…", "it is multiplied by nought"},
	{"2A", "drop health_probe…", "no fault lets the other probes say no"},
	{"6A", "aggregation sum…", "memory is next to nothing beside the CPU"},
	{"11A", "aggregation max…", "errors are few beside what goes well"},
	{"12A", "aggregation max…", "a fault makes errors of one type, which are few"},
	{"13", "aggregation max sum by (le)…", "operations of one store are alike"},
	{"108A", "aggregation max…", "how many callers go away is not known so well"},
	{"109A", "aggregation max…", "the same"},
	{"112B", "aggregation max…", "only gets deliver anything"},
	{"201A", "threshold -1…", "each of these programs does something; what does not is held to numbers everywhere"},
	{"202A", "threshold -1…", "the same"},
	{"408A", "threshold -1…", "the same"},
	{"410A", "threshold -1…", "the same"},
	{"1708A", "threshold -1…", "the same"},
	{"1605A", "threshold -1…", "the same"},
	{"408A", "drop db_system_name…", "what it is divided by, or divides, is of one engine still"},
	{"1708A", "drop db_system_name…", "the same"},
	{"203", "quantile quantile_over_time…", "the load is steady"},
	{"706A", "threshold -1…", "no mean is below nought; what is left out is what is not a number"},
	{"801A", `…health_state="pass"…`, "what is nought in all states passes"},
	{"801A", `…health_state="warn"…`, "no fault makes a check warn alone"},
	{"801A", `drop health_state="unknown"…`, "a check is in one state at a time"},
	{"912A", "aggregation sum count…", "target_info is one"},
	{"1002", `drop error_type!=""…`, "nothing is delivered under the fault"},
	{"1002", `value error_type!=""…`, "the same"},
	{"1003", `drop error_type!=""…`, "the same"},
	{"1003", `value error_type!=""…`, "the same"},
	{"10", "aggregation max…", "all but one are nought"},
}
