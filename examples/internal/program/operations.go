package program

import "github.com/otelkv/otelkv/otelsetup/observe"

// Operations returns how many operations a store has had since it was wrapped.
func Operations(s *observe.Store) func() uint64 {
	return func() uint64 {
		t := s.Totals()
		return t.Succeeded + t.Canceled + t.Refused + t.Failed
	}
}
