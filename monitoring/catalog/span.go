package catalog

import "slices"

// A Span is a kind of span that this project makes, or of an event on somebody
// else's span.
type Span struct {
	// Name is that of the span or the event. What stands in braces is the value of
	// an attribute.
	Name string

	// Event says that it is an event on a span of the program's.
	Event bool

	// Kinds are the kinds of span that it can be; the note says when it is which.
	Kinds []SpanKind

	// Attributes are those that it has from its start on, and samplers see.
	Attributes []string

	// Optional are those that it has in some cases; those known at the end of an
	// operation only are set then.
	Optional []string

	// When says when there is one, in one sentence without a full stop.
	When string

	// Note says what is not obvious, such as what its status is.
	Note string

	Stability Stability

	// Source is the package that makes it, relative to the module path.
	Source string
}

// A SpanKind is one of OpenTelemetry's.
type SpanKind string

// Kinds of spans.
const (
	KindInternal SpanKind = "internal"
	KindClient   SpanKind = "client"
	KindServer   SpanKind = "server"
)

// SpanName returns the name of an operation's span, and of the event that can
// stand in its place.
func SpanName(operation, namespace string) string { return operation + " " + namespace }

var spanName = SpanName("{"+OperationName+"}", "{"+Namespace+"}")

// Names of the spans of quickstart: each is a request of a simulated shop.
const (
	Browse    = "browse"
	Search    = "search"
	AddToCart = "add to cart"
	LogIn     = "log in"
	LogOut    = "log out"
	CheckOut  = "check out"
	Restock   = "restock"
)

var storeSpans = []Span{
	{
		Name: spanName, Kinds: []SpanKind{KindInternal, KindClient},
		Attributes: []string{SystemName, Namespace, OperationName},
		Optional:   []string{ServerAddress, ServerPort, BatchSize, ErrorType, EvidenceID},
		When:       "For an operation under a span that is recorded, or under a remote one that is sampled",
		Note:       "Client for an engine that is a server, internal for one in the process. The status is an error, with error.type as its description, when the operation failed, else unset. Attributes of the program's own for the store are on it, too. Keys and values never are. The span of a scan covers its iteration",
		Stability:  Stable, Source: fromInstrument,
	},
	{
		Name: spanName, Event: true,
		Attributes: []string{SystemName, Namespace, OperationName, DurationSeconds},
		Optional:   []string{ServerAddress, ServerPort, ErrorType, EvidenceID},
		When:       "By option, in place of a span, on the span that the operation runs under",
		Note:       "Its time is the end of the operation",
		Stability:  Development, Source: fromInstrument,
	},
}

var programSpans = func() (spans []Span) {
	for _, name := range []string{Browse, Search, AddToCart, LogIn, LogOut, CheckOut, Restock} {
		spans = append(spans, Span{
			Name: name, Kinds: []SpanKind{KindServer},
			When:      "For a request of a simulated user, one in ten by default",
			Note:      "The status is an error when the request failed",
			Stability: Development, Source: fromQuickstart,
		})
	}
	return append(spans, Span{
		Name: "{" + OperationName + "}", Kinds: []SpanKind{KindServer},
		Attributes: []string{SystemName, Namespace, OperationName, ClientAddress, NetworkTransport},
		Optional:   []string{ResponseStatus, ErrorType},
		When:       "For a command of a Redis client, over its operations on the store; for ten a second at most by default",
		Note:       "The operation is the command, such as GET, and the system is redis, whatever the engine is; the namespace is the database that the client has selected. The status is an error when the reply is one. Keys and values never are on it",
		Stability:  Development, Source: fromKVServer,
	})
}()

// Spans returns every kind of span and event in the order of the reference. The
// list is the caller's own, what is in it is shared.
func Spans() []Span { return slices.Concat(storeSpans, programSpans) }
