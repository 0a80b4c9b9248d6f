package instrument

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A capability that is new in kvdb has to be listed in views: one field of its
// type, set by newViews and given by as.
func TestViewsListEveryCapability(t *testing.T) {
	full := testutil.NewFaulty()
	var fields []string
	of := reflect.TypeFor[views]()
	for i := range of.NumField() {
		f := of.Field(i)
		fields = append(fields, f.Type.Name())
		if !strings.EqualFold(f.Name, f.Type.Name()) {
			t.Errorf("the view of %s is called %s", f.Type.Name(), f.Name)
		}
	}
	if want := kvdb.Capabilities(full); !slices.Equal(fields, want) {
		t.Errorf("views has %q, the capabilities of kvdb are %q", fields, want)
	}

	w, err := Wrap(full, WithRegistry(NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	set := reflect.ValueOf(w.views)
	for i := range set.NumField() {
		if set.Field(i).IsNil() {
			t.Errorf("newViews leaves out %s", fields[i])
			continue
		}
		if target := reflect.New(of.Field(i).Type); !w.As(target.Interface()) || target.Elem().IsNil() {
			t.Errorf("As does not give %s", fields[i])
		}
	}
}
