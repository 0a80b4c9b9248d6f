package panels_test

import (
	"math"
	"time"
)

// Bounds by what the server itself says at the end, though the program has asked it up to
// some seconds before.

// told is a value that stays about the same.
func told(field string, share float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		return v / (1 + share), v * (1 + share)
	}
}

// grown is a value that the load adds to, each second at most so much, and of which a few go.
func grown(field string, second float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		return v - second*asking.Seconds(), v + large
	}
}

const (
	asking = 20 * time.Second // how old an answer is at most that a program shows: twice as old as it should be
	ever   = 2 * time.Minute  // in which there is all that a trial does
)

// happened are counts of what was done once the program had asked for the first time.
func happened(field string, least float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		if v < least {
			return math.NaN(), math.NaN()
		}
		return late * v / ever.Seconds(), 1.3 * v / ever.Seconds()
	}
}
