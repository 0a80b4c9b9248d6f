package fault

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/otelkv/otelkv/internal/system"
)

const (
	// smallLimit is that of a control group whose memory nobody else misses. Without
	// such a one the fault would be the machine's.
	smallLimit = 1 << 30

	memoryShare = 0.93 // that is used: above the share that wakes somebody
	memoryMost  = 0.96 // above which some of it is given back
	memoryStep  = 1 << 20
	memoryEvery = 50 * time.Millisecond
)

// checkMemory returns why the fault cannot be had.
func (w *Switch) checkMemory() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("%w: the fault memory takes a control group of Linux", ErrUnsupported)
	}
	m, err := w.machine().Memory()
	if err != nil {
		return fmt.Errorf("%w: the limit of memory is not known: %w", ErrUnsupported, err)
	}
	if m.Limit > smallLimit {
		return fmt.Errorf("%w: the fault memory takes a control group with a limit of at most 1 GiB, as of systemd-run --scope -p MemoryMax=512M, "+
			"and the limit is %.1f GiB", ErrUnsupported, float64(m.Limit)/(1<<30))
	}
	return nil
}

// holdMemory holds memory until most of the limit is used. It is none of the Go runtime's,
// whose collector would let the heap grow to twice of it.
func (w *Switch) holdMemory(ended <-chan struct{}) (end func(), err error) {
	machine := w.machine()
	var held [][]byte
	adjust := func() (more bool, err error) {
		m, err := machine.Memory()
		if err != nil {
			return false, err
		}
		switch share := m.Share(); {
		case share > memoryMost && len(held) > 0:
			last := len(held) - 1
			err = giveBack(held[last])
			held = held[:last]
			return true, err
		case share < memoryShare:
			b, err := take(memoryStep)
			if err != nil {
				return false, err
			}
			held = append(held, b)
			return true, nil
		}
		return false, nil
	}
	if _, err := adjust(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	var holder sync.WaitGroup
	holder.Go(func() {
		for {
			if more, _ := adjust(); !more && !pause(ended, memoryEvery) {
				break
			}
			select {
			case <-ended:
			default:
				continue
			}
			break
		}
		for _, b := range held {
			_ = giveBack(b)
		}
	})
	return holder.Wait, nil
}

// A machine tells the memory that there is.
type machine interface {
	Memory() (system.Memory, error)
}

func (w *Switch) machine() machine {
	if w.program.machine != nil {
		return w.program.machine
	}
	return system.Local()
}
