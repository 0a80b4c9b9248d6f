package health

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestUtilization(t *testing.T) {
	bad := errors.New("bad")
	for _, tc := range []struct {
		share  float64
		err    error
		limits *Limits
		status Status
		says   string
	}{
		{0, nil, nil, StatusPass, ""},
		{0.80, nil, nil, StatusPass, ""},
		{0.81, nil, nil, StatusWarn, "disk filling"},
		{0.90, nil, nil, StatusWarn, "disk filling"},
		{0.901, nil, nil, StatusFail, "disk full"},
		{1, nil, nil, StatusFail, "disk full"},
		{0.6, nil, &Limits{Fail: 0.5}, StatusFail, "disk full"},
		{0.4, nil, &Limits{Fail: 0.5}, StatusPass, ""},
		{0.6, nil, &Limits{Warn: 0.5}, StatusWarn, "disk filling"},
		{0.95, nil, &Limits{Warn: 0.5, Fail: 1}, StatusWarn, "disk filling"},
		{math.NaN(), nil, nil, StatusUnknown, "disk unknown"},
		{-1, nil, nil, StatusUnknown, "disk unknown"},
		{0, bad, nil, StatusUnknown, "disk unknown"},
		{0, fmt.Errorf("a: %w", errors.ErrUnsupported), nil, StatusWarn, "disk unknown on this system"},
	} {
		c := Utilization("disk", func(context.Context) (float64, error) { return tc.share, tc.err }, tc.limits)
		err := run(t, c)
		if v := verdictOf(err); v.status != tc.status || says(c, err) != tc.says {
			t.Errorf("%v, %v, %+v: %v, %q, want %v, %q", tc.share, tc.err, tc.limits, v.status, says(c, err), tc.status, tc.says)
		}
	}
}

// TestHangingFilesystem is a statfs that does not come back.
func TestHangingFilesystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := hangs(t)
		read := func(ctx context.Context) (float64, error) { return 0, hung(ctx) }
		h := start(t, WithChecks(Utilization("disk", read, nil).Every(time.Second)))
		wait(5 * time.Second)
		wantAnswer(t, h, "/readyz", 503, "disk unknown: running for 5s\n")
		wantOK(t, h, "/healthz", "alive\n")
	})
}

func TestDisk(t *testing.T) {
	if err := run(t, Disk("disk", t.TempDir(), &Limits{Warn: 1, Fail: 1})); err != nil {
		t.Error(err)
	}
	if err := run(t, Disk("disk", filepath.Join(t.TempDir(), "missing"), nil)); verdictOf(err).status != StatusUnknown {
		t.Errorf("a directory that is missing: %v", err)
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		if err := run(t, Disk("disk", "/proc", nil)); err != nil {
			t.Errorf("a filesystem without blocks: %v", err)
		}
	}
}

func TestMemory(t *testing.T) {
	c := Memory("memory", &Limits{Warn: 1, Fail: 1})
	err := run(t, c)
	if v := verdictOf(err); v.status == StatusUnknown || v.status == StatusFail {
		t.Errorf("%v: %v", v.status, err)
	}
	tiny := Memory("memory", &Limits{Fail: 1e-12})
	if err := run(t, tiny); !errors.Is(err, errors.ErrUnsupported) && says(tiny, err) != "memory nearly exhausted" {
		t.Errorf("%q: %v", says(tiny, err), err)
	}
	if !strings.HasPrefix(c.Reason, c.Name) {
		t.Errorf("the reason is %q", c.Reason)
	}
}
