package catalog

// Metrics of profiles and evidence.
var (
	ProfileCaptures = Metric{
		Name: "pprofx.captures", Unit: "{capture}", Kind: Counter,
		Help:       "Evidence that was captured, by why and how it ended",
		Attributes: []string{ProfileReason, ProfileOutcome},
		Values:     map[string][]string{ProfileOutcome: {"written", "linked", "failed"}},
		Note:       "Linked: nothing was captured, since the cool-down of earlier evidence of the same reason is not over. Failed: not a single file was written",
		Stability:  Development, Source: fromPprofx,
	}
	ProfileFiles = Metric{
		Name: "pprofx.files", Unit: "{file}", Kind: Counter,
		Help:       "Files of evidence",
		Attributes: []string{ProfileName, ProfileOutcome},
		Values:     map[string][]string{ProfileName: profiles, ProfileOutcome: {"written", "failed"}},
		Note:       "Custom is a profile that the program has made with pprof.NewProfile",
		Stability:  Development, Source: fromPprofx,
	}
	ProfileFilesUndeletable = Metric{
		Name: "pprofx.files.undeletable", Unit: "{file}", Kind: Gauge,
		Help:      "Files of evidence that should have made room for the last one and could not be deleted",
		Note:      "They count against the limits of the directory; a line says why",
		Stability: Development, Source: fromPprofx,
	}
	ProfileRequests = Metric{
		Name: "pprofx.requests", Unit: "{request}", Kind: Counter,
		Help:       "Requests for profiles over HTTP, by how they ended",
		Attributes: []string{ProfileOutcome},
		Values:     map[string][]string{ProfileOutcome: {"ok", "invalid", "refused", "limited", "busy", "failed", "gone"}},
		Note:       "Refused: a stranger asked. Limited: there were too many at once. Busy: the profiler was in use. Gone: the client had left",
		Stability:  Development, Source: fromPprofx,
	}
	ProfileRecordingTime = Metric{
		Name: "pprofx.recording.time", Unit: "s", Kind: Counter,
		Help:       "How long profiles were recorded",
		Attributes: []string{ProfileName},
		Values:     map[string][]string{ProfileName: {"cpu", "trace", "mutex", "block"}},
		Stability:  Development, Source: fromPprofx,
	}
	ProfileLogDropped = Metric{
		Name: "pprofx.log.dropped", Unit: "{line}", Kind: Counter,
		Help:      "Log lines that the logger did not take",
		Stability: Development, Source: fromPprofx,
	}
)

var profiles = []string{
	"cpu", "trace", "flight", "heap", "allocs", "goroutine", "mutex", "block",
	"threadcreate", "goroutineleak", "health", "custom",
}
