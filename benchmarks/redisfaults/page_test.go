package redisfaults

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/benchmarks/internal/redisrival"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

var update = flag.Bool("update", false, "write docs/redis-faults.md")

const (
	page = "../../docs/redis-faults.md"
	// kindVariable makes the test binary a client of that kind, since one of them is process-global.
	kindVariable, addressesVariable = "OTELKV_FAULTS_KIND", "OTELKV_FAULTS_ADDRESSES"
)

var anAddress = regexp.MustCompile(`127\.\d+\.\d+\.\d+:\d+(->127\.\d+\.\d+\.\d+:\d+)?`)

func TestMain(m *testing.M) {
	kind := os.Getenv(kindVariable)
	if kind == "" {
		os.Exit(m.Run())
	}
	var a addresses
	err := json.Unmarshal([]byte(os.Getenv(addressesVariable)), &a)
	if err == nil {
		var all map[string]telling
		if all, err = tell(context.Background(), kind, a); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(all)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func startRedis(t *testing.T, args ...string) string {
	t.Helper()
	address, host, port := process.FreePort(t)
	args = append([]string{"--bind", host, "--port", strconv.Itoa(port), "--loglevel", "warning", "--save", "", "--dir", t.TempDir()}, args...)
	server := process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "redis-server"), args...))
	client := connect(t, address)
	server.Eventually(t, "Redis", func() bool {
		err := client.Ping(t.Context()).Err()
		return err == nil || redis.HasErrorPrefix(err, "NOAUTH")
	})
	return address
}

func connect(t *testing.T, address string) *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: address})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

var kinds = []string{redisrival.Hook, redisrival.Adapter, redisrival.RedisOTel, redisrival.Native}

// The page says what clients tell, but for texts in quotes, which depend on the versions of server and
// libraries. What is this project's leaks nothing.
func TestPage(t *testing.T) {
	where, err := json.Marshal(startServers(t))
	if err != nil {
		t.Fatal(err)
	}
	told := make(map[string]map[string]telling)
	for _, kind := range kinds {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), kindVariable+"="+kind, addressesVariable+"="+string(where))
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v: %s", kind, err, &said)
		}
		var all map[string]telling
		if err := json.Unmarshal(out, &all); err != nil {
			t.Fatalf("%s: %v: %s", kind, err, out)
		}
		told[kind] = all
	}
	for _, kind := range kinds[:2] {
		for name, what := range told[kind] {
			if what.Leaks != "nothing" {
				t.Errorf("%s leaks %s: %s", kind, what.Leaks, name)
			}
		}
	}
	want := write(told)
	if *update {
		if err := os.WriteFile(page, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(withoutTexts(got), withoutTexts(want)) {
		t.Errorf("%s is not what clients tell now; run the test with -update:\n%s", page, want)
	}
}

var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

func withoutTexts(page []byte) []byte { return quoted.ReplaceAll(page, []byte(`""`)) }

func write(told map[string]map[string]telling) []byte {
	var b bytes.Buffer
	b.WriteString("# What a Redis client tells of twelve faults\n\n" +
		"Each fault happened to a go-redis 9.23.0 client on a real server, under a sampled span, with the hook of\n" +
		"[redishook](../kvdb/kvredis/redishook/doc.go), as a wrapped store of [kvredis](../kvdb/kvredis/doc.go), with redisotel 9.23.0,\n" +
		"and with redisotel-native 9.18.0, all of whose metrics were on. The key and the value of the call were marked, and\n" +
		"looked for in all that was told. Metrics are shown by those attributes that say how a call ended; of the rivals\n" +
		"they include what failed as the client opened its connection, such as commands that an older server does not know. Written by\n" +
		"`go test ./benchmarks/redisfaults -update`, which holds the page to what it sees, but for texts in quotes.\n")
	for _, f := range faults() {
		fmt.Fprintf(&b, "\n## %s\n\n| client | metrics | span | line | leaks |\n|---|---|---|---|---|\n", strings.ToUpper(f.name[:1])+f.name[1:])
		for _, kind := range kinds {
			what := told[kind][f.name]
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", kind, cell(what.Metrics), cell(what.Span), cell(what.Line), what.Leaks)
		}
	}
	return b.Bytes()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
