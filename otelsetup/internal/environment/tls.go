package environment

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// TLS returns what the certificates of a signal make of TLS, nil without any.
func (v Variables) TLS(s Signal) (*tls.Config, error) {
	var config *tls.Config
	if file := v.otlp(s, otlpCertificate).value; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		config = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		config.RootCAs.AppendCertsFromPEM(pem) // checked
	}
	for _, prefix := range []string{s.otlp, otlp} {
		certificate := v.get(prefix + otlpClientCert)
		if certificate == "" {
			continue
		}
		pair, err := tls.LoadX509KeyPair(certificate, v.get(prefix+otlpClientKey))
		if err != nil {
			return nil, err
		}
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		config.Certificates = []tls.Certificate{pair}
		break
	}
	return config, nil
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
