package otelsetup

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// newResource merges what is detected, the environment and the options, the
// later over the earlier, and reports whether it had to mend what is not UTF-8, such
// as the name of the program's file: every export would fail of it. The result has no schema URL: every attribute in it
// means the same in all versions of the conventions, and a URL would make the
// merge with a resource of another version fail.
func newResource(ctx context.Context, c *config) (_ *resource.Resource, mended bool, err error) {
	attrs := detect(ctx)
	fromEnv, err := c.env.Attributes()
	if err != nil {
		return nil, false, err
	}
	attrs = append(attrs, fromEnv...)
	attrs = append(attrs, c.attributes...)
	if c.serviceName != "" {
		attrs = append(attrs, attribute.String(catalog.ServiceName, c.serviceName))
	}
	if c.serviceVersion != "" {
		attrs = append(attrs, attribute.String(catalog.ServiceVersion, c.serviceVersion))
	}
	res, mended := sanitize.Resource(resource.NewSchemaless(attrs...))
	return res, mended, nil
}

// detect asks the detectors one by one, so that one that fails, as those do
// that look for a user in an image without a user database, costs its own
// attributes only. None of them tells the command line.
func detect(ctx context.Context) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	for _, detector := range []resource.Option{
		resource.WithTelemetrySDK(),
		resource.WithService(), // for the random service.instance.id
		resource.WithHost(),
		resource.WithOSType(),
		resource.WithContainerID(),
		resource.WithProcessPID(),
		resource.WithProcessExecutableName(),
		resource.WithProcessRuntimeName(),
		resource.WithProcessRuntimeVersion(),
	} {
		if found, err := resource.New(ctx, detector); err == nil {
			attrs = append(attrs, found.Attributes()...)
		}
	}
	if version := buildVersion(); version != "" {
		attrs = append(attrs, attribute.String(catalog.ServiceVersion, version))
	}
	return append(attrs, attribute.String(catalog.ServiceName, unknownService()))
}

// buildVersion returns what the go command has stamped the program with: the
// version of its module or, where that has none, the commit.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}

func unknownService() string {
	path, err := os.Executable()
	if err != nil {
		return "unknown_service:go"
	}
	return "unknown_service:" + filepath.Base(path)
}
