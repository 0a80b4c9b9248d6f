package observe

import (
	"errors"

	"github.com/otelkv/otelkv/health"
)

// startHealth sets the checks and probes: the caller's, or new ones.
func (o *Observer) startHealth() (err error) {
	c := o.cfg
	if c.health == nil {
		options := []health.Option{
			health.WithTelemetry(o.held),
			health.WithDetails(c.trusted.allows),
			health.WithOnTransition(o.onTransition),
			health.WithChecks(c.checks...),
		}
		o.health, err = health.New(append(options, c.healthOptions...)...)
	} else if o.health = c.health; len(c.checks) > 0 {
		err = o.register(c.checks...)
	}
	if err != nil {
		return err
	}
	o.probes.Store(o.health)
	for _, check := range []health.Check{logCheck(o.telemetry, c.checkInterval), memoryCheck(c.checkInterval)} {
		if err := o.register(check); err != nil && !errors.Is(err, health.ErrDuplicate) {
			return err
		}
	}
	return nil
}

// register adds checks that end with the Observer.
func (o *Observer) register(checks ...health.Check) error {
	err := o.health.Register(checks...)
	if err == nil {
		for _, c := range checks {
			o.checks = append(o.checks, c.Name)
		}
	}
	return err
}

// endHealth ends the checks: its own ones only where the others are the
// program's, which is then not ready all the same.
func (o *Observer) endHealth() error {
	if o.cfg.health == nil {
		return o.health.Close() // which is not ready
	}
	o.health.Unregister(o.checks...)
	return nil
}
