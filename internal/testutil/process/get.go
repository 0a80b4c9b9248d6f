package process

import (
	"context"
	"io"
	"net/http"
	"testing"
)

// pages asks for pages, and keeps no connection that a check for leaks would see.
var pages = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: Soon}

// Get returns what a server answers at a URL, whatever its status is. One that does not answer
// fails the test.
func Get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	status, body, err := TryGet(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return status, body
}

// TryGet is Get for a server that may not be there.
func TryGet(ctx context.Context, url string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	res, err := pages.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}
