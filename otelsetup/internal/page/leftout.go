package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// leftOut is a metric of which a page lacks something, and why.
type leftOut struct{ metric, detail string }

const (
	metricsShown = 20
	detailsShown = 5
)

// tell returns the names of the metrics, and why they are left out: the one detail
// where it is the same for all, and else each with the metrics that it is about.
func tell(all []leftOut) (metrics, details string) {
	var names, reasons []string
	about := make(map[string][]string) // metrics by detail
	for _, out := range all {
		if !slices.Contains(names, out.metric) {
			names = append(names, out.metric)
		}
		if about[out.detail] == nil {
			reasons = append(reasons, out.detail)
		}
		about[out.detail] = append(about[out.detail], out.metric)
	}
	metrics = list(names, metricsShown)
	if len(reasons) == 1 {
		return metrics, reasons[0]
	}
	told := make([]string, 0, detailsShown)
	for _, reason := range reasons[:min(len(reasons), detailsShown)] {
		told = append(told, list(about[reason], metricsShown)+": "+reason)
	}
	details = strings.Join(told, "; ")
	if more := len(reasons) - len(told); more > 0 {
		details += fmt.Sprintf("; and %d more reasons", more)
	}
	return metrics, details
}

// list returns the first names in one text.
func list(names []string, most int) string {
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = oneline.Text(names[i])
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
