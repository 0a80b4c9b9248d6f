package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/otelkv/otelkv/benchmarks"
)

// A report is what the program prints.
type report struct {
	Rows    []row   `json:"rows"`
	Cores   int     `json:"cores"`    // GOMAXPROCS
	ClockNS float64 `json:"clock_ns"` // one read of the monotonic clock
	Rounds  int     `json:"rounds"`
	Go      string  `json:"go"`
}

// newReport measures the rows.
func newReport(ctx context.Context, rows []definition, rounds int) (_ *report, err error) {
	stores, err := benchmarks.NewStores()
	if err != nil {
		return nil, fmt.Errorf("making the stores: %w", err)
	}
	defer func() { err = errors.Join(err, stores.Close()) }()

	s := &session{ctx: ctx, rounds: rounds, stores: stores}
	samples, err := s.time(rows)
	if err != nil {
		return nil, err
	}
	rep := &report{
		Cores: runtime.GOMAXPROCS(0), ClockNS: median(samples[clock]) / 2,
		Rounds: rounds, Go: runtime.Version(),
	}
	for _, d := range rows {
		r, err := s.row(d, samples)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		rep.Rows = append(rep.Rows, r)
	}
	return rep, nil
}

func (s *session) row(d definition, samples map[string][]float64) (row, error) {
	if err := s.ctx.Err(); err != nil {
		return row{}, err
	}
	var r row
	var err error
	if d.comparison != nil {
		r, err = d.comparison.row(samples)
	} else {
		r, err = d.measure(s)
	}
	return d.judge(r), err
}

func (r *report) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
