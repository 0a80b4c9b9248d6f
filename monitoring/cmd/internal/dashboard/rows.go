package dashboard

// Rows are those of the dashboard, from the first screen down.
func (s *Scope) Rows() []Row {
	rows := []Row{s.overview(), s.operations(), s.budgets()}
	rows = append(rows, s.engines()...)
	return append(rows, s.replication(), s.connections(), s.health(), s.runtime(), s.losses(), s.evidence())
}
