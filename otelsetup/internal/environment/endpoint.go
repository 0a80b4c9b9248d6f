package environment

import (
	"errors"
	"net/url"
	"strings"
)

// CheckURL accepts an endpoint for OTLP over HTTP. It does not show the URL in its
// error: it may hold a password.
func CheckURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("not an http or https URL with a host, such as http://localhost:4318")
	}
	return nil
}

// checkTarget accepts what gRPC takes: a URL, or host and port.
func checkTarget(value string) error {
	u, err := url.Parse(value)
	if err != nil || ((u.Scheme == "http" || u.Scheme == "https") && u.Host == "") {
		return errors.New("not a URL, such as http://localhost:4317")
	}
	if u.Scheme != "http" && u.Scheme != "https" && strings.Contains(value, "@") {
		return errors.New("has an @, and gRPC's own targets are shown in its errors: credentials belong in headers")
	}
	return nil
}
