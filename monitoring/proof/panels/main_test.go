package panels_test

import (
	"flag"
	"os"
	"testing"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

var (
	only   = flag.String("only", "", "run these trials alone, by their names and commas")
	atOnce = flag.Int("atonce", 9, "run as many programs at a time")
	keep   = flag.String("keep", "", "keep what is recorded in this directory, or look at what was kept there")
)

func TestMain(m *testing.M) { os.Exit(recording.Main(m)) }
