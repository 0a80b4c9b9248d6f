package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// labelled returns the goroutines that have labels of this value, by stack.
func labelled(t *testing.T, value string) (stacks string) {
	t.Helper()
	var page strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&page, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(page.String(), "\n\n") {
		if strings.Contains(stack, `"`+value+`"`) {
			stacks += stack + "\n"
		}
	}
	return stacks
}

// leftLabelled returns those that have labels once those that come to an end have.
func leftLabelled(t *testing.T, value string) (stacks string) {
	t.Helper()
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); runtime.Gosched() {
		if stacks = labelled(t, value); stacks == "" {
			return ""
		}
	}
	return stacks
}

// putLabelled runs operations of a store at the same time with labels.
func putLabelled(t *testing.T, store kvdb.Store) {
	t.Helper()
	wrapped, err := instrument.Wrap(store, instrument.WithNamespace(t.Name()), instrument.WithRegistry(instrument.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wrapped.Close() })
	instrument.ProfilerLabels{}.Enable()
	defer instrument.ProfilerLabels{}.Disable()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				if err := wrapped.Put(t.Context(), fmt.Append(nil, i), []byte("value")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A pool that dials within operations leaves nothing behind that has their labels.
func TestLabelsOfARealClient(t *testing.T) {
	server := redisserver.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Address, PoolSize: 4, MinIdleConns: 2})
	putLabelled(t, server.NewStore(client))
	if stacks := leftLabelled(t, t.Name()); stacks != "" {
		t.Errorf("with the labels of an operation:\n%s", stacks)
	}
}

// A webStore keeps values on a server for web pages.
type webStore struct {
	client *http.Client
	url    string
}

func (s *webStore) Describe() kvdb.Info { return kvdb.Info{System: "web", Namespace: "pages"} }

func (s *webStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	return s.do(ctx, http.MethodGet, key, nil)
}

func (s *webStore) Put(ctx context.Context, key, value []byte) error {
	_, err := s.do(ctx, http.MethodPut, key, value)
	return err
}

func (s *webStore) Delete(ctx context.Context, key []byte) error {
	_, err := s.do(ctx, http.MethodDelete, key, nil)
	return err
}

func (s *webStore) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

func (s *webStore) do(ctx context.Context, method string, key, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+"/"+string(key), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// A client whose connections have goroutines of their own starts them in the
// operation that dials. They keep its labels, unless the dialler takes them off, as
// the documentation of ProfilerLabels has it.
func TestLabelsOfConnections(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	var dialer net.Dialer
	for name, test := range map[string]struct {
		dial func(ctx context.Context, network, address string) (net.Conn, error)
		left bool
	}{
		"as it is": {dialer.DialContext, true},
		"without labels": {func(ctx context.Context, network, address string) (net.Conn, error) {
			pprof.SetGoroutineLabels(context.Background())
			return dialer.DialContext(ctx, network, address)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			client := &http.Client{Transport: &http.Transport{DialContext: test.dial, MaxIdleConnsPerHost: 8}}
			putLabelled(t, &webStore{client, server.URL})
			stacks := labelled(t, t.Name())
			if !test.left {
				stacks = leftLabelled(t, t.Name())
			}
			if left := strings.Contains(stacks, "readLoop"); left != test.left {
				t.Errorf("loops with the labels of an operation: %t, want %t:\n%s", left, test.left, stacks)
			}
		})
	}
}
