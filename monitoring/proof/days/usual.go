package days

import (
	"fmt"
	"math"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A day begins at noon, so that the night has a day to be compared with.
const noon = 12.0

// Minutes of a day.
const Minutes = 24 * 60

// hour is the time of the day, in hours, of a minute.
func hour(minute int) float64 { return math.Mod(noon+float64(minute)/60, 24) }

// Minute is when an hour of the day is, in minutes since the day began.
func Minute(hour float64) int { return int(math.Round(math.Mod(hour-noon+24, 24) * 60)) }

// Shop is a load that peaks at eight in the evening, and is gone at night.
func Shop(hour float64) float64 {
	switch {
	case hour < 5.5:
		return math.Exp(-(hour + 4) / 0.8) // what is left of the evening
	case hour < 20:
		return math.Pow(math.Sin(math.Pi/2*(hour-5.5)/14.5), 1.2)
	default:
		return math.Exp(-(hour - 20) / 0.8)
	}
}

// Quiet is a load of hardly anything, all day.
func Quiet(float64) float64 { return 1 }

// usual is the moment of an instance on a healthy day, with the events of its service.
func (s *Service) usual(slot, minute int) Moment {
	c := newChance(s.Job, fmt.Sprint(slot), fmt.Sprint(minute))
	now := hour(minute)
	load := s.Curve(now)
	m := Moment{
		Hour: now, Slot: slot, Checks: map[string]string{},
		CPU:    c.about(0.05+0.35*load, 0.2),
		Memory: 0.40 + 0.10*load + 0.12*float64((minute+17*slot)%23)/23, // garbage is collected
	}
	for i := range s.Stores {
		m.Stores = append(m.Stores, Condition{
			Load: c.about(s.Peak*load/float64(s.Instances), 0.05), Pace: 1 + 0.5*load,
			Fails: map[catalog.ErrorKind]float64{
				catalog.ErrUnavailable: 3e-5, catalog.ErrTimeout: 3e-5 + s.Errors, catalog.ErrInvalidArgument: 1e-3,
			},
			Share:  map[catalog.Outcome]float64{catalog.Canceled: 0.008, catalog.Conflict: 0.02},
			Oldest: c.about(0.02, 1), Disk: 0.62 + 0.03*float64(minute)/Minutes + 0.01*float64(i),
			Stalled: 0, Connected: true, Lag: math.Abs(c.about(0.05, 1) + 0.4*load*c.Float64()),
			Reading: c.about(0.01, 1), Free: 0.15, FreelistSize: 90_000,
		})
	}
	for _, e := range s.Events {
		if since, ok := e.strikes(slot, minute); ok {
			m.Since = since
			e.Strike(&m)
		}
	}
	return m
}
