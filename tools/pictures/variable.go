package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"
)

// A variable is one of the dashboard's.
type variable struct {
	Name     string          `json:"name"`
	Type     string          `json:"type"`
	AllValue string          `json:"allValue"`
	Current  json.RawMessage `json:"current"`
}

// value is what it has before anybody chooses, and what a title says in its place.
func (v variable) value() (value, text string, err error) {
	if v.AllValue != "" {
		return v.AllValue, "All", nil
	}
	var current struct {
		Value string `json:"value"`
		Text  string `json:"text"`
	}
	if err := json.Unmarshal(v.Current, &current); err != nil {
		return "", "", fmt.Errorf("the variable %s: %w", v.Name, err)
	}
	return current.Value, current.Text, nil
}

// values are those of all variables by their names.
type values map[string]string

// texts are what titles say in the place of the variables.
func (d dashboard) texts(chosen values) (values, error) {
	all := values{}
	for _, v := range d.Templating.List {
		if v.Type == "datasource" {
			continue
		}
		_, text, err := v.value()
		if err != nil {
			return nil, err
		}
		all[v.Name] = text
	}
	maps.Copy(all, chosen)
	return all, nil
}

// values returns what the variables are before anybody chooses, but for those that are
// chosen, and how Grafana would take points in the span of time.
func (d dashboard) values(chosen values, s span) (values, error) {
	all := values{
		"__interval":      promDuration(s.step),
		"__rate_interval": promDuration(max(s.step+s.scrape, 4*s.scrape)),
	}
	for _, v := range d.Templating.List {
		if v.Type == "datasource" {
			continue
		}
		value, _, err := v.value()
		if err != nil {
			return nil, err
		}
		all[v.Name] = value
	}
	for name, value := range chosen {
		if _, known := all[name]; !known {
			return nil, fmt.Errorf("the dashboard has no variable %q", name)
		}
		all[name] = value
	}
	return all, nil
}

var named = regexp.MustCompile(`\$\w+`)

// fill puts the values in the place of the variables.
func (v values) fill(text string) string {
	return named.ReplaceAllStringFunc(text, func(s string) string {
		if value, ok := v[strings.TrimPrefix(s, "$")]; ok {
			return value
		}
		return s
	})
}

func promDuration(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }
