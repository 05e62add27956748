package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
)

// row is a row of the file: read, but not judged.
type row struct {
	line       int // in the file, of its first line; the header is line 1
	kind       consent.Kind
	id         string // the other system's key of the row
	business   consent.Business
	phone      consent.Phone
	phoneErr   error // why phone is no number
	categories []consent.Category
	source     consent.Source
	at         time.Time // zero if the file does not say
	text       string
	reference  string
}

// rowIDs is the root of the IDs that records of such files get.
var rowIDs = uuid.MustParse("5f6f1f0a-7b43-4f0c-9d0e-6a3c1e2b9a10")

// recordID follows from the row's own key, so that reading a file twice, or
// a later export with the same rows in it, adds nothing.
func (r row) recordID() uuid.UUID {
	return uuid.NewSHA1(uuid.NewSHA1(rowIDs, []byte(r.business.ID)), []byte(r.id))
}

// badRow is a row that could not be read.
type badRow struct {
	line int
	err  error
}

var columns = []string{"kind", "id", "business", "phone", "region", "categories", "source", "at", "text", "reference"}

// readRows reads a CSV file (RFC 4180) whose first line names the columns, in
// any order. A row that cannot be read is set aside, and reading goes on at the next line.
func readRows(data []byte) ([]row, []badRow, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // spreadsheets put it there
	reader := csv.NewReader(bytes.NewReader(data))
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, errors.New("the file is empty; its first line must name the columns " + strings.Join(columns, ","))
	} else if err != nil {
		return nil, nil, fmt.Errorf("the line of column names: %w", err)
	}
	place := make(map[string]int, len(header))
	for i, name := range header {
		place[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range columns {
		if _, found := place[name]; !found {
			return nil, nil, fmt.Errorf("line 1: there is no column %q; the first line must name the columns %s", name, strings.Join(columns, ","))
		}
	}

	var rows []row
	var bad []badRow
	skipped := 0 // lines before those that reader reads
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad, nil
		}
		var broken *csv.ParseError
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := reader.FieldPos(0)
			bad = append(bad, badRow{skipped + line, fmt.Errorf("%d fields instead of %d; put quotes around a field that contains a comma", len(fields), len(header))})
		case errors.As(err, &broken):
			// A quote that is never closed makes all that follows one field.
			// Only the line where it began is given up: read on after it.
			bad = append(bad, badRow{skipped + broken.StartLine, fmt.Errorf("field %s: %w", fieldAt(header, data, skipped, broken), broken.Err)})
			skipped += broken.StartLine
			reader = csv.NewReader(bytes.NewReader(afterLines(data, skipped)))
			reader.FieldsPerRecord = len(header)
		case err != nil:
			return nil, nil, err
		default:
			line, _ := reader.FieldPos(0)
			r, err := parseRow(func(column string) string { return strings.TrimSpace(fields[place[column]]) })
			if r.line = skipped + line; err != nil {
				bad = append(bad, badRow{r.line, err})
				continue
			}
			rows = append(rows, r)
		}
	}
}

// fieldAt guesses the column that a quote is wrong in.
func fieldAt(header []string, data []byte, skipped int, at *csv.ParseError) string {
	line, _, _ := bytes.Cut(afterLines(data, skipped+at.StartLine-1), []byte("\n"))
	if at.Line == at.StartLine {
		line = line[:min(len(line), at.Column-1)]
	}
	n := 0
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			n++
		}
	}
	return header[min(n, len(header)-1)]
}

// afterLines returns data without its first n lines.
func afterLines(data []byte, n int) []byte {
	for ; n > 0; n-- {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	return data
}

// parseRow makes a row of the fields. What the library judges, such as a
// missing time or an unknown category, is left to it.
func parseRow(field func(column string) string) (row, error) {
	r := row{
		kind:      consent.Kind(field("kind")),
		id:        field("id"),
		source:    consent.Source(field("source")),
		text:      field("text"),
		reference: field("reference"),
	}
	if r.kind != consent.KindOptIn && r.kind != consent.KindOptOut {
		return r, fmt.Errorf("field kind: %q is neither opt_in nor opt_out", cut(string(r.kind), 20))
	}
	if r.id == "" {
		return r, errors.New("field id: empty; without a key the row could not be told from its repetition")
	}
	id := field("business")
	if id == "" {
		return r, errors.New("field business: empty; give the ID of the business")
	}
	r.business = businesses[id]
	if r.business.ID == "" {
		r.business = consent.Business{ID: id, Name: id} // not listed: it goes by its ID
	}
	for _, c := range strings.FieldsFunc(field("categories"), func(c rune) bool { return c == ' ' || c == ';' }) {
		r.categories = append(r.categories, consent.Category(c))
	}
	if at := field("at"); at != "" {
		var err error
		if r.at, err = time.Parse(time.RFC3339, at); err != nil {
			return r, fmt.Errorf("field at: %q is no time; write it as in 2026-01-31T09:30:00Z", cut(at, 25))
		}
	}
	r.phone, r.phoneErr = consent.ParsePhone(field("phone"), field("region"))
	return r, nil
}
