package kvbolt

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// What a read transaction may still see is pending, and stands in the list that each
// commit writes; the list is as long as the engine says.
func TestFreelist(t *testing.T) {
	for name, noSync := range map[string]bool{"written": false, "not written": true} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(filepath.Join(t.TempDir(), "db"), &OpenOptions{Bolt: &bolt.Options{NoFreelistSync: noSync, InitialMmapSize: 16 << 20}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			read := func() *reading {
				r := unknown()
				if err := s.readStats(t.Context(), &r); err != nil {
					t.Fatal(err)
				}
				return &r
			}
			write := func(n int) {
				for i := range n {
					if err := s.Put(t.Context(), []byte{byte(i)}, make([]byte, 5000)); err != nil {
						t.Fatal(err)
					}
				}
			}
			write(50)
			before := read()
			if err := s.View(t.Context(), func(kvdb.Reader) error {
				write(50)
				if r := read(); r.pendingPages < before.pendingPages+50 {
					t.Errorf("%v pages are pending behind a view, %v before it", r.pendingPages, before.pendingPages)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			write(3)
			r := read()
			if r.pendingPages > 20 || r.freePages < 50 {
				t.Errorf("%v pages are pending and %v free after the view", r.pendingPages, r.freePages)
			}
			want := float64(s.db.Stats().FreelistInuse)
			if noSync {
				want = 0
			}
			if r.freelist != want {
				t.Errorf("the list has %v bytes, want %v", r.freelist, want)
			}
		})
	}
	long := bolt.Stats{FreePageN: shortFreelist}
	if got := (&Store{db: new(bolt.DB)}).freelistSize(&long); got != 16+8*(shortFreelist+1) {
		t.Errorf("a long list has %v bytes", got)
	}
}

// There is one notice for each time that the list becomes large.
func TestFreelistNotice(t *testing.T) {
	s := new(Store)
	for _, size := range []float64{0, largeFreelist - 1, largeFreelist, 2 * largeFreelist, largeFreelist - 1, largeFreelist, 100, largeFreelist} {
		r := unknown()
		r.freelist, r.freePages, r.pendingPages = size, 1, 2
		s.tellFreelist(&r)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	notices := slices.Collect(s.board.Notices(over))
	if len(notices) != 2 || notices[0].Name != "freelist_bloated" || notices[0].Numbers["bytes"] != largeFreelist {
		t.Errorf("the notices are %v", notices)
	}
	for _, n := range notices {
		if err := kvdb.CheckNotice(n); err != nil {
			t.Error(err)
		}
	}
}
