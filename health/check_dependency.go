package health

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// TCP checks that something accepts connections at an address, host:port. A
// refused one fails it at once. It says the name and "down".
func TCP(name, address string) Check {
	c := newCheck(name, "down", 0)
	c.Network = true
	if _, _, err := net.SplitHostPort(address); err != nil {
		c.err = err
		return c
	}
	c.Run = func(ctx context.Context) error {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	return c
}

// longestBody is how much of an answer is read: no more than lets the
// connection be used again.
const longestBody = 64 << 10

// HTTP checks that a GET of a URL is answered with a status from 200 to 299. A
// refused connection fails it at once. A nil client makes a new connection each
// time, which is the point of the check, and follows no redirect. Whether a
// dependency is ready for its own users says little of whether this program is:
// consider [Check.Advisory]. It says the name and "down".
func HTTP(name, address string, client *http.Client) Check {
	c := newCheck(name, "down", 0)
	c.Network = true
	if u, err := url.Parse(address); err != nil {
		c.err = err
		return c
	} else if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		c.err = errors.New("the URL is not of the form http://host/path")
		return c
	}
	if client == nil {
		client = &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	c.Run = func(ctx context.Context) error { return get(ctx, client, address) }
	return c
}

func get(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "otelkv-health")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.CopyN(io.Discard, res.Body, longestBody); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if res.StatusCode < http.StatusOK || res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("answered with %s", res.Status)
	}
	return nil
}
