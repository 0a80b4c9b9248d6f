package otelsetup

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A logLevel shows and changes a level over HTTP. A change can be for a time:
// then the level that held before the first such change comes back.
//
// GET answers {"level":"debug"}, and while the level is temporary also until
// when and what comes then. PUT takes the same "level" and a "for" such as
// "5m", at most 24 hours, as JSON, as a form or in the query; what the body
// says goes before the query. A later PUT replaces an earlier one, its time
// too. It has no notion of who may change the level: that is of who serves it.
type logLevel struct {
	level  zap.AtomicLevel
	logger *zap.Logger

	mu        sync.Mutex
	temporary *temporaryLevel
	stopped   bool
	timers    sync.WaitGroup
}

// A temporaryLevel is one that ends.
type temporaryLevel struct {
	level, then zapcore.Level
	until       time.Time
	timer       *time.Timer
}

// newLogLevel returns a handler that logs its changes. The caller ends its
// timer with stop.
func newLogLevel(level zap.AtomicLevel, logger *zap.Logger) *logLevel {
	return &logLevel{level: level, logger: logger}
}

var errStopped = errors.New("the program is ending")

// ServeHTTP implements [http.Handler].
func (l *logLevel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPut:
		change, err := readLevelChange(w, r)
		if err != nil {
			refuse(w, err)
			return
		}
		if err := l.set(change); err != nil {
			refuse(w, err)
			return
		}
	default:
		w.Header().Set("Allow", "GET, HEAD, PUT")
		writeJSON(w, http.StatusMethodNotAllowed, refusal{r.Method + " is not allowed; GET shows the level and PUT changes it"})
		return
	}
	writeJSON(w, http.StatusOK, l.state())
}

type levelState struct {
	Level zapcore.Level  `json:"level"`
	Until *time.Time     `json:"until,omitempty"`
	Then  *zapcore.Level `json:"then,omitempty"`
}

func (l *logLevel) state() levelState {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := levelState{Level: l.level.Level()}
	if t := l.temporary; t != nil && t.level == s.Level {
		until := t.until.UTC().Round(time.Second)
		s.Until, s.Then = &until, &t.then
	}
	return s
}

// set makes a change. The line about it is written at the lower of the two
// levels, so that raising the level does not hide that it was raised.
func (l *logLevel) set(change levelChange) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return errStopped
	}
	from := l.level.Level()
	then := from
	if t := l.temporary; t != nil {
		then = t.then
		l.end()
	}
	fields := []zap.Field{zap.String("from", from.String()), zap.String("to", change.level.String())}
	if change.period > 0 {
		t := &temporaryLevel{level: change.level, then: then, until: time.Now().Add(change.period)}
		l.timers.Add(1)
		t.timer = time.AfterFunc(change.period, func() { l.expire(t) })
		l.temporary = t
		fields = append(fields, zap.Time("until", t.until), zap.String("then", then.String()))
	}
	l.apply(change.level, "log level changed", fields...)
	return nil
}

func (l *logLevel) apply(to zapcore.Level, message string, fields ...zap.Field) {
	if to > l.level.Level() {
		l.logger.Warn(message, fields...)
		l.level.SetLevel(to)
		return
	}
	l.level.SetLevel(to)
	l.logger.Warn(message, fields...)
}

// expire brings the former level back, unless the program itself has set
// another meanwhile.
func (l *logLevel) expire(t *temporaryLevel) {
	defer l.timers.Done()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.temporary != t {
		return
	}
	l.temporary = nil
	if from := l.level.Level(); from == t.level {
		l.apply(t.then, "log level fell back", zap.String("from", from.String()), zap.String("to", t.then.String()))
	}
}

// end forgets the temporary level.
func (l *logLevel) end() {
	if l.temporary.timer.Stop() {
		l.timers.Done()
	}
	l.temporary = nil
}

// stop ends the timer and leaves the level as it is. Changes are refused from
// now on.
func (l *logLevel) stop() {
	l.mu.Lock()
	l.stopped = true
	if l.temporary != nil {
		l.end()
	}
	l.mu.Unlock()
	l.timers.Wait()
}

type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
		err = fmt.Errorf("the request is larger than %d bytes", tooLarge.Limit)
	case errors.Is(err, errStopped):
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, refusal{err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client is gone; nobody is left to tell
}
