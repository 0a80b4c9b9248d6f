package health

// A threshold is what a value must not exceed. Once one has, it has to come down to a
// share of the limit, so that a value that stays near it changes nothing.
type threshold struct {
	limit float64
	share float64
	on    bool
}

// exceeded reports whether a value is too much, and more than what.
func (t *threshold) exceeded(value float64) (limit float64, is bool) {
	limit = t.limit
	if t.on {
		limit *= t.share
	}
	t.on = value > limit
	return limit, t.on
}
