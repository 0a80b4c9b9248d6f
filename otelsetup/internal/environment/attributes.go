package environment

import (
	"cmp"
	"errors"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Attributes returns those of OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, in
// this order.
func (v Variables) Attributes() ([]attribute.KeyValue, error) {
	var attrs []attribute.KeyValue
	if list := v.get(attributes); list != "" {
		for _, pair := range pairs(list) {
			attr, err := splitAttribute(pair)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, attr)
		}
	}
	if name := v.get(serviceName); name != "" {
		attrs = append(attrs, attribute.String(catalog.ServiceName, name))
	}
	return attrs, nil
}

// splitAttribute is splitPair for an attribute, which is UTF-8.
func splitAttribute(pair string) (attribute.KeyValue, error) {
	key, value, err := splitPair(pair)
	if err == nil && cmp.Or(checkUTF8(key), checkUTF8(value)) != nil {
		err = errors.New("not UTF-8, once it is percent-decoded")
	}
	return attribute.String(key, value), err
}

// checkUTF8 does not show the text: it may be a part of a credential.
func checkUTF8(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	return nil
}
