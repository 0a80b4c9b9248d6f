package pprofx

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
)

// TestBadLogger: whatever the logger does, requests are answered, evidence is
// captured, and Close returns.
func TestBadLogger(t *testing.T) {
	for _, fault := range testutil.LogFaults {
		t.Run(fault, func(t *testing.T) {
			dir := t.TempDir()
			p, err := Start(WithAddress("127.0.0.1:0"), WithDirectory(dir), WithLogger(testutil.NewBadLogger(t, fault)),
				WithFlightRecorder(0, 0), WithMutexFraction(0), optionFunc(quick))
			if err != nil {
				t.Fatal(err)
			}
			url := "http://" + p.Addr().String() + prefix
			if res := get(t, url+"heap", "Host", "evil.example"); res.status != http.StatusForbidden {
				t.Errorf("a stranger: %d", res.status)
			}
			if res := get(t, url+"heap"); res.status != http.StatusOK {
				t.Errorf("%d: %s", res.status, res.body)
			}
			if path, err := p.Capture(t.Context(), "by hand"); path == "" || err != nil {
				t.Errorf("%s, %v", path, err)
			}
			p.OnCheckChange(t.Context(), CheckChange{Check: "loop", Liveness: true, WasOK: true})
			p.OnCheckChange(t.Context(), CheckChange{Check: "disk", WasOK: true})
			captured := func() (n int64) {
				for r := range p.counts.captures {
					n += p.counts.captures[r][captureWritten].Load()
				}
				return n
			}
			eventually(t, "captured", func() bool { return captured() == 3 })
			if all, err := os.ReadDir(dir); err != nil || len(all) != 8 { // 3 by hand, 2 and 3
				t.Errorf("%v, %v", all, err)
			}
			began := time.Now()
			err = p.Close()
			if took := time.Since(began); took > diskLimit+logLimit {
				t.Errorf("Close took %v", took)
			}
			if fault == "blocks" && err == nil {
				t.Error("Close does not tell of the lines that are lost")
			}
			if fault != "blocks" && fault != "is slow" && err != nil {
				t.Error(err)
			}
		})
	}
}
