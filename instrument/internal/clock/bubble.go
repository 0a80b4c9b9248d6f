package clock

import "time"

// bubbled reports whether who calls is in a bubble of testing/synctest, which nothing tells
// directly. There time.Now has no monotonic reading, and elsewhere it has one. Should a release of
// Go give it one, it would be that of a clock which begins in the year 2000, years from base.
func bubbled() bool {
	now := time.Now()
	if now.String() == now.Round(0).String() { // which differ by the monotonic reading
		return true
	}
	return now.Sub(base).Abs() > 10*365*24*time.Hour
}
