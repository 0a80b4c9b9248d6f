package fault

import (
	"context"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

// oldRead holds a read transaction of the engine open. It is no operation of the
// program's, and none is seen to hang.
func (w *Switch) oldRead(ended <-chan struct{}) (end func()) {
	v, _ := kvdb.As[kvdb.Viewer](w.store.next)
	var read sync.WaitGroup
	read.Go(func() {
		_ = v.View(context.Background(), func(kvdb.Reader) error {
			<-ended
			return nil
		})
	})
	return read.Wait
}
