package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

// fake is a driver that understands no SQL: it notes what it is sent and answers as the test says.
type fake struct {
	mu     sync.Mutex
	log    []string
	answer func(n int, text string, args []driver.NamedValue) (*fakeRows, error) // n counts the same text
	seen   map[string]int
}

// fakeRows is what a query returns; affected is what a write does.
type fakeRows struct {
	columns  int
	rows     [][]driver.Value
	affected int64
}

func open(t *testing.T, f *fake) *sql.DB {
	t.Helper()
	f.seen = map[string]int{}
	db := sql.OpenDB(f)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// sent returns what the driver was sent, with each statement shortened to its first words.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]string, len(f.log))
	for i, text := range f.log {
		words := strings.Fields(text)
		out[i] = strings.Join(words[:min(len(words), 3)], " ")
	}
	f.log = nil
	return out
}

func (f *fake) note(text string, args []driver.NamedValue) (*fakeRows, error) {
	f.mu.Lock()
	f.log = append(f.log, text)
	f.seen[text]++
	n := f.seen[text]
	f.mu.Unlock()
	if f.answer != nil {
		if rows, err := f.answer(n, text, args); rows != nil || err != nil {
			return rows, err
		}
	}
	return &fakeRows{affected: 1}, nil
}

func (f *fake) Connect(context.Context) (driver.Conn, error) { return &fakeConn{f}, nil }
func (f *fake) Driver() driver.Driver                        { return nil }

type fakeConn struct{ f *fake }

func (c *fakeConn) Prepare(text string) (driver.Stmt, error) {
	c.f.mu.Lock()
	c.f.log = append(c.f.log, "PREPARE "+text)
	c.f.mu.Unlock()
	return &fakeStmt{c.f, text}, nil
}
func (c *fakeConn) Close() error { return nil }
func (c *fakeConn) Begin() (driver.Tx, error) {
	_, err := c.f.note("BEGIN", nil)
	return &fakeTx{c.f}, err
}

func (c *fakeConn) ExecContext(_ context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	rows, err := c.f.note(text, args)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(rows.affected), nil
}

func (c *fakeConn) QueryContext(_ context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.f.note(text, args)
	if err != nil {
		return nil, err
	}
	return &cursor{fakeRows: rows}, nil
}

type fakeTx struct{ f *fake }

func (t *fakeTx) Commit() error   { _, err := t.f.note("COMMIT", nil); return err }
func (t *fakeTx) Rollback() error { _, err := t.f.note("ROLLBACK", nil); return err }

type fakeStmt struct {
	f    *fake
	text string
}

func (s *fakeStmt) Close() error                               { return nil }
func (s *fakeStmt) NumInput() int                              { return -1 }
func (s *fakeStmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (s *fakeStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, driver.ErrSkip }

func (s *fakeStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return (&fakeConn{s.f}).ExecContext(ctx, s.text, args)
}

func (s *fakeStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return (&fakeConn{s.f}).QueryContext(ctx, s.text, args)
}

type cursor struct {
	*fakeRows
	at int
}

func (c *cursor) Columns() []string {
	names := make([]string, c.columns)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	return names
}
func (c *cursor) Close() error { return nil }

func (c *cursor) Next(dest []driver.Value) error {
	if c.at == len(c.rows) {
		return io.EOF
	}
	copy(dest, c.rows[c.at])
	c.at++
	return nil
}
