// Package locks holds locks over calls, well and badly.
package locks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/otelkv/otelkv/below"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

type Hook interface{ Fire() }

type box struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	logger *zap.Logger
	w      io.Writer
	hook   Hook
	own    shape
	now    func() time.Time
	sum    func() int
	filter func(string) bool
	cancel context.CancelFunc
	n      int
}

// New is how users make a box: the filter is theirs, and sum is ours.
func New(logger *zap.Logger, w io.Writer, filter func(string) bool) *box {
	return &box{logger: logger, w: w, filter: filter, sum: func() int { return 1 }, own: square{}, now: time.Now}
}

// An unexported interface whose values are all known.
type shape interface{ area() int }

type square struct{}

func (square) area() int { return 4 }

func (b *box) deferred() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logger.Info("x") // want `b.mu is held over a call of \*zap.Logger.Info`
}

func (b *box) between() {
	b.mu.Lock()
	b.n++
	b.w.Write(nil) // want `b.mu is held over a call of io.Writer.Write`
	b.mu.Unlock()
	b.w.Write(nil)
}

func (b *box) shared() {
	b.rw.RLock()
	b.hook.Fire() // want `b.rw is held over a call of locks.Hook.Fire`
	b.rw.RUnlock()
	b.hook.Fire()
}

func (b *box) oneWay(yes bool) {
	if yes {
		b.mu.Lock()
		defer b.mu.Unlock()
	}
	b.hook.Fire() // want `b.mu is held over a call of locks.Hook.Fire`
}

func (b *box) users() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.filter("x") { // want `b.mu is held over a call of the function filter, which is the caller's`
		b.n++
	}
}

func (b *box) keeps(name string) bool { return b.filter(name) }

func (b *box) usersThrough() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keeps("x") // want `b.mu is held over a call of the function filter, which is the caller's, in keeps`
}

// Check calls what it is handed.
func (b *box) Check(ctx context.Context, check func(context.Context) error) error { // want Check:`calls its parameters`
	b.mu.Lock()
	defer b.mu.Unlock()
	return check(ctx) // want `b.mu is held over a call of the function check, which is the caller's`
}

func (b *box) collects(r *prometheus.Registry, c prometheus.Collector) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Gather()     // want `b.mu is held over a call of \*prometheus.Registry.Gather`
	c.Collect(nil) // want `b.mu is held over a call of prometheus.Collector.Collect`
}

func (b *box) files(f *os.File) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f.Write(nil)          // want `b.mu is held over a call of \*os.File.Write`
	fmt.Fprintln(b.w, 1)  // want `b.mu is held over a call of fmt.Fprintln on io.Writer`
	io.WriteString(f, "") // want `b.mu is held over a call of io.WriteString on io.Writer`
}

// Through functions of the package.
func (b *box) tell() { b.logger.Info("x") }

func (b *box) through() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell() // want `b.mu is held over a call of \*zap.Logger.Info, in tell \(line \d+\)`
}

func (b *box) lock() { b.mu.Lock() }

func (b *box) unlock() { b.mu.Unlock() }

func (b *box) helpers() {
	b.lock()
	b.tell() // want `b.mu is held`
	b.unlock()
	b.tell()
}

func (b *box) closures() {
	b.mu.Lock()
	defer b.mu.Unlock()
	func() { b.tell() }() // want `b.mu is held`
	tell := func() { b.tell() }
	tell()                                            // want `b.mu is held`
	new(sync.Once).Do(b.tell)                         // want `b.mu is held`
	slices.SortFunc([]int{1, 2}, func(x, y int) int { // want `b.mu is held`
		b.tell()
		return x - y
	})
	go b.tell()
}

func (b *box) lastDefer() {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.tell() // want `b.mu is held`
}

func (b *box) firstDefer() {
	defer b.tell()
	b.mu.Lock()
	defer b.mu.Unlock()
}

func (b *box) tries() {
	if !b.mu.TryLock() {
		b.tell()
		return
	}
	b.tell() // want `b.mu is held`
	b.mu.Unlock()
	b.tell()
}

// Through other packages of the repository.
func (b *box) facts() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n = below.Count()
	below.Log(b.logger) // want `b.mu is held over a call of below.Log, which calls \*zap.Logger.Info`
	below.Each(func(int) { b.n++ })
	below.Each(func(int) { b.tell() }) // want `b.mu is held over a call of \*zap.Logger.Info`
}

// A helper that gives its caller's lock back meanwhile.
func (b *box) unlocked(f func()) {
	b.mu.Unlock()
	defer b.mu.Lock()
	f()
}

func (b *box) good() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unlocked(func() { b.logger.Info("x") })
	b.unlocked(b.tell)
	b.n = b.sum() + b.own.area() + b.now().Second()
	b.cancel()
	var buffer bytes.Buffer
	fmt.Fprintln(&buffer, zap.Error(nil))
}

// A lock that comes with a value, and not with an error.
type lease struct {
	mu sync.Mutex
	b  *box
}

func (b *box) lease() (*lease, error) {
	l := &lease{b: b}
	l.mu.Lock()
	if b.n == 0 {
		return nil, io.EOF
	}
	return l, nil
}

func (b *box) leases() {
	l, err := b.lease()
	if err != nil {
		b.tell()
		return
	}
	b.tell() // want `mu is held`
	l.mu.Unlock()
	b.tell()
}

func (b *box) excused() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logger.Info("x") //otelkv:lockok the logger is a test's
	//otelkv:lockok and so is this
	b.logger.Info("x")
	b.logger.Info("x") //otelkv:lockok // want `gives no reason` `b.mu is held`
}

//otelkv:lockok nothing is here // want `silences nothing`
func (b *box) idle() {}
