package catalog

// StatsAge says how old the last answer of an engine is.
var StatsAge = Metric{
	Name: "kvdb.stats.age", Unit: "s", Kind: Gauge,
	Help:       "Age of the engine's own statistics",
	Attributes: perStore(), When: "for engines with statistics",
	Stability: Development, Source: fromInstrument,
}

// FarewellsLost counts for each reader of a Registry.
var FarewellsLost = Metric{
	Name: "kvdb.farewells.lost", Unit: "{store}", Kind: Counter,
	Help:      "Closed stores that were forgotten before this reader had their final values",
	When:      "once a store has been closed",
	Note:      "Final values are kept for five minutes, and for at most 64 stores",
	Stability: Development, Source: fromInstrument,
}

// ClockFallbacks counts for the process.
var ClockFallbacks = Metric{
	Name: "kvdb.clock.fallbacks", Unit: "{fallback}", Kind: Counter,
	Help:      "Turns from the processor's counter to the monotonic clock, by which durations are measured since",
	When:      "once that has happened",
	Note:      "There is one at most, since the counter is given up for good. The line of the log says why",
	Stability: Development, Source: fromInstrument,
}

// CallbackFailures counts what a program hands in and cannot answer for.
var CallbackFailures = Metric{
	Name: "kvdb.callback.failures", Unit: "{call}", Kind: Counter,
	Help:      "Calls of the program's callbacks, span processors and sampler that failed or hung",
	Stability: Development, Source: fromOtelsetup,
}
