package otelsetup

import (
	"fmt"
	"strings"
)

// problems collects what is wrong with the settings, one line for all.
type problems []error

func (p *problems) add(setting string, err error) {
	if err == nil {
		return
	}
	problem := fmt.Errorf("%s: %w", setting, err)
	for _, known := range *p { // of another signal that shares the setting
		if known.Error() == problem.Error() {
			return
		}
	}
	*p = append(*p, problem)
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p problems) Error() string {
	texts := make([]string, len(p))
	for i, err := range p {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (p problems) Unwrap() []error { return p }
