package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/otelkv/otelkv/benchmarks"
)

// A report is what the program prints.
type report struct {
	Rows    []row      `json:"rows"`
	LeftOut []omission `json:"left_out,omitempty"`
	Cores   int        `json:"cores"`    // GOMAXPROCS
	ClockNS float64    `json:"clock_ns"` // one read of the monotonic clock
	Rounds  int        `json:"rounds"`
	Go      string     `json:"go"`
}

// newReport measures the rows.
func newReport(ctx context.Context, rows []definition, rounds int) (_ *report, err error) {
	stores, err := benchmarks.NewStores()
	if err != nil {
		return nil, fmt.Errorf("making the stores: %w", err)
	}
	defer func() { err = errors.Join(err, stores.Close()) }()

	scratch, err := os.MkdirTemp("", "otelkv-report-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()

	s := &session{ctx: ctx, rounds: rounds, stores: stores, kvserver: sync.OnceValues(func() (string, error) {
		return buildKVServer(ctx, scratch)
	})}
	s.redis = sync.OnceValues(s.redisCosts)
	samples, err := s.time(rows)
	if err != nil {
		return nil, err
	}
	rep := &report{
		Rows: []row{}, Cores: runtime.GOMAXPROCS(0), ClockNS: median(samples[clock]) / 2,
		Rounds: rounds, Go: runtime.Version(),
	}
	for _, d := range rows {
		r, err := s.row(d, samples)
		var out *leftOutError
		switch {
		case errors.As(err, &out):
			rep.LeftOut = append(rep.LeftOut, omission{d.name, out.why})
		case err != nil:
			return nil, fmt.Errorf("%s: %w", d.name, err)
		default:
			rep.Rows = append(rep.Rows, r)
		}
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

// readReport reads what writeJSON wrote into a file.
func readReport(path string) (*report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is no report: %w", path, err)
	}
	return r, nil
}
