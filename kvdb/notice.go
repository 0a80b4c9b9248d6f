package kvdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names of notices that more than one engine gives.
const (
	// NoticeStatsMissing: some of the statistics that the adapter declares are not
	// known, and the text says how to get them.
	NoticeStatsMissing = "stats_missing"

	// NoticeOpenedWithLess: the engine opened its files although they lack
	// something that was there once.
	NoticeOpenedWithLess = "opened_with_less"

	// NoticeEngineFailed: the engine is in a state that only opening the store
	// again ends.
	NoticeEngineFailed = "engine_failed"
)

// A NoticeLevel says how much a notice matters.
type NoticeLevel int8

// Levels of notices.
const (
	NoticeInfo  NoticeLevel = iota // good to know
	NoticeWarn                     // somebody should look at it
	NoticeError                    // the store does not do all that it should
)

// A Notice is something that an engine has to tell once, apart from the results
// of operations and from what can be counted.
type Notice struct {
	Name  string // what it is about, a constant in lower case: "opened_with_less"
	Level NoticeLevel

	// Text says in one line what happened, what it means and what to do. It
	// holds no keys, no values and no credentials, and the same happening has the same text:
	// what varies is in Numbers.
	Text string

	// Numbers are what can be counted of it, by name. Nobody changes the map
	// once the notice is given.
	Numbers map[string]float64
}

// Limits of a [Notice], by [CheckNotice].
const (
	maxNoticeText    = 1000
	maxNoticeName    = 64
	maxNoticeNumbers = 8
)

// A Notifier tells what no operation returns and no statistic shows: that the
// engine opened with less than it should have, or that something is missing to
// observe it.
type Notifier interface {
	// Notices yields the notices since the store was opened, as far as the store
	// keeps them, and then each new one when it comes. The loop ends when ctx is
	// done, after the notices that there were by then: with a context that is
	// done already it does not wait. Each loop begins anew, several can run at
	// once, and all of this works after Close, too. The engine does not wait for a
	// loop.
	Notices(ctx context.Context) iter.Seq[Notice]
}

// CheckNotice returns everything that is wrong with a notice, or nil: a name that
// is not a word of lower-case letters, digits and underscores, an unknown level, a
// text that is not one line of up to 1,000 bytes of UTF-8, more than 8 numbers,
// and ones that are not finite or whose name is not such a word. The error does
// not match a kind of this package.
func CheckNotice(n Notice) error {
	var errs []error
	if !isNoticeName(n.Name) {
		errs = append(errs, errors.New("wants a name that is a word in lower case"))
	}
	if n.Level < NoticeInfo || n.Level > NoticeError {
		errs = append(errs, fmt.Errorf("has the level %d", n.Level))
	}
	if !isNoticeText(n.Text) {
		errs = append(errs, fmt.Errorf("wants a text of one line and at most %d bytes", maxNoticeText))
	}
	if len(n.Numbers) > maxNoticeNumbers {
		errs = append(errs, fmt.Errorf("has %d numbers, at most %d can be", len(n.Numbers), maxNoticeNumbers))
	}
	for name, value := range n.Numbers {
		if !isNoticeName(name) || math.IsNaN(value) || math.IsInf(value, 0) {
			errs = append(errs, fmt.Errorf("has the number %q of %v, want a word in lower case and a finite value", name, value))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("the notice %q %w", n.Name, errors.Join(errs...))
}

func isNoticeName(name string) bool {
	return name != "" && len(name) <= maxNoticeName && strings.Trim(name, wordLetters) == ""
}

func isNoticeText(text string) bool {
	return text != "" && len(text) <= maxNoticeText && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
