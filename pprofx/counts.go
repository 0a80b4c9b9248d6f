package pprofx

import (
	"sync/atomic"
	"time"
)

const (
	captureWritten = iota
	captureLinked
	captureFailed
	captureOutcomes
)

var captureOutcomeNames = [captureOutcomes]string{"written", "linked", "failed"}

// A requestOutcome is how a request for a profile ended.
type requestOutcome uint8

const (
	requestOK requestOutcome = iota
	requestInvalid
	requestRefused
	requestLimited
	requestBusy
	requestFailed
	requestGone
	requestOutcomes
)

var requestOutcomeNames = [requestOutcomes]string{"ok", "invalid", "refused", "limited", "busy", "failed", "gone"}

// profileNames are the values of pprofx.profile. The last one stands for what a
// program has made with pprof.NewProfile.
var profileNames = [...]string{
	"cpu", "trace", "flight", "heap", "allocs", "goroutine", "mutex", "block",
	"threadcreate", "goroutineleak", "health", "custom",
}

// counts are what the metrics tell. An operation that is slow counts here, too,
// so it costs no more than an addition.
type counts struct {
	captures [reasons][captureOutcomes]atomic.Int64
	requests [requestOutcomes]atomic.Int64
	written  [len(profileNames)]atomic.Int64
	failed   [len(profileNames)]atomic.Int64
	time     [len(profileNames)]atomic.Int64 // ns

	undeletable atomic.Int64 // files, when the last one was written
}

func profileIndex(name string) int {
	for i, n := range profileNames {
		if n == name {
			return i
		}
	}
	return len(profileNames) - 1
}

func (c *counts) file(profile string, written bool) {
	if written {
		c.written[profileIndex(profile)].Add(1)
	} else {
		c.failed[profileIndex(profile)].Add(1)
	}
}

func (c *counts) spent(profile string, d time.Duration) {
	c.time[profileIndex(profile)].Add(int64(d))
}
