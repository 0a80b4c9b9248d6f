package kvbadger

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A file of the value log is sound if every record is whole.
func TestCheckLog(t *testing.T) {
	dir, _, _ := withGarbage(t)
	sound, err := os.ReadFile(logPath(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte {
		b := bytes.Clone(sound)
		b[i] ^= 0x80
		return b
	}
	end := make([]byte, 3*recordHeader)
	for name, tt := range map[string]struct {
		content []byte
		want    error
	}{
		"sound":                   {sound, nil},
		"zeros behind":            {append(bytes.Clone(sound), end...), nil},
		"a zero behind":           {append(bytes.Clone(sound), 0), nil},
		"header only":             {sound[:logHeader], nil},
		"nothing":                 {nil, nil},
		"a flag changed":          {flip(logHeader), errRecord},
		"length of the key":       {flip(logHeader + 2), errRecord},
		"length of the value":     {flip(logHeader + 3), errRecord},
		"the last checksum":       {flip(len(sound) - 1), errRecord},
		"the middle":              {flip(len(sound) / 2), errRecord},
		"cut":                     {sound[:len(sound)-1], errRecord},
		"cut in the first header": {sound[:logHeader+4], errRecord},
		"more behind zeros":       {append(append(bytes.Clone(sound), end...), 1), errRecord},
		"endless number":          {append(bytes.Clone(sound), bytes.Repeat([]byte{0xff}, 40)...), errRecord},
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, tt.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkLog(path, nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if err := checkLog(filepath.Join(dir, "none"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	quit := make(chan struct{})
	close(quit)
	if err := checkLog(logPath(dir, 1), quit); !errors.Is(err, errStopped) {
		t.Errorf("stopped: %v", err)
	}
}
