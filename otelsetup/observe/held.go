package observe

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup"
)

// heldTelemetry is what the parts of an Observer report to. Its lines wait until the
// one is written that says what is observed, and where: a person reads from the top.
type heldTelemetry struct {
	*otelsetup.Telemetry
	logger   *zap.Logger
	release  func()
	released <-chan struct{}
}

// patience is what a logger that does not return costs Start.
const patience = time.Second

// wait returns when the first line is written, so that those of stores, which wait for
// nothing, come after it, too.
func (t heldTelemetry) wait() {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-t.released:
	case <-late.C:
	}
}

func hold(tel *otelsetup.Telemetry) heldTelemetry {
	released := make(chan struct{})
	return heldTelemetry{
		Telemetry: tel,
		logger: tel.Logger().WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
			return heldCore{core, released}
		})),
		release:  sync.OnceFunc(func() { close(released) }),
		released: released,
	}
}

// Logger returns the one whose lines wait. Only what may wait for a logger uses it.
func (t heldTelemetry) Logger() *zap.Logger { return t.logger }

// A heldCore is a core that waits until it is released.
type heldCore struct {
	zapcore.Core
	released <-chan struct{}
}

// With implements zapcore.Core.
func (c heldCore) With(fields []zapcore.Field) zapcore.Core {
	return heldCore{c.Core.With(fields), c.released}
}

// Check implements zapcore.Core. After the release it is as if it were not there.
func (c heldCore) Check(e zapcore.Entry, line *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	select {
	case <-c.released:
		return c.Core.Check(e, line)
	default:
	}
	if c.Enabled(e.Level) {
		return line.AddCore(e, c)
	}
	return line
}

// Write implements zapcore.Core.
func (c heldCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	<-c.released
	if line := c.Core.Check(e, nil); line != nil {
		line.Write(fields...)
	}
	return nil
}
