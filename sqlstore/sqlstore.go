package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/optinkit/consent"
)

// DB is what *[sql.DB], *[sql.Tx] and *[sql.Conn] share and a [Store] needs.
type DB interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// beginner is a DB that can begin a transaction: *sql.DB and *sql.Conn can,
// *sql.Tx cannot.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// Store keeps records in a SQL database. It implements [consent.Store]. Make one with [New] and keep
// it; it needs no closing and holds nothing but statements prepared on its database.
type Store struct {
	db      DB
	dialect Dialect
	q       queries
	bad     error // what is wrong with New's arguments

	begin beginner // nil: db is a transaction of the caller's
	stmts *stmts   // nil: nothing is prepared
	group group    // SQLite only

	noAppendOne atomic.Bool // the database has refused queries.appendOne

	// over is set when the caller's transaction has failed in a way after which the
	// database may have left it. A further statement would then stand on its own.
	over atomic.Bool
}

var _ consent.Store = (*Store)(nil)

// New returns a Store on db, which is a database of dialect d. It does not use db yet.
//
// If db can begin transactions, as *[sql.DB] and *[sql.Conn] can, every Append and
// Erase is a transaction of its own and is tried again when the database asks for that. If it
// cannot, as *[sql.Tx], the Store works inside it: what is appended is kept when
// the caller commits. See the package comment.
//
// Errors are left to the methods: an unknown dialect is [ErrDialect] there.
func New(db DB, d Dialect) *Store {
	s := &Store{db: db, dialect: d, q: queriesOf(d)}
	s.group.turn = make(chan struct{}, 1)
	switch d {
	case SQLite, PostgreSQL, MySQL:
	default:
		s.bad = fmt.Errorf("%w: %q is not a dialect; use sqlstore.SQLite, sqlstore.PostgreSQL or sqlstore.MySQL", ErrDialect, string(d))
	}
	switch v := db.(type) {
	case nil:
		s.bad = errNoDB
	case *sql.DB:
		if v == nil {
			s.bad = errNoDB
			break
		}
		s.stmts = &stmts{db: v, m: map[string]*sql.Stmt{}}
	}
	s.begin, _ = db.(beginner)
	return s
}

// check is what every method does first.
func (s *Store) check(ctx context.Context, op string) error {
	switch {
	case s.bad != nil:
		return s.bad
	case ctx.Err() != nil:
		return fmt.Errorf("sqlstore: %s: %w", op, ctx.Err())
	case s.over.Load():
		return fmt.Errorf("sqlstore: %s: %w: an earlier statement ended the transaction", op, ErrRetry)
	}
	return nil
}

// Erase implements [consent.Store].
//
// What a person agreed to, the statement's text, stays: it belongs to the business and
// other people's records name it. If texts of yours hold what is
// personal, remove those that no record names while nothing is being appended.
func (s *Store) Erase(ctx context.Context, businessID string, subject consent.Subject) error {
	const op = "erase"
	if err := s.check(ctx, op); err != nil {
		return err
	}
	release, err := s.takeTurn(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, err)
	}
	defer release()
	return s.transact(ctx, op, func(ctx context.Context, tx DB) error {
		for _, text := range s.q.lockForErase {
			// A DELETE takes rows as it meets them and Append in order of their keys,
			// so the two could wait for each other, which PostgreSQL notices after a
			// second only. One that does not wait asks again after milliseconds.
			if s.begin == nil {
				break // the caller's transaction must not fail for that
			}
			if _, err := s.exec(ctx, tx, text, true, businessID, subject.String()); err != nil {
				return err
			}
		}
		// An Append at the same time is seen either whole or not at all by one
		// statement, but one statement cannot empty two tables. So go on until
		// neither had anything: every Append that has committed by then is gone from
		// both, and any later one comes after this Erase. The order is Append's.
		for {
			records, err := s.affected(ctx, tx, s.q.deleteRecords, businessID, subject.String())
			if err != nil {
				return err
			}
			standings, err := s.affected(ctx, tx, s.q.deleteStandings, businessID, subject.String())
			if err != nil {
				return err
			}
			if records == 0 && standings == 0 {
				return nil
			}
		}
	})
}

// affected runs a statement to keep and tells how many rows it changed.
func (s *Store) affected(ctx context.Context, tx DB, text string, args ...any) (int64, error) {
	res, err := s.exec(ctx, tx, text, true, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// exec runs a write in tx, prepared if that text is to be kept and has been.
func (s *Store) exec(ctx context.Context, tx DB, text string, keep bool, args ...any) (sql.Result, error) {
	if own, ok := tx.(*sql.Tx); ok && keep && s.stmts != nil {
		if stmt := s.stmts.get(text); stmt != nil {
			return own.StmtContext(ctx, stmt).ExecContext(ctx, args...)
		}
		// Preparing takes a connection of its own, and this transaction may
		// hold the only one.
		s.stmts.want(text)
	}
	return tx.ExecContext(ctx, text, args...)
}

// query reads outside of the Store's own transactions.
func (s *Store) query(ctx context.Context, text string, keep bool, args ...any) (*sql.Rows, error) {
	if keep && s.stmts != nil {
		stmt, err := s.stmts.prepare(ctx, text)
		if err != nil {
			return nil, err
		}
		return stmt.QueryContext(ctx, args...)
	}
	return s.db.QueryContext(ctx, text, args...)
}

// stmts are the statements prepared on a *sql.DB, for as long as it is open.
type stmts struct {
	db *sql.DB

	mu     sync.RWMutex
	m      map[string]*sql.Stmt
	wanted []string
}

func (p *stmts) get(text string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.m[text]
}

func (p *stmts) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := p.get(text); stmt != nil {
		return stmt, nil
	}
	stmt, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.m[text]; other != nil {
		_ = stmt.Close()
		return other, nil
	}
	p.m[text] = stmt
	return stmt, nil
}

func (p *stmts) want(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wanted = append(p.wanted, text)
}

// prepareWanted prepares what transactions have asked for. It is called when they are
// over, and a failure only means that the next one asks again.
func (p *stmts) prepareWanted(ctx context.Context) {
	p.mu.RLock()
	n := len(p.wanted)
	p.mu.RUnlock()
	if n == 0 {
		return
	}
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for _, text := range wanted {
		if _, err := p.prepare(ctx, text); err != nil {
			return
		}
	}
}

// tooLong finds a key that the columns of MySQL do not hold. A server that is
// not in strict mode would cut it off, and make two keys one.
func (s *Store) tooLong(field, value string) error {
	const limit = 255
	if s.dialect == MySQL && len(value) > limit {
		return fmt.Errorf("sqlstore: %s is longer than the %d bytes that its column on MySQL holds", field, limit)
	}
	if s.dialect == PostgreSQL && strings.IndexByte(value, 0) >= 0 {
		return fmt.Errorf("sqlstore: %s contains a NUL byte, which PostgreSQL cannot keep", field)
	}
	return nil
}
