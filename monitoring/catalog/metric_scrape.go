package catalog

// Metrics of the pages that Prometheus scrapes.
var (
	ScrapeDropped = Metric{
		Name: "kvdb.scrape.dropped", Unit: "{series}", Kind: Counter,
		Help:       "Series that were left out of pages",
		Attributes: []string{Gatherer, ErrorType}, When: "once there was one",
		Values:    map[string][]string{ErrorType: {"duplicate", "conflict", "invalid"}},
		Note:      "Duplicate: the series is there already. Conflict: the name is another metric's. Invalid: Prometheus would refuse the page",
		Stability: Development, Source: fromOtelsetup,
	}
	ScrapeFailures = Metric{
		Name: "kvdb.scrape.failures", Unit: "{failure}", Kind: Counter,
		Help:       "Gatherings for pages that failed or were late",
		Attributes: []string{Gatherer, ErrorType},
		Values:     map[string][]string{ErrorType: {"timeout", "panic", "_OTHER"}},
		Stability:  Development, Source: fromOtelsetup,
	}
)
