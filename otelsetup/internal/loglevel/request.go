package loglevel

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
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return levelChange{}, fmt.Errorf("the query is malformed: %w", err)
	}
	asked, err := parseQuery(query)
	if err != nil {
		return levelChange{}, err
	}
	said, err := parseBody(bytes.TrimSpace(body))
	if err != nil {
		return levelChange{}, err
	}
	return parseLevelChange(cmp.Or(said.Level, asked.Level), cmp.Or(said.For, asked.For))
}

// A levelRequest is what a PUT says, in its body or its query.
type levelRequest struct {
	Level string `json:"level"`
	For   string `json:"for"`
}

func parseBody(body []byte) (request levelRequest, err error) {
	if !bytes.HasPrefix(body, []byte("{")) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return request, fmt.Errorf("the request is neither JSON nor a form: %w", err)
		}
		return parseQuery(form)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&request); err != nil {
		return request, fmt.Errorf(`the request is not like {"level":"debug","for":"5m"}: %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return request, errors.New("the request has more than one object")
	}
	return request, nil
}

// parseQuery refuses names that it does not know: a time that is misspelled
// would make the change one for good.
func parseQuery(values url.Values) (levelRequest, error) {
	for name := range values {
		if name != "level" && name != "for" {
			return levelRequest{}, fmt.Errorf("unknown %q; there are level and for", name)
		}
	}
	return levelRequest{values.Get("level"), values.Get("for")}, nil
}

func parseLevelChange(level, period string) (c levelChange, err error) {
	if c.level, err = parseLevel(level); err != nil {
		return levelChange{}, err
	}
	if period == "" {
		if c.level > zapcore.ErrorLevel {
			return levelChange{}, fmt.Errorf(`the level %[1]v leaves out operations that fail: say for how long, as in {"level":"%[1]v","for":"5m"}, after which the former level comes back`, c.level)
		}
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
