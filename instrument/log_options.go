package instrument

import (
	"context"

	"go.uber.org/zap"
)

// LogOptions choose which operations get a line, and what is in it. With
// the zero value failed and slow operations get one, keys appear as keyed
// hashes only, and successes are logged at debug.
type LogOptions struct {
	// Successes logs successful operations at info in place of debug.
	Successes bool

	// Sample writes one line in so many for operations that went well, chosen at
	// random. By default, each of them gets one.
	Sample int

	// Keys puts the key itself into the line: quoted where it is not printable,
	// and cut to KeyLimit bytes. Without it the key is taken out of the text of
	// the error as well, where an engine has put it there; of the keys and values
	// of a batch or a transaction nobody knows which they are.
	Keys bool

	// KeyLimit is how many bytes of a key a line shows. By default, 64.
	KeyLimit int

	// HashSecret is the secret of the hash under key_hash. Equal keys have equal
	// hashes wherever the secret is the same; without it nobody can find a key by
	// trying. By default, it is drawn at random when the process starts.
	HashSecret []byte

	// Fields returns further fields for the line of an operation, for example
	// the client's address out of the context that the operation was called
	// with. It is called only when a line is written, must be safe for
	// concurrent use and must not block. By default, there are none.
	Fields func(ctx context.Context) []zap.Field

	// Burst is how many lines a second that agree in message, operation and
	// error_type are written; the next line after that says how many were
	// suppressed. Operations of sampled traces have as many lines to themselves, so
	// that a flood does not keep from the log what an exemplar points to. By
	// default, 10.
	Burst int
}

const (
	defaultKeyLimit = 64
	defaultBurst    = 10
)
