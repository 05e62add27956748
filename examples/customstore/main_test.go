package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

func Example() {
	os.Args = []string{"customstore"}
	main()
	// Output:
	// kept: opt_in of +34*******78
	// may we send an offer? true []
	// file closed and opened again
	// may we send an offer? true []
	// kept: opt_out of everything
	// may we send an offer? false [opted_out]
	// 2026-01-05 opt_in website
	// 2026-02-05 opt_out whatsapp_thread
}

func TestBadArguments(t *testing.T) {
	noDB := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(noDB, []byte("this is no database, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"a", "b"}, {filepath.Join(t.TempDir(), "missing", "file")}, {noDB}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
