package main

const (
	// releaseAfter is for how many intervals of boundHeap clients hold little before
	// memory is given back: it costs a collection, and who comes again needs it again.
	releaseAfter = 8

	// releaseLeast is how much less they have to hold than before.
	releaseLeast = 8 << 20
)

// A release tells when memory that clients do not need any more goes back to the
// operating system. Go would keep it until something else makes it collect, which in an
// idle server takes minutes.
type release struct {
	most  int // that was charged since the last one
	quiet int // intervals since it was much
}

// due is told what is charged once an interval.
func (r *release) due(charged int) bool {
	r.most = max(r.most, charged)
	if r.most-charged < max(releaseLeast, r.most/2) {
		r.quiet = 0
		return false
	}
	if r.quiet++; r.quiet < releaseAfter {
		return false
	}
	r.most, r.quiet = charged, 0
	return true
}
