package alerts_test

import (
	"flag"
	"os"
	"testing"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

var only = flag.String("only", "", "run these trials alone, by their names and commas")

func TestMain(m *testing.M) { os.Exit(recording.Main(m)) }
