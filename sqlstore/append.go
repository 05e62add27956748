package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
)

// Append implements [consent.Store].
//
// It writes many rows with one statement, so append many records with one call rather than with many. On
// SQLite, calls at the same time share one transaction and its one wait for the disk; none returns before that
// is over, and none fails because of another.
func (s *Store) Append(ctx context.Context, records ...consent.Record) error {
	const op = "append"
	if err := s.check(ctx, op); err != nil {
		return err
	}
	if len(records) == 0 {
		return nil
	}
	items, err := s.items(records)
	if err != nil {
		return err
	}
	if s.dialect == SQLite && s.begin != nil {
		return s.appendGrouped(ctx, op, items)
	}
	write := func() error {
		return s.transact(ctx, op, func(ctx context.Context, tx DB) error { return s.write(ctx, tx, items) })
	}
	if len(items) > 1 || s.q.appendOne == "" || s.begin == nil || s.noAppendOne.Load() {
		return write()
	}
	var done bool
	err = s.attempt(ctx, func() (err error) {
		done, err = s.appendOne(ctx, items)
		return err
	})
	switch {
	case done:
		return nil
	case err == nil: // the record is there
		return write()
	case ctx.Err() != nil || transient(ctx, err):
		return s.explain(ctx, op, err)
	}
	// A database that speaks as PostgreSQL may lack this one statement. If
	// something else is wrong, the plain ones say so.
	if err := write(); err != nil {
		return err
	}
	s.noAppendOne.Store(true)
	return nil
}

// appendOne appends the one item with one statement, which is its own
// transaction. If the record is there already, it does nothing and says so.
func (s *Store) appendOne(ctx context.Context, items []item) (done bool, err error) {
	args := s.q.insertStatements.args(statementRows(items))
	args = append(args, s.q.insertRecords.args([]row{items[0].row})...)
	args = append(args, s.q.upsertStandings.args(standingRows(items))...)
	rows, err := s.query(ctx, s.q.appendOne, true, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var n int
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return false, err
		}
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	return n == 1, rows.Close()
}

// item is a record made ready to be written.
type item struct {
	record    consent.Record
	row       row
	statement row    // nil: none
	hash      []byte // of the statement; nil: none
}

// compare orders items by their key. All writers take rows in this order, so that no two
// wait for each other.
func (a item) compare(b item) int {
	return cmp.Or(
		strings.Compare(a.record.BusinessID, b.record.BusinessID),
		a.record.Subject.Compare(b.record.Subject),
		slices.Compare(a.record.ID[:], b.record.ID[:]),
	)
}

// items makes records ready, in order and each once.
func (s *Store) items(records []consent.Record) ([]item, error) {
	items := make([]item, len(records))
	for i, r := range records {
		it, err := s.item(r)
		if err != nil {
			return nil, err
		}
		items[i] = it
	}
	return ordered(items)
}

// ordered sorts items and drops those that come twice.
func ordered(items []item) ([]item, error) {
	slices.SortStableFunc(items, item.compare)
	for i := 1; i < len(items); i++ {
		if items[i-1].compare(items[i]) == 0 && !items[i-1].record.Equal(items[i].record) {
			return nil, conflict(items[i].record.ID)
		}
	}
	return slices.CompactFunc(items, func(a, b item) bool { return a.compare(b) == 0 }), nil
}

func conflict(id uuid.UUID) error {
	return ownError{fmt.Errorf("sqlstore: append: record %s: %w", id, consent.ErrConflict)}
}

func (s *Store) item(r consent.Record) (item, error) {
	r.OccurredAt, r.RecordedAt, r.ExpiresAt = stored(r.OccurredAt), stored(r.RecordedAt), stored(r.ExpiresAt)
	for _, key := range []struct{ field, value string }{
		{"Record.BusinessID", r.BusinessID}, {"Record.Kind", string(r.Kind)}, {"Record.Source", string(r.Source)},
	} {
		if err := s.tooLong(key.field, key.value); err != nil {
			return item{}, err
		}
	}
	for _, c := range r.Categories {
		if err := s.tooLong("Record.Categories (one)", string(c)); err != nil {
			return item{}, err
		}
	}
	categories := "[]"
	if len(r.Categories) > 0 {
		text, err := json.Marshal(r.Categories)
		if err != nil {
			return item{}, fmt.Errorf("sqlstore: append: Record.Categories: %w", err)
		}
		categories = string(text)
	}
	// Evidence is kept as the JSON that it is to other programs.
	var evidence any
	if !r.Evidence.IsZero() {
		text, err := json.Marshal(r.Evidence)
		if err != nil {
			return item{}, fmt.Errorf("sqlstore: append: Record.Evidence: %w", err)
		}
		evidence = string(text)
	}
	it := item{record: r}
	var hash any
	if !r.Statement.IsZero() {
		it.hash = statementHash(r.Statement)
		hash = it.hash
		it.statement = row{r.BusinessID, it.hash, r.Statement.Text, r.Statement.Language.String(), r.Statement.ReviewedBy}
	}
	it.row = row{
		r.BusinessID, r.Subject.String(), r.ID, string(r.Kind), r.BusinessName, categories, string(r.Source),
		r.OccurredAt.UnixMicro(), micros(r.RecordedAt), micros(r.ExpiresAt), hash, evidence,
	}
	return it, nil
}

// stored is t as it will be read again.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// micros is t as columns keep it: NULL if it is not set.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// statementHash identifies a statement's content. Each part goes in with its length,
// so that no two statements are one run of bytes.
func statementHash(st consent.Statement) []byte {
	h := sha256.New()
	for _, part := range []string{st.Text, st.Language.String(), st.ReviewedBy} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// write appends items, which are in order, in tx: statements, records, standings.
// It stops at the first error.
func (s *Store) write(ctx context.Context, tx DB, items []item) error {
	if rows := statementRows(items); len(rows) > 0 {
		for chunk := range chunks(&s.q.insertStatements, len(rows)) {
			if _, err := s.insert(ctx, tx, &s.q.insertStatements, chunk, rows[chunk.from:chunk.to]); err != nil {
				return err
			}
		}
	}
	for chunk := range chunks(&s.q.insertRecords, len(items)) {
		if err := s.insertRecords(ctx, tx, chunk, items[chunk.from:chunk.to]); err != nil {
			return err
		}
	}
	rows := standingRows(items)
	for chunk := range chunks(&s.q.upsertStandings, len(rows)) {
		if _, err := s.insert(ctx, tx, &s.q.upsertStandings, chunk, rows[chunk.from:chunk.to]); err != nil {
			return err
		}
	}
	return nil
}

// span is the rows of one statement.
type span struct {
	from, to int
	keep     bool // the statement's text is one to keep prepared
}

// chunks divides n rows among statements of b.
func chunks(b *batch, n int) func(yield func(span) bool) {
	return func(yield func(span) bool) {
		for at := 0; at < n; {
			rows, keep := b.take(n - at)
			if !yield(span{at, at + rows, keep}) {
				return
			}
			at += rows
		}
	}
}

func (s *Store) insert(ctx context.Context, tx DB, b *batch, c span, rows []row) (int64, error) {
	res, err := s.exec(ctx, tx, b.text(len(rows)), c.keep, b.args(rows)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insertRecords writes the records that are not there yet and compares the
// others. A record that is there is locked until the transaction ends, so that its standing, which
// write joins again, cannot outlive it.
func (s *Store) insertRecords(ctx context.Context, tx DB, c span, items []item) error {
	rows := make([]row, len(items))
	for i, it := range items {
		rows[i] = it.row
	}
	n, err := s.insert(ctx, tx, &s.q.insertRecords, c, rows)
	if err == nil && n == int64(len(items)) {
		return nil
	}
	if err != nil && (s.dialect != MySQL || classify(err) != duplicate) {
		return err
	}
	if err == nil {
		// All are there now: some before this statement.
		missing, err := s.compare(ctx, tx, items)
		if err == nil && len(missing) > 0 {
			return errAgain // erased in between
		}
		return err
	}
	// MySQL undid the whole statement, and kept the transaction.
	missing, err := s.compare(ctx, tx, items)
	if err != nil || len(missing) == 0 {
		return err
	}
	rows = rows[:0]
	for _, it := range missing {
		rows = append(rows, it.row)
	}
	switch n, err = s.insert(ctx, tx, &s.q.insertRecords, span{to: len(rows), keep: len(rows) == 1}, rows); {
	case err != nil && classify(err) == duplicate:
		return errAgain // appended in between
	case err != nil:
		return err
	case n != int64(len(rows)):
		return errAgain
	}
	return nil
}

// comparedAtOnce bounds the keys that one statement of compare names.
const comparedAtOnce = 250

// compare returns those of items that are not in the database, and ErrConflict if one
// is with other content. items are in order.
func (s *Store) compare(ctx context.Context, tx DB, items []item) (missing []item, err error) {
	for chunk := range slices.Chunk(items, comparedAtOnce) {
		found := make([]bool, len(chunk))
		if err := s.compareChunk(ctx, tx, chunk, found); err != nil {
			return nil, err
		}
		for i, there := range found {
			if !there {
				missing = append(missing, chunk[i])
			}
		}
	}
	return missing, nil
}

func (s *Store) compareChunk(ctx context.Context, tx DB, items []item, found []bool) error {
	var args []any
	if s.dialect == PostgreSQL {
		rows := make([]row, len(items))
		for i, it := range items {
			rows[i] = it.row
		}
		args = []any{columnArray(rows, 0), columnArray(rows, 1), columnArray(rows, 2)}
	} else {
		for _, it := range items {
			args = append(args, it.record.BusinessID, it.record.Subject.String(), it.record.ID[:])
		}
	}
	rows, err := tx.QueryContext(ctx, s.q.existing(len(items)), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var business, subject string
		var scan recordScan
		if err := rows.Scan(append([]any{&business, &subject}, scan.dest()...)...); err != nil {
			return err
		}
		have, err := scan.record(business)
		if err != nil {
			return err
		}
		i, ok := slices.BinarySearchFunc(items, have, func(it item, have consent.Record) int {
			return cmp.Or(
				strings.Compare(it.record.BusinessID, business),
				strings.Compare(it.record.Subject.String(), subject),
				slices.Compare(it.record.ID[:], have.ID[:]),
			)
		})
		if !ok {
			continue
		}
		want := items[i]
		have.Subject = want.record.Subject
		// The same hash is the same statement, which therefore need not be read.
		have.Statement = want.record.Statement
		if !bytes.Equal(want.hash, scan.statement) || !have.Equal(want.record) {
			return conflict(have.ID)
		}
		found[i] = true
	}
	return rows.Err()
}

// statementRows are the statements of items, each once and in order.
func statementRows(items []item) []row {
	var rows []row
	for _, it := range items {
		if it.statement != nil {
			rows = append(rows, it.statement)
		}
	}
	order := func(a, b row) int {
		return cmp.Or(strings.Compare(a[0].(string), b[0].(string)), slices.Compare(a[1].([]byte), b[1].([]byte)))
	}
	slices.SortFunc(rows, order)
	return slices.CompactFunc(rows, func(a, b row) bool { return order(a, b) == 0 })
}

// standingRows are the standings that items add up to, in the order of their key.
// It is Apply that chooses among the records of one call, and a condition of the same meaning that
// chooses between its entry and the one that is there.
func standingRows(items []item) []row {
	rows := make([]row, 0, len(items))
	for len(items) > 0 {
		first := items[0].record
		var standing consent.Standing
		for len(items) > 0 && items[0].record.Subject == first.Subject && items[0].record.BusinessID == first.BusinessID {
			standing = standing.Apply(items[0].record)
			items = items[1:]
		}
		for _, e := range standing {
			rows = append(rows, row{
				first.BusinessID, first.Subject.String(), string(e.Category), string(e.Kind),
				e.OccurredAt.UnixMicro(), micros(e.ExpiresAt), e.RecordID,
			})
		}
	}
	return rows
}

// recordScan takes the columns of recordColumns.
type recordScan struct {
	id                             sql.RawBytes
	kind, name, categories, source string
	occurred                       int64
	recorded, expires              sql.NullInt64
	statement                      []byte
	evidence                       sql.NullString
}

func (r *recordScan) dest() []any {
	return []any{
		&r.id, &r.kind, &r.name, &r.categories, &r.source, &r.occurred, &r.recorded, &r.expires, &r.statement, &r.evidence,
	}
}

// record is what was scanned, but for its subject and statement.
func (r *recordScan) record(business string) (consent.Record, error) {
	id, err := readID(r.id)
	if err != nil {
		return consent.Record{}, err
	}
	rec := consent.Record{
		ID: id, Kind: consent.Kind(r.kind), BusinessID: business, BusinessName: r.name, Source: consent.Source(r.source),
		OccurredAt: time.UnixMicro(r.occurred).UTC(), RecordedAt: readTime(r.recorded), ExpiresAt: readTime(r.expires),
	}
	if r.categories != "[]" {
		if err := json.Unmarshal([]byte(r.categories), &rec.Categories); err != nil {
			return consent.Record{}, badColumn("categories", err)
		}
	}
	if r.evidence.Valid {
		if err := json.Unmarshal([]byte(r.evidence.String), &rec.Evidence); err != nil {
			return consent.Record{}, badColumn("evidence", err)
		}
	}
	return rec, nil
}

func badColumn(name string, err error) error {
	return ownError{fmt.Errorf("sqlstore: %w: column %s cannot be read: %w", ErrSchema, name, masked{err})}
}

// readID reads a UUID of 16 bytes, or in the text that PostgreSQL's drivers give.
func readID(b []byte) (uuid.UUID, error) {
	if len(b) == len(uuid.UUID{}) {
		return uuid.UUID(b), nil
	}
	id, err := uuid.ParseBytes(b)
	if err != nil {
		return uuid.UUID{}, badColumn("id", err)
	}
	return id, nil
}

func readTime(t sql.NullInt64) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return time.UnixMicro(t.Int64).UTC()
}

// readLanguage reads a tag as it was written: language.Parse would replace some by
// the tag that is preferred today.
func readLanguage(s string) (language.Tag, error) {
	tag, err := language.Raw.Parse(s)
	if err != nil {
		return tag, badColumn("language", err)
	}
	return tag, nil
}
