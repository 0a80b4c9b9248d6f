package pprofx

import (
	"net"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// clientIP is the address that a request comes from, without the port, which says
// nothing about who it is.
func clientIP(r *http.Request) zap.Field {
	ip := r.RemoteAddr
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	return zap.String(catalog.FieldClientIP, ip)
}
