package otelsetup_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/otelsetup"
)

func TestServiceName(t *testing.T) {
	const fromAttributes = "service.name=attributes,service.version=1.0"
	for _, tt := range []struct {
		name                  string
		service, attributes   string
		opts                  []otelsetup.Option
		wantName, wantVersion string
	}{
		{"nothing", "", "", nil, "unknown_service:" + filepath.Base(os.Args[0]), ""},
		{"attributes", "", fromAttributes, nil, "attributes", "1.0"},
		{"variable", "variable", fromAttributes, nil, "variable", "1.0"},
		{"encoded", "", "service.name=a%20b", nil, "a b", ""},
		{"resource", "variable", fromAttributes, []otelsetup.Option{otelsetup.WithResource(resource.NewWithAttributes("https://opentelemetry.io/schemas/1.1.0", attribute.String("service.name", "resource")))}, "resource", "1.0"},
		{"options", "variable", fromAttributes, []otelsetup.Option{otelsetup.WithServiceName("option"), otelsetup.WithServiceVersion("2.0"), otelsetup.WithResourceAttributes(attribute.String("service.name", "attr"))}, "option", "2.0"},
		{"empty options", "variable", fromAttributes, []otelsetup.Option{otelsetup.WithServiceName(""), otelsetup.WithServiceVersion("")}, "variable", "1.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("OTEL_SERVICE_NAME", tt.service)
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", tt.attributes)
			info := pageOf(t, start(t, tt.opts...).MetricsHandler())["target_info"]
			if _, ok := value(info, "service_name", tt.wantName); !ok {
				t.Errorf("service.name is not %q in %v", tt.wantName, info)
			}
			if tt.wantVersion != "" {
				if _, ok := value(info, "service_version", tt.wantVersion); !ok {
					t.Errorf("service.version is not %q in %v", tt.wantVersion, info)
				}
			}
		})
	}
}
