package otelsetup

import (
	"runtime/debug"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
)

func TestResource(t *testing.T) {
	res, _, err := newResource(t.Context(), newConfig([]Option{WithResource(resource.Default())}))
	if err != nil {
		t.Fatal(err)
	}
	if res.SchemaURL() != "" {
		t.Errorf("schema URL %q", res.SchemaURL())
	}
	for _, key := range []attribute.Key{"telemetry.sdk.version", "service.instance.id", "host.name", "os.type", "process.pid", "process.runtime.version"} {
		if v, ok := res.Set().Value(key); !ok || v.String() == "" {
			t.Errorf("%s is missing", key)
		}
	}
	for _, attr := range res.Attributes() {
		if strings.HasPrefix(string(attr.Key), "process.command") || attr.Key == "process.owner" {
			t.Errorf("%s is exported", attr.Key)
		}
	}
}

func TestBuildVersion(t *testing.T) {
	settings := func(pairs ...string) (all []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	for _, tt := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"a release", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: settings("vcs.revision", "abc")}, "v1.2.3"},
		{"a commit", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.revision", "abc", "vcs.modified", "false")}, "abc"},
		{"a changed tree", debug.BuildInfo{Settings: settings("vcs.revision", "abc", "vcs.modified", "true")}, "abc+dirty"},
		{"nothing", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.modified", "true")}, ""},
	} {
		if got := versionOf(&tt.info); got != tt.want {
			t.Errorf("%s: version %q, want %q", tt.name, got, tt.want)
		}
	}
}
