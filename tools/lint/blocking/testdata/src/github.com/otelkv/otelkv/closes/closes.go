// Package closes ends things, well and badly.
package closes

import (
	"context"
	"sync"
	"time"

	"github.com/otelkv/otelkv/below"
)

type exporter interface{ Shutdown(context.Context) error }

type A struct {
	all  sync.WaitGroup
	done chan struct{}
	slot chan struct{}
	to   exporter
}

func (a *A) Close() error { // want Close:`waits` `Close has no limit: \*sync.WaitGroup.Wait \(line \d+\)`
	a.all.Wait()
	return nil
}

func (a *A) Stop() { // want Stop:`waits` `Stop has no limit: it receives from a channel, in wait \(line \d+\)`
	a.wait()
}

func (a *A) wait() {
	<-a.done
}

func (a *A) Shutdown(context.Context) error { // want Shutdown:`waits` `Shutdown has no limit: no case of its select is a limit`
	select {
	case <-a.done:
	case <-a.slot:
	}
	return nil
}

type B struct{ A }

func (b *B) Close() { // want Close:`waits` `Close has no limit: it receives from a channel, in Close\$1`
	var once sync.Once
	once.Do(func() {
		for range b.done {
		}
	})
}

func (b *B) Stop() { // want Stop:`waits` `Stop has no limit: \*below.Waiter.Wait, where \*sync.WaitGroup.Wait`
	new(below.Waiter).Wait()
}

func (b *B) Flush() { // want Flush:`waits` `Flush has no limit: Shutdown with a context that never ends`
	b.to.Shutdown(context.Background())
}

func (b *B) Sync(ctx context.Context) { // want Sync:`waits` `Sync has no limit: no case of its select is a limit`
	ctx = context.WithoutCancel(ctx)
	select {
	case <-b.done:
	case <-ctx.Done():
	}
}

type C struct{ A }

func (c *C) Close() {
	go func() {
		c.all.Wait()
		close(c.done)
	}()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
}

func (c *C) Shutdown(ctx context.Context) error {
	select {
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return c.to.Shutdown(ctx)
}

func (c *C) Flush(ctx context.Context) {
	select {
	case c.slot <- struct{}{}:
		defer func() { <-c.slot }()
	case <-ctx.Done():
	}
}

func (c *C) Drain() {
	below.Try(func() { c.all.Wait() })
	below.Each(func(int) { c.all.Done() })
}

func (b *B) Drain() { // want Drain:`waits` `Drain has no limit: .*sync.WaitGroup.Wait, in Drain.1`
	below.Each(func(int) { b.all.Wait() })
}

func (c *C) Stop() {
	<-c.done //otelkv:waitok it is closed at once
}

// Others may wait.
func (c *C) Run() { <-c.done } // want Run:`waits`
