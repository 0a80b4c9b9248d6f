// Package watcher runs a Prometheus beside a program, which it scrapes, with the rules of
// this repository. The server ends with the program, however that ends.
package watcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/otelkv/otelkv/monitoring"
)

const (
	// Every is the time between two scrapes: what has happened is seen at once.
	Every = 2 * time.Second

	// patience is how long a server may take to start.
	patience = 30 * time.Second
)

// Find returns the path of the program prometheus.
func Find() (string, error) {
	path, err := exec.LookPath("prometheus")
	if err != nil {
		return "", fmt.Errorf("-watch: %w: install Prometheus so that it is on the path, or leave the flag out", err)
	}
	return path, nil
}

// A Server is a Prometheus that runs.
type Server struct {
	// URL is where it is, on this machine only.
	URL string

	hold   io.Closer // while it is open the server runs
	keeper *exec.Cmd
	ended  chan struct{}
}

// Start starts the Prometheus at path, which scrapes the address as a job, and waits until
// it is ready, or ctx is done. What it writes is in a temporary directory.
func Start(ctx context.Context, path, job, address string) (*Server, error) {
	own, err := freeAddress(ctx)
	if err != nil {
		return nil, fmt.Errorf("-watch: %w", err)
	}
	dir, err := os.MkdirTemp("", "otelkv-watch-")
	if err != nil {
		return nil, fmt.Errorf("-watch: %w: set TMPDIR to a directory that can be written to", err)
	}
	s := &Server{URL: "http://" + own, ended: make(chan struct{})}
	if err := s.keep(path, dir, job, address, own); err != nil {
		return nil, errors.Join(fmt.Errorf("-watch: %w", err), os.RemoveAll(dir))
	}
	if err := s.await(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// keep starts the keeper with all that the server needs in the directory.
func (s *Server) keep(path, dir, job, address, own string) error {
	rules, err := monitoring.Files().ReadFile("rules.yaml")
	if err != nil {
		return err
	}
	config := fmt.Sprintf(`global: {scrape_interval: %[1]s, scrape_timeout: %[1]s, evaluation_interval: %[1]s}
rule_files: [rules.yaml]
scrape_configs: [{job_name: %[2]s, static_configs: [{targets: [%[3]q]}]}]
`, Every, job, address)
	for name, text := range map[string][]byte{"rules.yaml": rules, "prometheus.yaml": []byte(config)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s.keeper = exec.Command(self, path, //nolint:gosec,noctx // itself, which ends when its input does
		"--config.file="+filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+own, "--enable-feature=exemplar-storage", "--log.level=warn")
	s.keeper.Env = append(os.Environ(), dirVariable+"="+dir)
	s.keeper.Stderr = os.Stderr
	if s.hold, err = s.keeper.StdinPipe(); err != nil {
		return err
	}
	if err := s.keeper.Start(); err != nil {
		return err
	}
	go func() {
		defer close(s.ended)
		_ = s.keeper.Wait() // it has said why
	}()
	return nil
}

// await waits until the server is ready.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !s.ready(ctx) {
		select {
		case <-tick.C:
		case <-s.ended:
			return errors.New("-watch: Prometheus has ended: leave the flag out")
		case <-ctx.Done():
			return fmt.Errorf("-watch: Prometheus is not ready: %w", ctx.Err())
		}
	}
	return nil
}

func (s *Server) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/-/ready", http.NoBody)
	if err != nil {
		return false
	}
	request.Close = true
	res, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode == http.StatusOK
}

// Close ends the server, and waits until its directory is removed.
func (s *Server) Close() error {
	err := s.hold.Close()
	<-s.ended //otelkv:waitok the keeper kills what does not end
	return err
}

func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
