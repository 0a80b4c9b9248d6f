package resp

import "io"

// Partial reports whether a command has begun to come.
func (r *Reader) Partial() bool { return r.pending > 0 || r.line || r.end > r.start }

// Received returns how many bytes of the command that has begun have come.
func (r *Reader) Received() int { return r.got }

// Coming returns how long the argument is that has begun to come, if that is too long
// for the buffer and not thrown away; else 0.
func (r *Reader) Coming() int {
	if r.large == nil || r.refused != nil || r.bulk <= longArg {
		return 0
	}
	return r.bulk
}

// Arguments returns how many arguments have come of the command that has begun, and how
// long they are together, when [Reader.Coming] tells of another.
func (r *Reader) Arguments() (n, size int) {
	if r.large == nil {
		return 0, 0
	}
	for _, arg := range r.large.args {
		size += len(arg)
	}
	return len(r.large.args), size
}

// Name returns the name of the command that has begun to come, nil if that is not
// known, which it is when [Reader.Coming] tells of another argument. It is valid until
// the next call of a method.
func (r *Reader) Name() []byte {
	if r.large == nil || len(r.large.args) == 0 {
		return nil
	}
	return r.large.args[0]
}

// TakeWhole takes the memory for long arguments of this command at once, when a good
// part of them has come: the caller knows that there is some, and what grows leaves
// garbage of the same size.
func (r *Reader) TakeWhole() {
	if r.large != nil {
		r.large.whole = true
	}
}

// Refuse lets a command that has begun to come be thrown away as one that does not fit
// the budget.
func (r *Reader) Refuse() {
	if r.pending > 0 && r.refused == nil {
		r.refuse(ErrBudget)
	}
}

// Refused reports whether what comes is thrown away.
func (r *Reader) Refused() bool { return r.refused != nil }

// Fill reads from the client once. It blocks until there are bytes, and returns
// an error only when there are none.
func (r *Reader) Fill() error {
	if r.direct() {
		l := r.large
		n, err := r.src.Read(l.value[len(l.value):min(cap(l.value), r.bulk)])
		l.value = l.value[:len(l.value)+n]
		return r.came(n, err)
	}
	r.room()
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	r.full = r.end == len(r.buf)
	return r.came(n, err)
}

func (r *Reader) came(n int, err error) error {
	r.got += n
	switch {
	case n > 0:
		return nil
	case err == nil:
		return io.ErrNoProgress
	}
	return err
}

// direct reports whether the next bytes belong to a long argument that has room
// for them. It has none before its first bytes have come through the buffer: an
// announcement costs nothing.
func (r *Reader) direct() bool {
	l := r.large
	return l != nil && r.bulk > longArg && r.pos == r.end && len(l.value) < min(cap(l.value), r.bulk)
}

// room makes some behind the bytes that have come.
func (r *Reader) room() {
	if r.large != nil || r.refused != nil {
		r.start = r.pos
	}
	if r.start == r.end && len(r.buf) > BufferSize {
		r.giveBuffer()
		r.start, r.pos, r.end = 0, 0, 0
	}
	if len(r.buf) < BufferSize && r.full {
		r.replace(BufferSize)
	}
	if r.end-r.start == len(r.buf) {
		r.overflow()
	}
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.end])
		r.pos -= r.start
		r.end -= r.start
		r.start = 0
	}
}

// overflow goes on where the buffer is full of one command.
func (r *Reader) overflow() {
	switch {
	case r.line || r.pending == 0: // a line stays in one piece
		if !r.replace(min(2*len(r.buf), r.limits.Inline)) {
			r.line = true
			r.refuse(ErrBudget)
			r.pos = r.end
		}
	case len(r.buf) < BufferSize: // there was no memory for a larger one
		r.refuse(ErrBudget)
	default:
		r.spill()
	}
	if r.large != nil || r.refused != nil {
		r.start = r.pos
	}
}

// replace changes the buffer for one of another size, if there is memory.
func (r *Reader) replace(size int) bool {
	if !r.budget.Take(size) {
		return false
	}
	buf := make([]byte, size)
	r.end = copy(buf, r.buf[r.start:r.end])
	r.pos -= r.start
	r.start = 0
	r.giveBuffer()
	r.buf = buf
	return true
}

func (r *Reader) giveBuffer() {
	if len(r.buf) > SmallBuffer {
		r.budget.Give(len(r.buf))
	}
	r.buf = r.small
}

// Shrink gives back the buffer of a client that is idle. It does nothing while
// there are bytes in it.
func (r *Reader) Shrink() {
	if r.Partial() {
		return
	}
	r.giveBuffer()
	r.start, r.pos, r.end, r.full = 0, 0, 0, false
}

// Release gives back what the Reader took from its budget. The Reader is not
// usable afterwards.
func (r *Reader) Release() {
	r.drop()
	r.giveBuffer()
	r.buf, r.start, r.pos, r.end = nil, 0, 0, 0
}
