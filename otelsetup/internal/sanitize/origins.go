package sanitize

import (
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
)

// origins remembers the last scope and resource that were right. Those of a batch
// are few, and most often one record has those of the one before.
type origins struct {
	scope    instrumentation.Scope
	resource *resource.Resource
	known    bool
}

// right reports whether nothing has to be mended in a scope and a resource.
func (o *origins) right(scope instrumentation.Scope, res *resource.Resource) bool {
	if o.known && o.resource == res && o.scope == scope {
		return true
	}
	_, badScope := Scope(scope)
	_, badResource := Resource(res)
	if badScope || badResource {
		return false
	}
	o.scope, o.resource, o.known = scope, res, true
	return true
}
