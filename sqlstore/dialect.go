package sqlstore

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Dialect is the kind of database behind a [DB].
type Dialect string

// The dialects. Databases that speak one of these have the same: CockroachDB and
// YugabyteDB are PostgreSQL, MariaDB, TiDB and Vitess are MySQL.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgresql"
	MySQL      Dialect = "mysql"
)

// columnType is how a column's values are handed over.
type columnType uint8

const (
	textColumn columnType = iota
	bytesColumn
	uuidColumn
	timeColumn
)

type column struct {
	name string
	typ  columnType
}

// table is a table that rows are written to in bulk.
type table struct {
	name    string
	key     []string
	columns []column
}

var (
	statementsTable = table{
		name: "consent_statements",
		key:  []string{"business", "hash"},
		columns: []column{
			{"business", textColumn}, {"hash", bytesColumn},
			{"text", textColumn}, {"language", textColumn}, {"reviewed_by", textColumn},
		},
	}
	recordsTable = table{
		name: "consent_records",
		key:  []string{"business", "subject", "id"},
		columns: []column{
			{"business", textColumn}, {"subject", textColumn}, {"id", uuidColumn}, {"kind", textColumn},
			{"business_name", textColumn}, {"categories", textColumn}, {"source", textColumn},
			{"occurred_at", timeColumn}, {"recorded_at", timeColumn}, {"expires_at", timeColumn},
			{"statement", bytesColumn}, {"evidence", textColumn},
		},
	}
	standingsTable = table{
		name: "consent_standings",
		key:  []string{"business", "subject", "category", "kind"},
		columns: []column{
			{"business", textColumn}, {"subject", textColumn}, {"category", textColumn}, {"kind", textColumn},
			{"occurred_at", timeColumn}, {"expires_at", timeColumn}, {"record_id", uuidColumn},
		},
	}
	allTables = []table{statementsTable, recordsTable, standingsTable}
)

// never stands for "does not expire" where expiry times are compared.
const never = "9223372036854775807"

// batch is a statement that writes any number of rows of a table: the same
// few texts for all numbers, so that they can be prepared once.
type batch struct {
	table  table
	array  bool // every column one array parameter, whatever the number of rows
	head   string
	tail   string
	maxRow int // rows of one statement
	sizes  []int
}

// queries are the statements of a dialect.
type queries struct {
	appendOne        string // all of Append for one new record, if the dialect can; tells how many were new
	insertStatements batch
	insertRecords    batch
	upsertStandings  batch

	standing  string // of one subject
	standings batchQuery
	page      string
	existing  func(rows int) string

	lockForErase    []string // may be empty
	deleteRecords   string
	deleteStandings string
}

// batchQuery asks for many subjects at once.
type batchQuery struct {
	between string // all of a business from one subject to another, in order, up to a number of rows
	text    func(n int) string
	list    func(subjects []string) (string, bool) // all subjects as one parameter, if the dialect can
	chunk   int
}

const (
	standingColumns = "category, kind, occurred_at, expires_at, record_id"
	recordColumns   = "r.id, r.kind, r.business_name, r.categories, r.source, r.occurred_at, r.recorded_at, r.expires_at, r.statement, r.evidence"
)

func queriesOf(d Dialect) queries {
	p1, p2, p3, p4, p5 := "?", "?", "?", "?", "?"
	id4 := p4
	if d == PostgreSQL {
		p1, p2, p3, p4, p5 = "$1", "$2", "$3", "$4", "$5"
		id4 = "$4::text::uuid" // a uuid for any driver
	}
	q := queries{
		insertStatements: newBatch(d, statementsTable),
		insertRecords:    newBatch(d, recordsTable),
		upsertStandings:  newBatch(d, standingsTable),
		standing:         "SELECT " + standingColumns + " FROM consent_standings WHERE business = " + p1 + " AND subject = " + p2,
		page: "SELECT " + recordColumns + ", s.text, s.language, s.reviewed_by" +
			" FROM consent_records r LEFT JOIN consent_statements s ON s.business = r.business AND s.hash = r.statement" +
			" WHERE r.business = " + p1 + " AND r.subject = " + p2 + " AND (r.occurred_at, r.id) > (" + p3 + ", " + id4 + ")" +
			" ORDER BY r.occurred_at, r.id LIMIT " + p5,
		deleteRecords:   "DELETE FROM consent_records WHERE business = " + p1 + " AND subject = " + p2,
		deleteStandings: "DELETE FROM consent_standings WHERE business = " + p1 + " AND subject = " + p2,
	}
	manyFrom := "SELECT subject, " + standingColumns + " FROM consent_standings WHERE business = " + p1 + " AND subject "
	existing := "SELECT r.business, r.subject, " + recordColumns + " FROM consent_records r WHERE (r.business, r.subject, r.id) IN "
	switch d {
	case PostgreSQL:
		// An array as text is understood by every driver; the cast from text is
		// explicit so that the parameter itself is text.
		q.standings = batchQuery{
			// A join and not "= ANY", which on a table without statistics compares
			// each row with each element.
			text: func(int) string {
				return "SELECT s.subject, s." + strings.ReplaceAll(standingColumns, ", ", ", s.") +
					" FROM unnest($2::text::text[]) AS k(subject)" +
					" JOIN consent_standings s ON s.business = $1 AND s.subject = k.subject"
			},
			list:  func(subjects []string) (string, bool) { return textArray(subjects), true },
			chunk: 10_000,
		}
		// FOR UPDATE keeps an Erase from removing what counts as appended again.
		text := existing + "(SELECT * FROM unnest($1::text::text[], $2::text::text[], $3::text::uuid[]))" +
			" ORDER BY r.business, r.subject, r.id FOR UPDATE"
		q.existing = func(int) string { return text }
		q.appendOne = appendOne(&q)
		q.lockForErase = []string{
			"SELECT 1 FROM consent_records WHERE business = $1 AND subject = $2 FOR UPDATE NOWAIT",
			"SELECT 1 FROM consent_standings WHERE business = $1 AND subject = $2 FOR UPDATE NOWAIT",
		}
	case SQLite:
		q.standings = batchQuery{
			text:  func(int) string { return manyFrom + "IN (SELECT value FROM json_each(?))" },
			list:  func(subjects []string) (string, bool) { return jsonArray(subjects), true },
			chunk: 10_000,
		}
		q.existing = func(n int) string { return existing + "(VALUES " + repeat("(?, ?, ?)", n) + ")" }
	case MySQL:
		q.standings = batchQuery{
			text:  func(n int) string { return manyFrom + "IN (" + repeat("?", n) + ")" },
			list:  func([]string) (string, bool) { return "", false },
			chunk: 500,
		}
		q.existing = func(n int) string { return existing + "(" + repeat("(?, ?, ?)", n) + ") FOR UPDATE" }
	}
	q.standings.between = manyFrom + "BETWEEN " + p2 + " AND " + p3 + " ORDER BY subject LIMIT " + p4
	return q
}

// newBatch returns the statement that writes rows of t in dialect d. Statements
// and records that are there already are left as they are; a standing is
// replaced by a later one.
func newBatch(d Dialect, t table) batch {
	b := batch{table: t, array: d == PostgreSQL}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	verb := "INSERT INTO "
	switch {
	case t.name == standingsTable.name && d == MySQL:
		b.tail = mysqlUpsert
	case t.name == standingsTable.name:
		b.tail = " ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO UPDATE SET" +
			" occurred_at = excluded.occurred_at, expires_at = excluded.expires_at, record_id = excluded.record_id" +
			" WHERE (excluded.occurred_at, -COALESCE(excluded.expires_at, " + never + "), excluded.record_id)" +
			" > (s.occurred_at, -COALESCE(s.expires_at, " + never + "), s.record_id)"
	case d != MySQL:
		b.tail = " ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO NOTHING"
	case t.name == statementsTable.name:
		// IGNORE takes a shared lock on the row that is there, where ON DUPLICATE
		// KEY UPDATE would make all who agree to the same text queue for it.
		// What IGNORE would wrongly forgive is ruled out by tooLong.
		verb = "INSERT IGNORE INTO "
	}
	alias := ""
	if t.name == standingsTable.name && d != MySQL {
		alias = " AS s"
	}
	b.head = verb + t.name + alias + " (" + strings.Join(names, ", ") + ")"

	switch d {
	case PostgreSQL:
		b.head += " SELECT * FROM "
		b.tail = t.unnest(1) + b.tail
		b.maxRow, b.sizes = 5_000, nil
	case SQLite:
		b.head += " VALUES "
		// Few sizes, each prepared once: sending a text costs SQLite more than
		// another call.
		b.maxRow, b.sizes = 128, []int{128, 16, 1}
	case MySQL:
		b.head += " VALUES "
		// Another call is a round trip here, so odd sizes are sent as text.
		b.maxRow, b.sizes = 500, []int{500, 1}
	}
	return b
}

// unnest is the rows of t as PostgreSQL makes them of one array for each column, where the first
// array is parameter number from.
func (t *table) unnest(from int) string {
	arrays := make([]string, len(t.columns))
	for i, c := range t.columns {
		arrays[i] = "$" + strconv.Itoa(from+i) + "::text::" + [...]string{
			textColumn: "text[]", bytesColumn: "bytea[]", uuidColumn: "uuid[]", timeColumn: "bigint[]",
		}[c.typ]
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// appendOne is the three statements of an Append as one, which saves four round trips. The
// standing is only joined for a record that is new.
func appendOne(q *queries) string {
	statements, records, standings := &q.insertStatements, &q.insertRecords, &q.upsertStandings
	at := func(b *batch, from int, where string) string {
		first := b.table.unnest(1)
		return b.head + b.table.unnest(from) + where + strings.TrimPrefix(b.tail, first)
	}
	n := len(statements.table.columns)
	m := n + len(records.table.columns)
	return "WITH statement AS (" + at(statements, 1, "") + ")," +
		" record AS (" + at(records, n+1, "") + " RETURNING 1)," +
		" standing AS (" + at(standings, m+1, " WHERE EXISTS (SELECT 1 FROM record)") + ")" +
		" SELECT COUNT(*) FROM record"
}

// mysqlUpsert keeps the later of two standings. MySQL assigns from left to
// right, and a later assignment sees the earlier ones: whether the row is
// replaced is decided once, on the untouched row, by its record_id.
const mysqlUpsert = " ON DUPLICATE KEY UPDATE" +
	" record_id = IF(VALUES(occurred_at) > occurred_at OR VALUES(occurred_at) = occurred_at AND (" +
	"COALESCE(VALUES(expires_at), " + never + ") < COALESCE(expires_at, " + never + ")" +
	" OR COALESCE(VALUES(expires_at), " + never + ") = COALESCE(expires_at, " + never + ") AND VALUES(record_id) > record_id)," +
	" VALUES(record_id), record_id)," +
	" occurred_at = IF(record_id = VALUES(record_id), VALUES(occurred_at), occurred_at)," +
	" expires_at = IF(record_id = VALUES(record_id), VALUES(expires_at), expires_at)," +
	" appends = appends + 1"

// take tells how many of n rows the next statement writes, and whether its text is
// one of the few to keep prepared.
func (b *batch) take(n int) (rows int, keep bool) {
	if b.array {
		return min(n, b.maxRow), true
	}
	for _, size := range b.sizes {
		if n >= size && (size > 1 || n == 1 || b.maxRow <= 128) {
			return size, true
		}
	}
	return n, false
}

// text is the statement for n rows.
func (b *batch) text(n int) string {
	if b.array {
		return b.head + b.tail
	}
	return b.head + repeat("("+repeat("?", len(b.table.columns))+")", n) + b.tail
}

// args hands over rows as the statement's parameters.
func (b *batch) args(rows []row) []any {
	if !b.array {
		args := make([]any, 0, len(rows)*len(b.table.columns))
		for _, r := range rows {
			for _, v := range r {
				if id, ok := v.(uuid.UUID); ok {
					v = id[:]
				}
				args = append(args, v)
			}
		}
		return args
	}
	args := make([]any, len(b.table.columns))
	for i := range args {
		args[i] = columnArray(rows, i)
	}
	return args
}

// row is one value for each column of a table: string, []byte, int64, uuid.UUID or nil.
type row []any

// columnArray is column i of rows as the text of a PostgreSQL array.
func columnArray(rows []row, i int) string {
	var buf bytes.Buffer
	buf.Grow(len(rows) * 40)
	buf.WriteByte('{')
	for n, r := range rows {
		if n > 0 {
			buf.WriteByte(',')
		}
		switch v := r[i].(type) {
		case nil:
			buf.WriteString("NULL")
		case int64:
			buf.Write(strconv.AppendInt(buf.AvailableBuffer(), v, 10))
		case uuid.UUID:
			buf.WriteString(v.String())
		case []byte:
			buf.WriteString(`"\\x`)
			buf.Write(hex.AppendEncode(buf.AvailableBuffer(), v))
			buf.WriteByte('"')
		case string:
			appendArrayText(&buf, v)
		}
	}
	buf.WriteByte('}')
	return buf.String()
}

func textArray(list []string) string {
	var buf bytes.Buffer
	buf.Grow(len(list) * 18)
	buf.WriteByte('{')
	for n, s := range list {
		if n > 0 {
			buf.WriteByte(',')
		}
		appendArrayText(&buf, s)
	}
	buf.WriteByte('}')
	return buf.String()
}

func appendArrayText(buf *bytes.Buffer, s string) {
	buf.WriteByte('"')
	for {
		i := strings.IndexAny(s, `"\`)
		if i < 0 {
			break
		}
		buf.WriteString(s[:i])
		buf.WriteByte('\\')
		buf.WriteByte(s[i])
		s = s[i+1:]
	}
	buf.WriteString(s)
	buf.WriteByte('"')
}

// jsonArray is list as JSON. Subjects are letters, digits, "+" and ".", none of which JSON escapes.
func jsonArray(list []string) string {
	var b strings.Builder
	b.Grow(len(list)*18 + 2)
	b.WriteByte('[')
	for n, s := range list {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(s)
		b.WriteByte('"')
	}
	b.WriteByte(']')
	return b.String()
}

// repeat is n times s with commas between.
func repeat(s string, n int) string {
	return strings.TrimSuffix(strings.Repeat(s+", ", n), ", ")
}
