package environment

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The protocols of OTLP.
const (
	HTTP     = "http/protobuf"
	HTTPJSON = "http/json"
	GRPC     = "grpc"
)

// A Receiver is where the OTLP exporter of a signal sends to. The exporters read
// the environment too, but each in its own way: whether a gRPC endpoint without a
// scheme is secure, for one, depends on the signal. They are told.
type Receiver struct {
	Protocol string
	URL      string // for HTTP
	Target   string // for gRPC
	Insecure bool
}

// Receiver returns that of a signal: the program's endpoint, that of the
// environment, or the default one of the specification.
func (v Variables) Receiver(s Signal, endpoint string) Receiver {
	r := Receiver{Protocol: v.protocol(s)}
	base := true
	if endpoint == "" {
		set := v.otlp(s, otlpEndpoint)
		endpoint, base = set.value, set.name != s.otlp+otlpEndpoint
	}
	if r.Protocol == GRPC {
		r.dial(endpoint, v.insecure(s))
		return r
	}
	if endpoint == "" {
		endpoint = "http://localhost:4318"
	}
	r.URL = endpoint
	if base {
		r.URL = strings.TrimSuffix(endpoint, "/") + s.path
	}
	u, err := url.Parse(endpoint)
	r.Insecure = err == nil && u.Scheme == "http"
	return r
}

// dial sets what gRPC is to dial. A scheme that is not that of a URL is gRPC's
// own affair, such as dns:///host:port.
func (r *Receiver) dial(endpoint string, insecure bool) {
	if endpoint == "" {
		endpoint = "http://localhost:4317"
	}
	r.Target, r.Insecure = endpoint, insecure
	u, err := url.Parse(endpoint)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		r.Target, r.Insecure = u.Host, u.Scheme == "http"
	}
}

func (v Variables) protocol(s Signal) string {
	if set := v.otlp(s, otlpProtocol); set.value != "" {
		return set.value
	}
	return HTTP
}

// insecure reports whether a gRPC endpoint without a scheme goes without TLS.
func (v Variables) insecure(s Signal) bool {
	return strings.EqualFold(v.otlp(s, otlpInsecure).value, "true")
}

// Timeout returns how long an export over HTTP may take.
func (v Variables) Timeout(s Signal) time.Duration {
	if n, err := strconv.Atoi(v.otlp(s, otlpTimeout).value); err == nil {
		return time.Duration(n) * time.Millisecond
	}
	return 10 * time.Second
}
