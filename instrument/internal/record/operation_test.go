package record

import "testing"

// The operations of a store fit into the ledger of a closed one, how many they may
// become, and so do those of the largest recorder; a second dozen beside the first
// does not.
func TestFit(t *testing.T) {
	recorder := make([]OperationInfo, MaxOperations+1)
	for i := range recorder {
		recorder[i].Late = i >= EarlyOperations
	}
	for name, c := range map[string]struct {
		infos []OperationInfo
		want  bool
	}{
		"a store":        {StoreOperationInfo[:], true},
		"a recorder":     {recorder, true},
		"one more":       {append(recorder[:len(recorder):len(recorder)], OperationInfo{Late: true}), false},
		"another's, too": {make([]OperationInfo, 2*EarlyOperations), false},
	} {
		if got := fit(c.infos); got != c.want {
			t.Errorf("%s fits: %t, want %t", name, got, c.want)
		}
	}
}
