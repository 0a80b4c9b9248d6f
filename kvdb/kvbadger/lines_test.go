package kvbadger_test

import (
	"fmt"
	"strings"
	"sync"
)

// lines keeps what the engine logs.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, level+" "+format+"\n", args...)
}

func (l *lines) Debugf(format string, args ...any)   { l.add("debug", format, args...) }
func (l *lines) Infof(format string, args ...any)    { l.add("info", format, args...) }
func (l *lines) Warnf(format string, args ...any)    { l.add("warn", format, args...) }
func (l *lines) Warningf(format string, args ...any) { l.add("warning", format, args...) }
func (l *lines) Errorf(format string, args ...any)   { l.add("error", format, args...) }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
