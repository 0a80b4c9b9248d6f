// Package page has the side of HTTP in what Prometheus scrapes: it takes the request,
// asks registries that it is handed, and answers with one page. What is in the
// registries is up to package scrape. A scrape goes through these steps:
//
//	gather    from sources that may hang, panic or fail
//	merge     what several sources have under one name
//	validate  what Prometheus would refuse, and the rest of the page with it
//	render    in the format and compression that the scraper asks for
//
// Whatever goes wrong costs only itself, is counted, and is reported once.
package page

import (
	"time"

	dto "github.com/prometheus/client_model/go"
)

// A Page is gathered from the first of its own sources that answers, and from all
// of the extra ones.
type Page struct {
	Own, Extra []*Source
	Losses     *Losses
}

// A part is what one source has for the page.
type part struct {
	source   *Source
	families []*dto.MetricFamily
}

// Gather returns the page that a scrape of the given length gets, and an error if
// there is nothing to serve. The families are shared with other scrapes: they are
// to be read only.
//
// Half of the time is for the first of the own sources and for the extra ones, a
// quarter for the others, and a quarter is left for the scraper.
func (p *Page) Gather(length time.Duration) ([]*dto.MetricFamily, error) {
	defer p.Losses.Say()
	began := time.Now()
	runs := make([]*run, len(p.Extra))
	for i, extra := range p.Extra {
		runs[i] = extra.start()
	}
	own, failure := p.own(began, length)
	var parts []part
	if own.source != nil {
		parts = append(parts, own)
	}
	for i, extra := range p.Extra {
		families, err := runs[i].wait(began.Add(length / 2))
		p.Losses.note(extra, err)
		if err != nil {
			failure = err
		}
		parts = append(parts, part{extra, families})
	}
	families := validate(merge(parts, p.Losses), p.Losses)
	if len(families) > 0 {
		failure = nil
	}
	return families, failure
}

// own returns what the first source has that answers. One that fails over a part
// of what it has answers all the same.
func (p *Page) own(began time.Time, length time.Duration) (own part, failure error) {
	for i, source := range p.Own {
		until := began.Add(length / 2)
		if i > 0 {
			until = began.Add(length/2 + time.Duration(i)*length/4/time.Duration(len(p.Own)-1))
		}
		families, err := source.start().wait(until)
		p.Losses.note(source, err)
		if err != nil {
			failure = err
		}
		own = part{source, families}
		if err == nil || len(families) > 0 {
			break
		}
	}
	return own, failure
}
