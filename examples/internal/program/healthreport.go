package program

import "github.com/otelkv/otelkv/health"

// Report makes h part of the evidence of a failing check.
func (p *Profiles) Report(h *health.Health) {
	if p != nil {
		p.probes.Store(h)
	}
}

// healthReport is empty for a check that fails while others are being
// registered.
func (p *Profiles) healthReport() []byte {
	if h := p.probes.Load(); h != nil {
		return h.Report()
	}
	return nil
}
