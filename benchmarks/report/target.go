package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A target is a page on a loopback port with a client that keeps its
// connection, as Prometheus does.
type target struct {
	url    string
	server *http.Server
	client *http.Client
}

func serve(h http.Handler) (*target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &target{
		url:    "http://" + l.Addr().String(),
		server: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute},
		// The client takes the bytes as they come: to unzip them is work of the
		// scraper's machine.
		client: &http.Client{Transport: &http.Transport{DisableCompression: true}},
	}
	go t.server.Serve(l) //nolint:errcheck // always ErrServerClosed; a scrape reports what went wrong before
	return t, nil
}

func (t *target) close() {
	t.client.CloseIdleConnections()
	_ = t.server.Close()
}

// get asks as Prometheus does.
func (t *target) get(ctx context.Context) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "gzip" {
		return nil, errors.Join(fmt.Errorf("a scrape was answered with status %d and encoding %q",
			resp.StatusCode, resp.Header.Get("Content-Encoding")), resp.Body.Close())
	}
	return resp.Body, nil
}

// time scrapes once.
func (t *target) time(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	body, err := t.get(ctx)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, body)
	elapsed := time.Since(begin)
	return elapsed, errors.Join(err, body.Close())
}

// series scrapes once and counts the lines that are no comments.
func (t *target) series(ctx context.Context) (n int, err error) {
	body, err := t.get(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	text, err := gzip.NewReader(body)
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n, lines.Err()
}
