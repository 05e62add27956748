package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

// TestMain puts the temporary files of all tests where they are removed.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "quickstart-test")
	if err != nil {
		panic(err)
	}
	os.Setenv("TMPDIR", dir)
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// Running again on the same file keeps nothing twice, and decides the same.
func TestTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space & 100%?.db")
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run(t.Context(), []string{"-db", path}, out, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file is not where it was asked for: %v", err)
	}
	if want := "STORE: 0 records of these people before, 23 now"; !strings.Contains(first.String(), want) {
		t.Errorf("first run: no %q", want)
	}
	if want := "STORE: 23 records of these people before, 23 now"; !strings.Contains(second.String(), want) {
		t.Errorf("second run: no %q", want)
	}
	if n := strings.Count(second.String(), "kept by an earlier run"); n != 23 {
		t.Errorf("second run: %d rows kept by an earlier run, want 23", n)
	}
	from := func(out *bytes.Buffer, title string) string {
		_, rest, _ := strings.Cut(out.String(), title)
		return rest
	}
	if from(&first, "REFUSED") == "" || from(&first, "CAMPAIGN") == "" || from(&first, "CAMPAIGN") != from(&second, "CAMPAIGN") {
		t.Error("the second run decides otherwise")
	}
}

func TestTemporaryFileIsNamed(t *testing.T) {
	var stderr bytes.Buffer
	if err := run(t.Context(), nil, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	_, path, _ := strings.Cut(strings.TrimSpace(stderr.String()), "kept in ")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestOtherFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.csv")
	// The business is not in main.go's list, and the clock is the real one.
	data := header + "opt_in,1,Acme Ltd,(201) 555-0199,US,marketing,website,2026-01-05T10:14:00Z,I agree to receive offers from Acme Ltd.,form-1\n" +
		"opt_out,2,Acme Ltd,(201) 555-0199,US,,,,stop,\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{path}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"KEPT: 2 rows", "HISTORY of +12*******99 with Acme Ltd"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, &out)
		}
	}
}

func TestNoRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.csv")
	if err := os.WriteFile(path, []byte(header), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{path}, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestBadArguments(t *testing.T) {
	noDB := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(noDB, []byte("this is no database, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-db", noDB}, {"-db", filepath.Join(t.TempDir(), "missing", "file.db")}, {"a.csv", "b.csv"}, {"-frobnicate"}, {filepath.Join(t.TempDir(), "missing.csv")}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
	if err := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); err != nil {
		t.Errorf("-h: %v", err)
	}
}

// The tables fit a page, and show no whole phone number.
func TestTables(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	rows, _, err := readRows(sample)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(line); n > 111 {
			t.Errorf("%d columns: %s", n-1, line)
		}
	}
	for _, r := range rows {
		if r.phoneErr == nil && strings.Contains(out.String(), r.phone.E164()[3:]) {
			t.Errorf("the number of line %d is shown", r.line)
		}
	}
}

type brokenStore struct{ consent.Store }

var errBroken = errors.New("disk on fire")

func (brokenStore) Append(context.Context, ...consent.Record) error { return errBroken }

// A store that fails stops the program; it must not look like a refusal.
func TestStoreFailure(t *testing.T) {
	rows, _, err := readRows(sample)
	if err != nil {
		t.Fatal(err)
	}
	ledger := consent.New(brokenStore{memstore.New()}, consent.Config{})
	if _, err := take(t.Context(), ledger, rows[0]); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want %v", err, errBroken)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestOutputFailure(t *testing.T) {
	if err := run(t.Context(), nil, fullDisk{}, io.Discard); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error %v", err)
	}
}
