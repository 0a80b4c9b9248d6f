package otelsetup

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap/zapcore"
)

const (
	// maxLevelRequest is far more than any request that makes sense.
	maxLevelRequest = 4 << 10

	// maxLevelPeriod is a day: what has to last longer is no exception.
	maxLevelPeriod = 24 * time.Hour
)

// A levelChange is what a PUT asks for. A period of zero means for good.
type levelChange struct {
	level  zapcore.Level
	period time.Duration
}

// readLevelChange reads a request. Its body is JSON if it begins as an object
// does, whatever its Content-Type says, since curl -d calls all a form.
func readLevelChange(w http.ResponseWriter, r *http.Request) (levelChange, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLevelRequest))
	if err != nil {
		return levelChange{}, fmt.Errorf("reading the request: %w", err)
	}
	var request struct {
		Level string `json:"level"`
		For   string `json:"for"`
	}
	if body = bytes.TrimSpace(body); bytes.HasPrefix(body, []byte("{")) {
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&request); err != nil {
			return levelChange{}, fmt.Errorf(`the request is not like {"level":"debug","for":"5m"}: %w`, err)
		}
		if d.More() {
			return levelChange{}, errors.New("the request has more than one object")
		}
	} else {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return levelChange{}, fmt.Errorf("the request is neither JSON nor a form: %w", err)
		}
		query := r.URL.Query()
		request.Level = cmp.Or(form.Get("level"), query.Get("level"))
		request.For = cmp.Or(form.Get("for"), query.Get("for"))
	}
	return parseLevelChange(request.Level, request.For)
}

func parseLevelChange(level, period string) (c levelChange, err error) {
	if c.level, err = parseLevel(level); err != nil {
		return levelChange{}, err
	}
	if period == "" {
		return c, nil
	}
	c.period, err = time.ParseDuration(period)
	if err != nil {
		return levelChange{}, fmt.Errorf("for is %q; it must be a time such as 90s, 5m or 1h30m", period)
	}
	if c.period <= 0 || c.period > maxLevelPeriod {
		return levelChange{}, fmt.Errorf("for is %v; it must be above zero and at most %v", c.period, maxLevelPeriod)
	}
	return c, nil
}

// parseLevel returns the level of that name. Other than zap's own, it takes no
// empty name for info.
func parseLevel(name string) (zapcore.Level, error) {
	level, err := zapcore.ParseLevel(name)
	if err != nil || name == "" {
		return 0, fmt.Errorf("the level is %q; it must be debug, info, warn, error, dpanic, panic or fatal", name)
	}
	return level, nil
}
