package dashboard

import "github.com/otelkv/otelkv/monitoring/objective"

// Lines of objectives. Those that a deployment chooses have its value.

func (s *Scope) latencyLine() []Line {
	return []Line{{"LatencyP99", s.P99.Seconds(), Red}}
}

func (s *Scope) errorLine() []Line { return []Line{{"ErrorRatio", s.Errors, Red}} }

func (s *Scope) saturationLines() []Line {
	return []Line{{"Saturation", s.Saturation, Orange}, {"SaturationCritical", s.SaturationCritical(), Red}}
}

func (s *Scope) diskLines() []Line {
	return []Line{{"DiskFilling", min(objective.DiskFilling, s.Disk-0.05), Orange}, {"DiskUsed", s.Disk, Red}}
}

func (s *Scope) lagLine() []Line { return []Line{{"ReplicationLag", s.Lag.Seconds(), Red}} }

func hungLine() []Line {
	return []Line{{"OperationAge", objective.OperationAge.Seconds(), Red}}
}
