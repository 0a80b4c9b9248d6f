package resp

// A large has the arguments of a command that does not stay in the buffer. All
// of its memory is from the budget, and taken as bytes come.
type large struct {
	budget *Budget
	taken  int

	args  [][]byte
	chunk []byte // where the next short argument goes; those before are full
	value []byte // what has come of a long argument
	whole bool   // memory for one is taken at once, when a good part of it has come
}

const (
	// longArg is the length above which an argument has memory of its own, into
	// which the client's bytes are read without a detour.
	longArg = 4 << 10

	firstChunk, lastChunk = 1 << 10, 64 << 10
	firstValue            = 16 << 10
	firstArgs             = 64
	argSize               = 24 // of what describes an argument

	// leastPart, and a sixteenth, of a long argument have come before memory for all
	// of it is taken at once: an announcement costs nothing.
	leastPart = 64 << 10
)

func (l *large) take(n int) bool {
	if !l.budget.Take(n) {
		return false
	}
	l.taken += n
	return true
}

func (l *large) give(n int) {
	l.budget.Give(n)
	l.taken -= n
}

// release gives everything back. The arguments are not valid any more.
func (l *large) release() { l.give(l.taken) }

// add adds a copy of a short argument, if there is memory.
func (l *large) add(arg []byte) bool {
	if len(l.chunk)+len(arg) > cap(l.chunk) {
		size := max(min(2*cap(l.chunk), lastChunk), firstChunk, len(arg))
		if !l.take(size) {
			return false
		}
		l.chunk = make([]byte, 0, size)
	}
	from := len(l.chunk)
	l.chunk = append(l.chunk, arg...)
	return l.keep(l.chunk[from:len(l.chunk):len(l.chunk)])
}

// keep adds an argument that is in memory of l.
func (l *large) keep(arg []byte) bool {
	if size := cap(l.args); len(l.args) == size {
		larger := max(2*size, firstArgs)
		if !l.take(larger * argSize) {
			return false
		}
		l.args = append(make([][]byte, 0, larger), l.args...)
		l.give(size * argSize)
	}
	l.args = append(l.args, arg)
	return true
}

// grow makes room for more of a long argument, whose length is n. It doubles, and
// comes out at n.
func (l *large) grow(n int) bool {
	if len(l.value) < cap(l.value) {
		return true
	}
	size := n
	whole := l.whole && len(l.value) >= max(n/16, leastPart)
	for half := (n + 1) / 2; !whole && half >= firstValue && half > len(l.value); half = (half + 1) / 2 {
		size = half
	}
	if !l.take(size) {
		return false
	}
	before := cap(l.value)
	l.value = append(make([]byte, 0, size), l.value...)
	l.give(before)
	return true
}

// spill takes the command out of the buffer.
func (r *Reader) spill() {
	r.large = &large{budget: r.budget}
	for _, s := range r.spans {
		if !r.large.add(r.buf[r.start+s.from : r.start+s.to]) {
			r.refuse(ErrBudget)
			return
		}
	}
	r.spans = r.spans[:0]
}

// gather reads an argument of a command that is not in the buffer.
func (r *Reader) gather() (ok bool, err error) {
	l := r.large
	if r.bulk > longArg {
		for r.pos < r.end && len(l.value) < r.bulk {
			if !l.grow(r.bulk) {
				r.refuse(ErrBudget)
				return false, nil
			}
			n := min(r.end-r.pos, cap(l.value)-len(l.value))
			l.value = append(l.value, r.buf[r.pos:r.pos+n]...)
			r.pos += n
		}
		if len(l.value) < r.bulk || r.end-r.pos < len(crlf) {
			return false, nil
		}
		if err := r.terminator(r.pos); err != nil {
			return false, err
		}
		value := l.value
		l.value = nil
		ok = l.keep(value)
	} else {
		from, n := r.pos, r.bulk
		if r.end-r.pos < n+len(crlf) {
			return false, nil
		}
		if err := r.terminator(from + n); err != nil {
			return false, err
		}
		ok = l.add(r.buf[from : from+n])
	}
	if !ok {
		r.refuse(ErrBudget)
	}
	return true, nil
}
