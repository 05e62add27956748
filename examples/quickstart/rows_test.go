package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/optinkit/consent"
)

const header = "kind,id,business,phone,region,categories,source,at,text,reference\n"

func TestReadRows(t *testing.T) {
	rows, bad, err := readRows([]byte("\uFEFF" + header +
		"opt_in, A1 ,sunbread,(201) 555-0123,us,marketing; utility/orders calls,website,2026-01-05T10:14:00+01:00,\"two\nlines, \"\"quoted\"\"\",form-1\n" +
		"opt_out,A2,Acme Ltd,+1 201-555-0123,,,,,,\n" +
		"opt_in,A3,sunbread,nonsense,US,marketing,website,,text,\n"))
	if err != nil || len(bad) != 0 || len(rows) != 3 {
		t.Fatalf("got %d rows, bad %v, error %v", len(rows), bad, err)
	}
	first := rows[0]
	if first.line != 2 || first.kind != consent.KindOptIn || first.id != "A1" || first.business.Name != "Sunbread Bakery Ltd" ||
		first.phone != consent.MustParsePhone("+12015550123") || first.source != consent.SourceWebsite ||
		!first.at.Equal(time.Date(2026, 1, 5, 9, 14, 0, 0, time.UTC)) ||
		first.text != "two\nlines, \"quoted\"" || first.reference != "form-1" {
		t.Errorf("row 1 was read as line %d, id %q, text %q", first.line, first.id, first.text)
	}
	if want := []consent.Category{"marketing", "utility/orders", "calls"}; !slices.Equal(first.categories, want) {
		t.Errorf("categories %v, want %v", first.categories, want)
	}
	second := rows[1]
	if second.line != 4 || second.business.ID != "Acme Ltd" || second.business.Name != "Acme Ltd" || second.categories != nil || !second.at.IsZero() {
		t.Errorf("row 2 was read as line %d of %v", second.line, second.business)
	}
	if rows[2].phoneErr == nil {
		t.Error("row 3: nonsense was read as a phone number")
	}
	if first.recordID() == second.recordID() {
		t.Error("two rows have one record ID")
	}
}

func TestColumnsInAnyOrder(t *testing.T) {
	rows, bad, err := readRows([]byte("Reference,text,at,source,categories,region,phone,business,id,KIND,extra\n" +
		"ref,words,,sms,marketing,US,2015550123,sunbread,B1,opt_in,more\n"))
	if err != nil || len(bad) != 0 || len(rows) != 1 {
		t.Fatalf("got %d rows, bad %v, error %v", len(rows), bad, err)
	}
	if r := rows[0]; r.id != "B1" || r.text != "words" || r.reference != "ref" {
		t.Errorf("read id %q, text %q, reference %q", r.id, r.text, r.reference)
	}
}

// A row that cannot be read names its line and field, and the rows around it are read.
func TestBadRows(t *testing.T) {
	const good = "opt_out,G,sunbread,+1 201-555-0123,,,,,,\n"
	tests := []struct{ name, row, want string }{
		{"too few fields", "opt_in,A,sunbread\n", "3 fields instead of 10"},
		{"too many fields", "opt_in,A,sunbread,,,,,,a,b,c\n", "11 fields instead of 10"},
		{"open quote", "opt_in,A,sunbread,,,,,,\"never closed,ref\n", "field text: extraneous or missing \""},
		{"stray quote", "opt_in,A,sun\"bread\",,,,,,,\n", "field business: bare \""},
		{"text after quote", "opt_in,A,\"sun\"bread,,,,,,,\n", "field business: extraneous or missing \""},
		{"kind", "subscribe,A,sunbread,,,,,,,\n", "field kind: \"subscribe\""},
		{"no kind", ",A,sunbread,,,,,,,\n", "field kind: \"\""},
		{"no id", "opt_in,,sunbread,,,,,,,\n", "field id: empty"},
		{"no business", "opt_in,A,,,,,,,,\n", "field business: empty"},
		{"time", "opt_in,A,sunbread,,,,,31/01/2026,,\n", "field at: \"31/01/2026\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, after := range []string{good, "", good + good + "opt_out,\"G\",sunbread,,,,,,\"a\nb\",\n"} {
				rows, bad, err := readRows([]byte(header + good + tt.row + after))
				if err != nil {
					t.Fatal(err)
				}
				if len(bad) != 1 || bad[0].line != 3 || !strings.Contains(bad[0].err.Error(), tt.want) {
					t.Errorf("bad rows %v, want line 3 with %q", bad, tt.want)
				}
				want := []int{2, 4, 5, 6}[:1+strings.Count(after, "opt_out")]
				var lines []int
				for _, r := range rows {
					lines = append(lines, r.line)
				}
				if !slices.Equal(lines, want) {
					t.Errorf("read lines %v, want %v", lines, want)
				}
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	for data, want := range map[string]string{
		"":                       "the file is empty",
		"\n\n":                   "the file is empty",
		"kind,\"id\n":            "column names",
		"kind,id,business,at\na": "line 1: there is no column \"phone\"",
		"kind;id;business;phone": "line 1: there is no column \"kind\"",
	} {
		if _, _, err := readRows([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", data, err, want)
		}
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add(sample[:1200])
	f.Add([]byte(header + "\"\n\"\"\n,\"\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, bad, err := readRows(data)
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		if len(rows)+len(bad) > lines {
			t.Errorf("%d rows from %d lines", len(rows)+len(bad), lines)
		}
		last := 1
		seen := map[int]bool{}
		for _, b := range bad {
			if b.line <= last || b.line > lines {
				t.Errorf("bad line %d after %d", b.line, last)
			}
			last, seen[b.line] = b.line, true
		}
		for _, r := range rows {
			if seen[r.line] || r.line > lines {
				t.Errorf("line %d read twice", r.line)
			}
			seen[r.line] = true
		}
	})
}
