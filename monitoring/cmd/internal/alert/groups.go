package alert

// Groups returns all alerts. An alert stands below those that are its causes, so that
// they are evaluated first.
func Groups() []Group {
	return []Group{
		{Name: "otelkv-resources", Alerts: []Alert{diskFull, diskFilling, saturationHigh}},
		{Name: "otelkv-engines", Alerts: []Alert{
			engineFailed, storeHung, diskSlow, writeStalled, readTransactionOld, freelistBloated,
		}},
		{Name: "otelkv-replication", Records: replicationRecords, Alerts: []Alert{replicaDisconnected, replicationLagHigh}},
		{Name: "otelkv-operations", Records: operationRecords, Alerts: []Alert{
			errorRatioHigh, errorBudgetBurn, latencyHigh, latencyBudgetBurn,
			canceledHigh, conflictsHigh, trafficDropped, capacityHigh,
		}},
		{Name: "otelkv-telemetry", Records: telemetryRecords, Alerts: []Alert{
			restarting, telemetryAbsent, telemetryLossy, watchdog,
		}},
		{Name: "otelkv-health", Alerts: []Alert{checkUnknown, notReady}},
	}
}

// All returns all alerts in the order of the groups.
func All() (all []Alert) {
	for _, g := range Groups() {
		all = append(all, g.Alerts...)
	}
	return all
}
