package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A span is the time that a picture shows.
type span struct {
	start, end time.Time
	step       time.Duration // between two points
	scrape     time.Duration // between two scrapes
}

// points are how many a chart has at most: as many as its pixels show.
const points = 240

// newSpan is the time before the end, with points where Grafana would have them: at
// multiples of the step.
func newSpan(end time.Time, length, scrape time.Duration) span {
	step := max(scrape, (length / points).Round(time.Second))
	end = end.Truncate(step)
	return span{end.Add(-length), end, step, scrape}
}

// A prometheus is a server, by its URL.
type prometheus string

// call asks for a path below the API, and returns the data of the answer.
func (p prometheus) call(ctx context.Context, path string, q url.Values) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, string(p)+"/api/v1/"+path, strings.NewReader(q.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, res.Status, err)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s: %s in %s", path, answer.Error, q.Get("query"))
	}
	return answer.Data, nil
}

// An answer is what a target of a panel has got.
type answer struct {
	RefID     string          `json:"refId"`
	Result    json.RawMessage `json:"result"`
	Exemplars json.RawMessage `json:"exemplars,omitempty"`
}

// ask asks what a target asks for, with the values in place of its variables.
func (p prometheus) ask(ctx context.Context, t target, v values, s span) (answer, error) {
	a := answer{RefID: t.RefID}
	query := v.fill(t.Expr)
	path, q := "query", url.Values{"query": {query}, "time": {unix(s.end)}}
	if !t.Instant {
		path, q = "query_range", url.Values{"query": {query}, "start": {unix(s.start)}, "end": {unix(s.end)}, "step": {promDuration(s.step)}}
	}
	data, err := p.call(ctx, path, q)
	if err != nil {
		return a, err
	}
	var result struct{ Result json.RawMessage }
	if err := json.Unmarshal(data, &result); err != nil {
		return a, err
	}
	a.Result = result.Result
	if t.Exemplar {
		a.Exemplars, err = p.call(ctx, "query_exemplars", url.Values{"query": {query}, "start": {unix(s.start)}, "end": {unix(s.end)}})
	}
	return a, err
}

func unix(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
}
