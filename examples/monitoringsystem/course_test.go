package main

import "testing"

// What a course asks its students' programs for. It stays as it is: see the
// other tests for what it does not look at.

func TestMetricsRecording(t *testing.T) {
	metrics := NewMetrics()
	metrics.RecordRequest(0.1, false)
	metrics.RecordRequest(0.2, true)
	metrics.UpdateConnections(100)
}

func TestHealthProbes(t *testing.T) {
	system := NewMonitoringSystem()
	if !system.Liveness() {
		t.Error("not alive")
	}
	if ready, reason := system.Readiness(); !ready || reason != "ready" {
		t.Errorf("not ready: %s", reason)
	}
}
