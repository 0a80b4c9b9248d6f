package pprofx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// credentials are the hash of a token, so that a comparison takes as long for a
// guess of any length.
type credentials [sha256.Size]byte

func newCredentials(token string) *credentials {
	c := credentials(sha256.Sum256([]byte(token)))
	return &c
}

// match reports whether a request has the token, as a bearer or as a password.
func (c *credentials) match(r *http.Request) bool {
	token, ok := bearer(r.Header.Get("Authorization"))
	if !ok {
		if _, token, ok = r.BasicAuth(); !ok {
			return false
		}
	}
	given := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], c[:]) == 1
}

func bearer(authorization string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(authorization, " ")
	return token, ok && strings.EqualFold(scheme, "Bearer")
}
