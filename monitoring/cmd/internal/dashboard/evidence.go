package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

func (s *Scope) evidence() Row {
	reason, profile, outcome := catalog.PrometheusLabel(catalog.ProfileReason), catalog.PrometheusLabel(catalog.ProfileName), catalog.PrometheusLabel(catalog.ProfileOutcome)
	return Row{ID: 1100, Title: "Evidence and profiles", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 1101, Title: "Evidence captured", Unit: Count, Empty: "none",
			Description: "Profiles that were written within a quarter of an hour because something was slow or failing, by why; linked means that earlier evidence of the same tells it. Fetch it from the directory of evidence of the instance, or by the id in the line.",
			Queries:     []Query{{Expr: s.events(s.process(catalog.ProfileCaptures), reason, outcome).Above(0), Legend: legend(reason, outcome)}},
		},
		Panel{
			ID: 1102, Title: "Files of evidence", Unit: Count, Empty: "none",
			Description: "Files that were written within a quarter of an hour or could not be, by kind of profile. Failures usually mean a full disk or missing rights.",
			Queries:     []Query{{Expr: s.events(s.process(catalog.ProfileFiles), profile, outcome).Above(0), Legend: legend(profile, outcome)}},
		},
		Panel{
			ID: 1103, Title: "Files that cannot be deleted", Unit: Count, Empty: "no profiles",
			Description: "Old files that should have made room and count against the limits of the directory. A line of the log says why.",
			Queries:     []Query{{Expr: highest(s.process(catalog.ProfileFilesUndeletable), alert.Instance), Legend: itsProcess}},
		},
		Panel{
			ID: 1104, Title: "Requests for profiles", Unit: CountsPerSec, Empty: "no profiles",
			Description: "Who asks for profiles over HTTP, by how that ended. Refused ones come from strangers: see whether the address should be reachable for them.",
			Queries:     []Query{{Expr: sum(rate(s.process(catalog.ProfileRequests)), outcome), Legend: legend(outcome)}},
		},
		Panel{
			ID: 1105, Title: "Time spent recording", Unit: Share, Empty: "no profiles",
			Description: "The share of the time in which a profile was being recorded, by kind. While one is, the program is a little slower: if that lasts, see who asks for them above.",
			Queries:     []Query{{Expr: highest(rate(s.process(catalog.ProfileRecordingTime)), profile), Legend: legend(profile)}},
		},
	)}
}
