package instrument

import (
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// processSecret makes hashes comparable within a process and meaningless
// outside.
var processSecret = sync.OnceValue(func() []byte {
	secret := make([]byte, 32)
	_, _ = cryptorand.Read(secret) // never fails
	return secret
})

func (l *operationLog) hash(key []byte) string {
	mac := hmac.New(sha256.New, l.options.HashSecret)
	mac.Write(key)
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// show returns a key that cannot break a line or a terminal.
func (l *operationLog) show(key []byte) string {
	if len(key) > l.options.KeyLimit {
		key = key[:l.options.KeyLimit]
	}
	if s := string(key); utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return s
	}
	quoted := strconv.QuoteToASCII(string(key))
	return quoted[1 : len(quoted)-1]
}

// errorText returns the error's text, whatever its method does, without the key
// if keys are not to be seen.
func (l *operationLog) errorText(err error, key []byte) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("%T", err)
		}
	}()
	const limit = 1024
	text = err.Error()
	if !l.options.Keys {
		text = withoutKey(text, key)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}

// minRedacted is from how many bytes a key is looked for in a text: shorter ones
// are parts of words.
const minRedacted = 4

// withoutKey returns a text without the key, in the forms that Go's formats give
// it: %s, %q, %+q, %x and %X.
func withoutKey(text string, key []byte) string {
	if len(key) < minRedacted {
		return text
	}
	const redacted = "[key]"
	plain, quoted, ascii := string(key), strconv.Quote(string(key)), strconv.QuoteToASCII(string(key))
	return strings.NewReplacer(
		quoted[1:len(quoted)-1], redacted,
		ascii[1:len(ascii)-1], redacted,
		plain, redacted,
		fmt.Sprintf("%x", key), redacted,
		fmt.Sprintf("%X", key), redacted,
	).Replace(text)
}
