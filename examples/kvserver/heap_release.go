package main

const (
	// releaseLeast is how much more memory than after the last time is worth a release,
	// which collects garbage, and a client that comes again has to get it again.
	releaseLeast = 16 << 20

	// releaseAfter is for how many intervals little has to be allocated before, and
	// releaseIdle is little.
	releaseAfter = 8
	releaseIdle  = 1 << 20
)

// A release tells when memory that clients do not need any more goes back to the
// operating system. Go would keep it until something else made it collect, which in an
// idle server takes minutes.
type release struct {
	mapped    int64 // after the last one
	held      int64 // of that, by clients
	allocated int64
	idle      int // intervals
	done      bool
}

// due is told once an interval what the heap is, and how much clients hold. What they had
// at the last time and have no more can go back, too.
func (r *release) due(now heap, held int64) bool {
	if r.done || now.mapped < r.mapped {
		r.mapped, r.held, r.done = now.mapped, held, false
	}
	allocated := now.allocated - r.allocated
	r.allocated = now.allocated
	before := r.mapped - max(0, r.held-held)
	if allocated > releaseIdle || now.mapped-before < max(releaseLeast, before/4) {
		r.idle = 0
		return false
	}
	r.idle++
	r.done = r.idle == releaseAfter
	return r.done
}
