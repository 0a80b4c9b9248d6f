package otelsetup

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{}), zapcore.AddSync(closedPipe{}), zap.InfoLevel)
		log := zap.New(core, zap.ErrorOutput(newWriteErrors(linewriter.New(&out, linewriter.Options{}))))
		for range 100 {
			log.Error("nobody reads this")
		}
		time.Sleep(writeErrorEvery)
		log.Error("nor this")
		if n := strings.Count(out.String(), "broken pipe"); n != 2 {
			t.Errorf("%d complaints, want 2: %s", n, out.String())
		}
	})
}
