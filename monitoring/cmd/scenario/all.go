package scenario

// All are all scenarios.
func All() (all []Scenario) {
	for _, of := range [][]scenario{
		diskScenarios(), saturationScenarios(), engineScenarios(), replicationScenarios(), errorScenarios(),
		latencyScenarios(), trafficScenarios(), telemetryScenarios(), healthScenarios(),
		heldScenarios(), guardScenarios(), lossyScenarios(),
	} {
		all = append(all, of...)
	}
	return all
}
