package otelsetup

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// checkHTTPURL does not show the URL in its error: it may hold a password.
func checkHTTPURL(value string) error {
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

func checkCertificates(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fileError(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in %s", oneline.Path(file))
	}
	return nil
}

func checkKeyPair(certificate, key string) error {
	if certificate == "" && key == "" {
		return nil
	}
	if certificate == "" || key == "" {
		return errors.New("the client's certificate and its key go together")
	}
	_, err := tls.LoadX509KeyPair(certificate, key)
	return fileError(err)
}

// fileError shows the name of the file as oneline.Path does.
func fileError(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s %s: %w", failed.Op, oneline.Path(failed.Path), failed.Err)
	}
	return err
}
