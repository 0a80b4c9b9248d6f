package catalog

const fromPprofx = "pprofx"

// Metrics of profiles and evidence.
var (
	ProfileCaptures = Metric{
		Name: "pprofx.captures", Unit: "{capture}", Kind: Counter,
		Help:       "Evidence that was captured, by why and how it ended",
		Attributes: []string{ProfileReason, ProfileOutcome}, Stability: Development, Source: fromPprofx,
	}
	ProfileFiles = Metric{
		Name: "pprofx.files", Unit: "{file}", Kind: Counter,
		Help:       "Files of evidence",
		Attributes: []string{ProfileName, ProfileOutcome}, Stability: Development, Source: fromPprofx,
	}
	ProfileRequests = Metric{
		Name: "pprofx.requests", Unit: "{request}", Kind: Counter,
		Help:       "Requests for profiles over HTTP, by how they ended",
		Attributes: []string{ProfileOutcome}, Stability: Development, Source: fromPprofx,
	}
	ProfileRecordingTime = Metric{
		Name: "pprofx.recording.time", Unit: "s", Kind: Counter,
		Help:       "How long profiles were recorded",
		Attributes: []string{ProfileName}, Stability: Development, Source: fromPprofx,
	}
	ProfileLogDropped = Metric{
		Name: "pprofx.log.dropped", Unit: "{line}", Kind: Counter,
		Help:      "Log lines that the logger did not take",
		Stability: Development, Source: fromPprofx,
	}
)
