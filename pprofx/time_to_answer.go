package pprofx

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// toSend is what is left of a limit for an answer after a profile was recorded, where it is
// no part of it.
const toSend = time.Second

// timeToAnswer returns an error, with what to do, if a profile of that length would be
// recorded and lost: who serves ends the request before, and cannot be told not to.
func (c *client) timeToAnswer(r *http.Request, lasts time.Duration) error {
	if lasts == 0 {
		return nil
	}
	if until, ok := r.Context().Deadline(); ok && short(time.Until(until), lasts) {
		return fmt.Errorf("a profile of %v would be lost: the request ends after %v. "+
			"Ask for fewer seconds, or serve profiles outside of what limits requests, such as http.TimeoutHandler", lasts, time.Until(until).Round(time.Millisecond))
	}
	err := c.allow(lasts)
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !errors.Is(err, http.ErrNotSupported) || server == nil || server.WriteTimeout <= 0 || !short(server.WriteTimeout, lasts) {
		return nil
	}
	return fmt.Errorf("a profile of %v would be lost: the server's WriteTimeout is %v, and what wraps its ResponseWriter keeps it from being extended. "+
		"Ask for fewer seconds, give the wrapper a method Unwrap for http.ResponseController, or raise the WriteTimeout", lasts, server.WriteTimeout)
}

func short(limit, lasts time.Duration) bool {
	return limit-min(toSend, limit/10) < lasts
}
