package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
)

// The shapes of drivers' errors.
type (
	pgError      struct{ state string } // pgx, lib/pq
	mysqlError   struct{ Number uint16 }
	modernError  struct{ code int }
	mattnErrNo   int
	mattnError   struct{ Code, ExtendedCode mattnErrNo }
	wordedError  struct{ error }
	personalText struct{ text string }
)

func (e *pgError) Error() string      { return "pg " + e.state }
func (e *pgError) SQLState() string   { return e.state }
func (e *mysqlError) Error() string   { return fmt.Sprint("mysql ", e.Number) }
func (e *modernError) Error() string  { return "no such table: consent_records" }
func (e *modernError) Code() int      { return e.code }
func (e mattnError) Error() string    { return "mattn" }
func (e wordedError) Unwrap() error   { return e.error }
func (e *personalText) Error() string { return e.text }

func record(t *testing.T, phone string) consent.Record {
	t.Helper()
	subject, err := consent.ParseSubject(phone)
	require.NoError(t, err)
	return consent.Record{
		ID: uuid.Must(uuid.NewV7()), Kind: consent.KindOptIn, BusinessID: "b", Subject: subject,
		Categories: []consent.Category{consent.Marketing}, OccurredAt: time.Unix(1, 0), RecordedAt: time.Unix(2, 0),
		Statement: consent.Statement{Text: "yes", Language: language.English},
	}
}

// affectAll answers every write with as many rows as it wrote.
func affectAll(rows int64) func(int, string, []driver.NamedValue) (*fakeRows, error) {
	return func(int, string, []driver.NamedValue) (*fakeRows, error) { return &fakeRows{affected: rows}, nil }
}

func TestAppendIsOneTransaction(t *testing.T) {
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		f := &fake{answer: affectAll(1)}
		if d == PostgreSQL { // which does not know the one statement here
			f.answer = func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
				if strings.HasPrefix(text, "WITH") {
					return nil, &pgError{"0A000"}
				}
				return nil, nil
			}
		}
		s := New(open(t, f), d)
		require.NoError(t, s.Append(t.Context(), record(t, "+12015550123")))
		if d == PostgreSQL {
			f.mu.Lock()
			f.log = f.log[2:] // PREPARE WITH, WITH
			f.mu.Unlock()
		}
		ignore := ""
		if d == MySQL {
			ignore = "IGNORE "
		}
		want := []string{"BEGIN", strings.TrimSpace("INSERT " + ignore + "INTO consent_statements"), "INSERT INTO consent_records", "INSERT INTO consent_standings", "COMMIT"}
		want[1] = strings.Join(strings.Fields(want[1])[:3], " ")
		got := f.sent()
		require.Len(t, got, 8)
		assert.Equal(t, want, got[:5], d)
		// Prepared for the next time, when no transaction holds the connection.
		for _, text := range got[5:] {
			assert.True(t, strings.HasPrefix(text, "PREPARE INSERT"), text)
		}
	}
}

func TestAppendOne(t *testing.T) {
	for _, there := range []bool{false, true} {
		f := &fake{}
		r := record(t, "+12015550123")
		f.answer = func(_ int, text string, args []driver.NamedValue) (*fakeRows, error) {
			switch {
			case strings.HasPrefix(text, "WITH") && there:
				return &fakeRows{columns: 1, rows: [][]driver.Value{{int64(0)}}}, nil
			case strings.HasPrefix(text, "WITH"):
				assert.Len(t, args, 5+12+7)
				return &fakeRows{columns: 1, rows: [][]driver.Value{{int64(1)}}}, nil
			case strings.HasPrefix(text, "INSERT INTO consent_records"):
				return &fakeRows{}, nil
			case strings.HasPrefix(text, "SELECT r.business"):
				same := []driver.Value{
					"b", r.Subject.String(), r.ID.String(), "opt_in", "", `["marketing"]`, "", r.OccurredAt.UnixMicro(), nil, nil, statementHash(r.Statement), nil,
				}
				return &fakeRows{columns: 12, rows: [][]driver.Value{same}}, nil
			}
			return nil, nil
		}
		require.NoError(t, New(open(t, f), PostgreSQL).Append(t.Context(), r))
		want := []string{"PREPARE WITH statement", "WITH statement AS"}
		if there {
			want = append(want, "BEGIN", "INSERT INTO consent_statements", "INSERT INTO consent_records", "SELECT r.business, r.subject,", "INSERT INTO consent_standings", "COMMIT")
		}
		got := f.sent()
		assert.Equal(t, want, got[:len(want)])
	}
}

func TestAppendNothing(t *testing.T) {
	f := &fake{}
	require.NoError(t, New(open(t, f), SQLite).Append(t.Context()))
	assert.Empty(t, f.sent())
}

func TestCheckIsOneStatement(t *testing.T) {
	f := &fake{answer: func(int, string, []driver.NamedValue) (*fakeRows, error) {
		id := make([]byte, 16)
		return &fakeRows{columns: 5, rows: [][]driver.Value{
			{"marketing", "opt_out", int64(2_000_000), nil, id},
			{"", "paused", int64(1_000_000), int64(3_000_000), id},
			{"marketing", "opt_in", int64(1_000_000), nil, id},
		}}, nil
	}}
	s := New(open(t, f), PostgreSQL)
	subject := record(t, "+12015550123").Subject
	into := []consent.Standing{{{Category: "stale"}}}
	require.NoError(t, s.Standings(t.Context(), "b", []consent.Subject{subject}, into))
	assert.Equal(t, []string{"PREPARE SELECT category,", "SELECT category, kind,"}, f.sent())
	require.NoError(t, s.Standings(t.Context(), "b", []consent.Subject{subject}, into))
	assert.Equal(t, []string{"SELECT category, kind,"}, f.sent())
	assert.Equal(t, consent.Standing{
		{Category: "", Kind: "paused", OccurredAt: time.Unix(1, 0).UTC(), ExpiresAt: time.Unix(3, 0).UTC()},
		{Category: consent.Marketing, Kind: consent.KindOptIn, OccurredAt: time.Unix(1, 0).UTC()},
		{Category: consent.Marketing, Kind: consent.KindOptOut, OccurredAt: time.Unix(2, 0).UTC()},
	}, into[0], "in order, whatever the order of rows")
}

func TestCallersTransactionIsJoined(t *testing.T) {
	f := &fake{answer: affectAll(1)}
	tx, err := open(t, f).Begin()
	require.NoError(t, err)
	s := New(tx, PostgreSQL)
	f.sent()
	require.NoError(t, s.Append(t.Context(), record(t, "+12015550123")))
	assert.Equal(t, []string{
		"SAVEPOINT consent_append", "INSERT INTO consent_statements", "INSERT INTO consent_records", "INSERT INTO consent_standings",
		"RELEASE SAVEPOINT consent_append",
	}, f.sent(), "neither begun, committed nor prepared")

	f.answer = func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
		if strings.Contains(text, "consent_records") {
			return nil, &pgError{"40001"}
		}
		return nil, nil
	}
	require.ErrorIs(t, s.Append(t.Context(), record(t, "+12015550123")), ErrRetry)
	assert.Equal(t, []string{"SAVEPOINT consent_append", "INSERT INTO consent_statements", "INSERT INTO consent_records"}, f.sent(), "stops at the first error")
	require.ErrorIs(t, s.Erase(t.Context(), "b", record(t, "+12015550123").Subject), ErrRetry)
	require.ErrorIs(t, s.Standings(t.Context(), "b", []consent.Subject{{}}, make([]consent.Standing, 1)), ErrRetry)
	assert.Empty(t, f.sent(), "and sends nothing more")
}

func TestRetryRunsTheWholeTransaction(t *testing.T) {
	for name, failure := range map[string]error{
		"serialization": &pgError{"40001"}, "deadlock": &pgError{"40P01"}, "MySQL": &mysqlError{1213}, "Galera": &mysqlError{1047},
		"modernc busy": &modernError{5}, "modernc snapshot": &modernError{517}, "mattn busy": mattnError{Code: 5, ExtendedCode: 5},
		"wrapped": wordedError{&mysqlError{1205}}, "joined": errors.Join(errors.New("x"), &mysqlError{1205}),
		"network": &net.OpError{Op: "read", Err: errors.New("reset")},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			f.answer = func(n int, text string, _ []driver.NamedValue) (*fakeRows, error) {
				if text == "COMMIT" && n < 3 { // the outcome may not even be known
					return nil, failure
				}
				return &fakeRows{affected: 1}, nil
			}
			require.NoError(t, New(open(t, f), MySQL).Append(t.Context(), record(t, "+12015550123")))
			sent := f.sent()
			count := map[string]int{}
			for _, text := range sent {
				count[text]++
			}
			assert.Equal(t, 3, count["BEGIN"], sent)
			assert.Equal(t, 3, count["INSERT INTO consent_records"], sent)
		})
	}
}

func TestRetryGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{seen: map[string]int{}, answer: func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
			if text == "BEGIN" {
				return nil, &pgError{"57P03"}
			}
			return nil, nil
		}}
		db := sql.OpenDB(f)
		defer db.Close()
		s := New(db, PostgreSQL)

		began := time.Now()
		require.ErrorIs(t, s.Append(t.Context(), record(t, "+12015550123"), record(t, "+12015550124")), ErrRetry)
		assert.InDelta(t, patience.Seconds(), time.Since(began).Seconds(), 1.1)
		n := len(f.sent())
		assert.Greater(t, n, 10)
		assert.Less(t, n, 50)

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began = time.Now()
		require.ErrorIs(t, s.Append(ctx, record(t, "+12015550123"), record(t, "+12015550124")), ErrRetry, "a deadline is used up, and not overrun")
		assert.InDelta(t, 59, time.Since(began).Seconds(), 1.1)
	})
}

func TestNoRetry(t *testing.T) {
	for name, c := range map[string]struct {
		failure, want error
	}{
		"missing table":  {&pgError{"42P01"}, ErrNotMigrated},
		"missing column": {&mysqlError{1054}, ErrNotMigrated},
		"SQLite table":   {&modernError{1}, ErrNotMigrated},
		"standby":        {&pgError{"25006"}, ErrReadOnly},
		"read-only file": {mattnError{Code: 8, ExtendedCode: 1544}, ErrReadOnly},
		"types":          {&pgError{"42804"}, ErrSchema},
		"unknown":        {&pgError{"XX000"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{answer: func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
				switch {
				case strings.HasPrefix(text, "INSERT"):
					return nil, c.failure
				case strings.HasPrefix(text, "SELECT pg_backend_pid"): // yes, it is PostgreSQL
					return &fakeRows{columns: 1, rows: [][]driver.Value{{int64(1)}}}, nil
				}
				return nil, nil
			}}
			err := New(open(t, f), PostgreSQL).Append(t.Context(), record(t, "+12015550123"), record(t, "+12015550124"))
			require.ErrorIs(t, err, c.failure)
			require.NotErrorIs(t, err, ErrRetry)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			assert.Equal(t, []string{"BEGIN", "INSERT INTO consent_statements", "ROLLBACK"}, f.sent()[:3])
		})
	}
}

func TestErrorsNameNobody(t *testing.T) {
	failure := &personalText{`invalid input "+12015550123", user US.13491208655302741918, '\x2b3132303135353530313233'`}
	f := &fake{answer: func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
		if strings.HasPrefix(text, "INSERT") {
			return nil, failure
		}
		return nil, nil
	}}
	err := New(open(t, f), PostgreSQL).Append(t.Context(), record(t, "+12015550123"), record(t, "+12015550124"))
	require.ErrorIs(t, err, failure)
	for _, secret := range []string{"2015550123", "13491208655302741918", "2b31323031"} {
		assert.NotContains(t, err.Error(), secret)
	}
}

func TestCancelled(t *testing.T) {
	f := &fake{answer: func(_ int, text string, _ []driver.NamedValue) (*fakeRows, error) {
		if strings.HasPrefix(text, "INSERT INTO consent_records") {
			return nil, &pgError{"57014"} // as a server words a cancellation
		}
		return nil, nil
	}}
	ctx, cancel := context.WithCancelCause(t.Context())
	s := New(open(t, f), PostgreSQL)
	answer := f.answer
	f.answer = func(n int, text string, args []driver.NamedValue) (*fakeRows, error) {
		if strings.HasPrefix(text, "INSERT INTO consent_records") {
			cancel(nil)
		}
		return answer(n, text, args)
	}
	require.ErrorIs(t, s.Append(ctx, record(t, "+12015550123"), record(t, "+12015550124")), context.Canceled)
}

func TestBadArguments(t *testing.T) {
	assert.ErrorIs(t, New(open(t, &fake{}), "oracle").Migrate(t.Context()), ErrDialect)
	assert.ErrorContains(t, New(nil, SQLite).Append(t.Context()), "no database")
	assert.ErrorContains(t, New((*sql.DB)(nil), SQLite).Append(t.Context()), "no database")
	s := New(open(t, &fake{}), MySQL)
	assert.ErrorContains(t, s.Standings(t.Context(), "b", make([]consent.Subject, 2), nil), "into has 0 elements")
	long := record(t, "+12015550123")
	long.BusinessID = strings.Repeat("b", 256)
	assert.ErrorContains(t, s.Append(t.Context(), long), "255 bytes")
}

// TestMigrationOrder applies each migration once, in the order of the numbers.
func TestMigrationOrder(t *testing.T) {
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		for have := range 5 {
			var applied []string
			f := &fake{}
			f.answer = func(_ int, text string, args []driver.NamedValue) (*fakeRows, error) {
				switch {
				case strings.HasPrefix(text, "SELECT MAX"):
					return &fakeRows{columns: 1, rows: [][]driver.Value{{int64(have)}}}, nil
				case strings.Contains(text, "CREATE TABLE IF NOT EXISTS consent_s"), strings.Contains(text, "CREATE TABLE IF NOT EXISTS consent_r"):
					_, name, _ := strings.Cut(text, "IF NOT EXISTS ")
					applied = append(applied, strings.Fields(name)[0])
				case strings.Contains(text, "GET_LOCK"), strings.Contains(text, "RELEASE_LOCK"), strings.HasPrefix(text, "SELECT sqlite_version"),
					strings.HasPrefix(text, "SELECT pg_backend"), strings.HasPrefix(text, "SELECT CONNECTION"):
					return &fakeRows{columns: 1, rows: [][]driver.Value{{int64(1)}}}, nil
				case strings.HasPrefix(text, "SELECT"):
					return columnsOf(d, text), nil
				}
				return nil, nil
			}
			err := New(open(t, f), d).Migrate(t.Context())
			want := []string{"consent_schema", "consent_statements", "consent_records", "consent_standings"}
			switch {
			case have > 3:
				require.ErrorIs(t, err, ErrNewerSchema)
				want = want[:1]
			default:
				require.NoError(t, err)
				want = append(want[:1:1], want[1+have:]...)
			}
			assert.Equal(t, want, applied, "%s at version %d", d, have)
		}
	}
}

// columnsOf answers a question for the columns of a table as a database that is as it should be.
func columnsOf(d Dialect, text string) *fakeRows {
	rows := &fakeRows{columns: 2}
	for _, table := range allTables {
		if !strings.Contains(text, "'"+table.name+"'") {
			continue
		}
		for _, c := range table.columns {
			rows.rows = append(rows.rows, []driver.Value{c.name, columnTypes[d][c.typ][0]})
		}
	}
	return rows
}

func TestMigrationsFS(t *testing.T) {
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		names, err := fs.Glob(Migrations(d), "*")
		require.NoError(t, err)
		assert.Equal(t, []string{"0001_statements.up.sql", "0002_records.up.sql", "0003_standings.up.sql"}, names)
		list, err := migrations(d)
		require.NoError(t, err)
		for _, m := range list {
			assert.Equal(t, 1, strings.Count(m.text, ";\n"), "version %d of %s is one statement", m.version, d)
		}
	}
	names, _ := fs.Glob(Migrations("oracle"), "*.sql")
	assert.Empty(t, names)
	names, _ = fs.Glob(Migrations(""), "*.sql")
	assert.Empty(t, names)
}

func TestArrayText(t *testing.T) {
	rows := []row{{`a"b\c`, nil, int64(-5), []byte{0, 0xff}, uuid.Nil}, {"é,{}", int64(1), nil, nil, nil}}
	for i, want := range []string{
		`{"a\"b\\c","é,{}"}`, `{NULL,1}`, `{-5,NULL}`, `{"\\x00ff",NULL}`, `{00000000-0000-0000-0000-000000000000,NULL}`,
	} {
		assert.Equal(t, want, columnArray(rows, i))
	}
	assert.Equal(t, `{"x","y\\"}`, textArray([]string{"x", `y\`}))
}

// TestGroup lets the first of many Appends hold the turn until the others wait. They must share one
// transaction, and the one in conflict must fail alone.
func TestGroup(t *testing.T) {
	const n = 20
	hold, begun := make(chan struct{}), make(chan struct{})
	var once sync.Once
	clash := record(t, "+12015550199")
	f := &fake{}
	f.answer = func(_ int, text string, args []driver.NamedValue) (*fakeRows, error) {
		switch {
		case text == "BEGIN":
			once.Do(func() { close(begun); <-hold })
		case strings.HasPrefix(text, "INSERT INTO consent_records"):
			for _, a := range args {
				if id, ok := a.Value.([]byte); ok && string(id) == string(clash.ID[:]) {
					return &fakeRows{affected: int64(len(args)/12 - 1)}, nil // it is there already
				}
			}
			return &fakeRows{affected: int64(len(args) / 12)}, nil
		case strings.HasPrefix(text, "SELECT r.business"):
			other := []driver.Value{
				"b", clash.Subject.String(), clash.ID[:], "opt_out", "", "[]", "", int64(0), nil, nil, nil, nil,
			}
			return &fakeRows{columns: 12, rows: [][]driver.Value{other}}, nil
		}
		return nil, nil
	}
	s := New(open(t, f), SQLite)
	errs := make(chan error, n+2)
	go func() { errs <- s.Append(t.Context(), record(t, "+12015550100")) }()
	<-begun
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs <- s.Append(t.Context(), record(t, fmt.Sprintf("+120155501%02d", i+1))) })
	}
	wg.Go(func() { errs <- s.Append(t.Context(), clash) })
	cancelled, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- s.Append(cancelled, record(t, "+12015550150")) }()
	waiting := func() int {
		s.group.mu.Lock()
		defer s.group.mu.Unlock()
		return len(s.group.queue)
	}
	for waiting() < n+2 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled)
	assert.Equal(t, n+1, waiting(), "who has gone is not written")
	close(hold)
	wg.Wait()
	conflicts := 0
	for range n + 2 {
		if err := <-errs; err != nil {
			require.ErrorIs(t, err, consent.ErrConflict)
			conflicts++
		}
	}
	assert.Equal(t, 1, conflicts)
	commits := 0
	for _, text := range f.sent() {
		if text == "COMMIT" {
			commits++
		}
	}
	assert.Equal(t, 2, commits, "one for the first, one for all others")
}
