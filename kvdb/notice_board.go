package kvdb

import (
	"context"
	"iter"
	"sync"
)

// noticesKept is more than anybody reads, and little memory where something
// repeats itself without an end.
const noticesKept = 64

// A NoticeBoard keeps a store's notices for those who read them, the last 64 of
// them: a store is a [Notifier] by handing out [NoticeBoard.Notices]. The zero
// value is an empty board. It is safe for concurrent use.
type NoticeBoard struct {
	mu      sync.Mutex
	notices []Notice      // the last ones
	gone    int           // how many there were before these
	posted  chan struct{} // closed by the next Post; nil while nobody waits for it
}

// Post adds a notice. It does not wait for those who read, and does no I/O, so
// an engine's callbacks may call it.
func (b *NoticeBoard) Post(n Notice) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.notices) == noticesKept {
		b.notices = append(b.notices[:0:0], b.notices[1:]...) // readers may have the old one
		b.gone++
	}
	b.notices = append(b.notices, n)
	if b.posted != nil {
		close(b.posted)
		b.posted = nil
	}
}

// Notices yields what was posted, as [Notifier] has it.
func (b *NoticeBoard) Notices(ctx context.Context) iter.Seq[Notice] {
	return func(yield func(Notice) bool) {
		read := 0
		for {
			over := ctx.Err() != nil // asked first, so that nothing that came before it is lost
			notices, posted := b.after(read)
			for _, n := range notices.list {
				if !yield(n) {
					return
				}
			}
			read = notices.end
			if over {
				return
			}
			select {
			case <-posted:
			case <-ctx.Done():
			}
		}
	}
}

// A stretch are successive notices, and how many there were up to their end.
type stretch struct {
	list []Notice
	end  int
}

// after returns the notices after the first so many, and a channel that is
// closed when there are more.
func (b *NoticeBoard) after(read int) (stretch, <-chan struct{}) {
	if b == nil {
		return stretch{}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.posted == nil {
		b.posted = make(chan struct{})
	}
	end := b.gone + len(b.notices)
	list := b.notices[max(read-b.gone, 0):]
	return stretch{list[:len(list):len(list)], end}, b.posted
}
