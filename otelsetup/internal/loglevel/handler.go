// Package loglevel shows and changes the level of a logger over HTTP.
package loglevel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

// A Handler shows and changes a level over HTTP. A change can be for a time:
// then the level that held before the first such change comes back.
//
// GET answers {"level":"debug"}, and while the level is temporary also until
// when and what comes then. PUT takes the same "level" and a "for" such as
// "5m", at most 24 hours, as JSON, as a form or in the query; what the body
// says goes before the query. A later PUT replaces an earlier one, its time
// too. Who may change the level is up to whoever serves it; see [Handler.Under].
type Handler struct {
	level  zap.AtomicLevel
	logger *zap.Logger

	mu        sync.Mutex // never held while a line is written
	changes   int
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

// New returns a handler that logs its changes. The caller ends its timer with
// Stop.
func New(level zap.AtomicLevel, logger *zap.Logger) *Handler {
	return &Handler{level: level, logger: logger}
}

var errStopped = errors.New("the program is ending")

// ServeHTTP implements [http.Handler].
func (l *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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

func (l *Handler) state() levelState {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := levelState{Level: l.level.Level()}
	if t := l.temporary; t != nil && t.level == s.Level {
		until := t.until.UTC().Round(time.Second)
		s.Until, s.Then = &until, &t.then
	}
	return s
}

// set makes a change. When it returns, the level is in force.
func (l *Handler) set(change levelChange) error {
	apply, err := l.prepare(change)
	if err != nil {
		return err
	}
	apply()
	return nil
}

func (l *Handler) prepare(change levelChange) (apply func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return nil, errStopped
	}
	from := l.level.Level()
	then := from
	if t := l.temporary; t != nil {
		then = t.then
		l.end()
	}
	fields := []zap.Field{zap.String(catalog.FieldFrom, from.String()), zap.String(catalog.FieldTo, change.level.String())}
	if change.period > 0 {
		t := &temporaryLevel{level: change.level, then: then, until: time.Now().Add(change.period)}
		l.timers.Add(1)
		t.timer = time.AfterFunc(change.period, func() { l.expire(t) })
		l.temporary = t
		fields = append(fields, zap.Time(catalog.FieldUntil, t.until), zap.String(catalog.FieldThen, then.String()))
	}
	return l.change(change.level, catalog.LogLevelChanged, fields...), nil
}

// change lowers the level, or returns it as it is, and what is left to do
// without the lock: to write a line, and then to raise the level. So the line is
// written at the lower of the two levels, and raising the level does not hide
// that it was raised. A log that takes no line is not waited for.
func (l *Handler) change(to zapcore.Level, message catalog.Message, fields ...zap.Field) (apply func()) {
	l.changes++
	number, from := l.changes, l.level.Level()
	if to <= from {
		l.level.SetLevel(to)
	}
	return func() {
		foreign.Briefly(func() { l.logger.Warn(message, fields...) })
		l.mu.Lock()
		defer l.mu.Unlock()
		// A later change, or one by the program itself, stands.
		if to > from && l.changes == number && l.level.Level() == from {
			l.level.SetLevel(to)
		}
	}
}

// expire brings the former level back, unless the program itself has set
// another meanwhile.
func (l *Handler) expire(t *temporaryLevel) {
	defer l.timers.Done()
	if apply := l.fallBack(t); apply != nil {
		apply()
	}
}

func (l *Handler) fallBack(t *temporaryLevel) (apply func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.temporary != t {
		return nil
	}
	l.temporary = nil
	from := l.level.Level()
	if from != t.level {
		return nil
	}
	return l.change(t.then, catalog.LogLevelFellBack, zap.String(catalog.FieldFrom, from.String()), zap.String(catalog.FieldTo, t.then.String()))
}

// end forgets the temporary level.
func (l *Handler) end() {
	if l.temporary.timer.Stop() {
		l.timers.Done()
	}
	l.temporary = nil
}

// Stop ends the timer and leaves the level as it is. Changes are refused from
// now on.
func (l *Handler) Stop() {
	l.mu.Lock()
	l.stopped = true
	if l.temporary != nil {
		l.end()
	}
	l.mu.Unlock()
	l.timers.Wait() //otelkv:waitok one that has fired waits for its line for a moment only
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
