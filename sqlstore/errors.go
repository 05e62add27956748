package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"regexp"
	"strings"
	"syscall"
)

// Errors that a caller can act on, returned wrapped by every method of [Store].
var (
	// ErrRetry says that the database could not do it now and that doing it again may
	// succeed: a deadlock, a serialization failure, a lock held for too long, a lost connection, a server
	// that starts or hands over. A Store on a *sql.DB returns it when its own
	// attempts are used up: call again, with the same IDs, as it may have been done. A Store on a *sql.Tx returns
	// it at once: roll back and run the whole transaction again.
	ErrRetry = errors.New("the database asks to try again")

	// ErrNotMigrated says that a table or column is missing: call [Store.Migrate] when the
	// application starts, or apply [Migrations] with a tool of yours.
	ErrNotMigrated = errors.New("the database lacks tables or columns of this package; call Migrate, or apply Migrations, before using the Store")

	// ErrNewerSchema is returned by [Store.Migrate] when a newer version of this package has
	// migrated the database: upgrade this program.
	ErrNewerSchema = errors.New("the database's schema is newer than this program knows; upgrade the module github.com/optinkit/consent")

	// ErrSchema says that a table is not as the migrations make it, as after
	// somebody's ALTER TABLE. [Store.Migrate] names the columns that differ.
	ErrSchema = errors.New("a table is not as the migrations made it; Migrate says which columns differ")

	// ErrDialect says that the database is not of the dialect that New was given.
	ErrDialect = errors.New("wrong dialect")

	// ErrReadOnly says that the database takes no writes: a read-only file or
	// mount, a standby server, a session or user set to read only. Connect to what can be written.
	ErrReadOnly = errors.New("the database is read-only here; open the file for writing, or connect to the primary server")
)

var errNoDB = errors.New("sqlstore: New was given no database; open one with sql.Open and pass it")

// errAgain is a failure that this package finds itself and that trying again settles.
var errAgain = errors.New("another transaction changed the same records")

// codes is how databases number their errors. Drivers are not imported, so the
// numbers are found by the methods and fields that drivers have in common.
type codes struct {
	state    string // SQLSTATE: PostgreSQL's drivers
	number   int    // MySQL
	extended int    // SQLite
}

func codesOf(err error) codes {
	for err != nil {
		switch e := err.(type) {
		case interface{ SQLState() string }: // pgx, lib/pq
			return codes{state: e.SQLState()}
		case interface{ Code() int }: // modernc.org/sqlite
			return codes{extended: e.Code()}
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				if c := codesOf(one); c != (codes{}) {
					return c
				}
			}
			return codes{}
		}
		if c := codeFields(err); c != (codes{}) {
			return c
		}
		err = errors.Unwrap(err)
	}
	return codes{}
}

// codeFields reads the number of drivers whose errors are plain structs: Number of
// go-sql-driver/mysql, Code and ExtendedCode of mattn/go-sqlite3.
func codeFields(err error) codes {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return codes{}
	}
	if n := v.FieldByName("Number"); n.IsValid() && n.CanUint() {
		return codes{number: int(n.Uint())}
	}
	for _, name := range []string{"ExtendedCode", "Code"} {
		if n := v.FieldByName(name); n.IsValid() && n.CanInt() && n.Int() != 0 {
			return codes{extended: int(n.Int())}
		}
	}
	return codes{}
}

// class is what an error means to this package.
type class uint8

const (
	other class = iota
	again
	duplicate
	missing
	readOnly
	mistyped
	full
	closed
)

// SQLite's primary result codes.
const (
	sqliteError    = 1
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteProtocol = 15
	sqliteMismatch = 20
	sqliteNotADB   = 26
)

// classify sorts a driver's error.
func classify(err error) class {
	c := codesOf(err)
	switch {
	case errors.Is(err, errAgain):
		return again
	case c.state != "":
		return classifyState(c.state)
	case c.number != 0:
		return classifyNumber(c.number)
	case c.extended != 0:
		return classifySQLite(c.extended, err)
	case lostConnection(err):
		return again
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone), err.Error() == "sql: database is closed":
		return closed
	case strings.Contains(err.Error(), "sql: Scan error"):
		return mistyped
	}
	return other
}

// classifyState sorts by SQLSTATE: PostgreSQL, CockroachDB, YugabyteDB.
func classifyState(state string) class {
	switch state {
	case "40001", "40P01", // serialization failure, deadlock
		"55P03",                            // lock not available
		"57P01", "57P02", "57P03", "57P05", // the server stops, crashed, starts, or closed an idle session
		"53300", // too many connections
		"40003": // the outcome is not known
		return again
	case "23505":
		return duplicate
	case "42P01", "42703", "3F000": // table, column, schema
		return missing
	case "25006":
		return readOnly
	case "42804", "42883", "22P02", "22003", "22001", "42846", "42P10", "42P18":
		return mistyped
	case "53100":
		return full
	}
	if strings.HasPrefix(state, "08") { // connection exceptions
		return again
	}
	return other
}

// classifyNumber sorts by the error numbers of MySQL, MariaDB, Galera and TiDB.
func classifyNumber(number int) class {
	switch number {
	case 1213, 1205, // deadlock or Galera's certification, lock wait timeout
		1020,       // MariaDB: the record has changed since the snapshot
		1047, 1180, // Galera: no primary component, error during commit
		1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, // connections and shutdown
		3100, 3101, // group replication: rolled back
		8002, 8022, 8028, 9001, 9002, 9003, 9004, 9005, 9007: // TiDB
		return again
	case 1062, 1586:
		return duplicate
	case 1146, 1054, 1049: // table, column, database
		return missing
	case 1290, 1792, 1836, 3858: // options, a read-only transaction
		return readOnly
	case 1264, 1265, 1366, 1292, 1406:
		return mistyped
	case 1021, 1114, 3:
		return full
	}
	return other
}

func classifySQLite(extended int, err error) class {
	switch extended & 0xff {
	case sqliteBusy, sqliteLocked, sqliteProtocol:
		return again
	case sqliteReadOnly:
		return readOnly
	case sqliteFull:
		return full
	case sqliteMismatch:
		return mistyped
	case sqliteError:
		text := err.Error()
		if strings.Contains(text, "no such table: consent_") || strings.Contains(text, "no such column") || strings.Contains(text, "has no column named") {
			return missing
		}
	}
	const constraintDatatype = 19 | 12<<8
	if extended == constraintDatatype || extended&0xff == 19 && strings.Contains(err.Error(), "cannot store") {
		return mistyped
	}
	return other
}

// lostConnection tells whether the connection failed, so that it is not known
// what the server did.
func lostConnection(err error) bool {
	var network *net.OpError
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed), errors.As(err, &network),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EPIPE),
		errors.Is(err, syscall.ENOENT) && strings.Contains(err.Error(), "dial"):
		return true
	}
	text := err.Error()
	return strings.Contains(text, "invalid connection") || // go-sql-driver/mysql
		strings.Contains(text, "conn closed") || strings.Contains(text, "ValidateConnect failed") || // pgx, with several hosts
		strings.Contains(text, "busy buffer") || strings.Contains(text, "commands out of sync")
}

// explain makes an error of what the database said: what was being done, what it
// means, what to do. Nothing in it names a person.
func (s *Store) explain(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if own := (ownError{}); errors.As(err, &own) {
		return own.error
	}
	cause := masked{err}
	if ctxErr := ctx.Err(); ctxErr != nil {
		// Drivers word a cancellation in many ways; callers look for the context's.
		if errors.Is(err, ctxErr) {
			return fmt.Errorf("sqlstore: %s: %w", op, cause)
		}
		return fmt.Errorf("sqlstore: %s: %w (%w)", op, ctxErr, cause)
	}
	if transient(ctx, err) {
		return fmt.Errorf("sqlstore: %s: %w: %w", op, ErrRetry, cause)
	}
	switch classify(err) {
	case missing:
		if wrong := s.otherDialect(ctx); wrong != nil {
			return fmt.Errorf("sqlstore: %s: %w", op, wrong)
		}
		return fmt.Errorf("sqlstore: %s: %w: %w", op, ErrNotMigrated, cause)
	case readOnly:
		return fmt.Errorf("sqlstore: %s: %w: %w", op, ErrReadOnly, cause)
	case closed:
		return fmt.Errorf("sqlstore: %s: the database, connection or transaction given to New has ended; keep it open as long as the Store is used, and make a new Store for a new transaction: %w", op, cause)
	case full:
		return fmt.Errorf("sqlstore: %s: the database has no room left; nothing of this call was kept: %w", op, cause)
	case mistyped:
		if wrong := s.otherDialect(ctx); wrong != nil {
			return fmt.Errorf("sqlstore: %s: %w", op, wrong)
		}
		return fmt.Errorf("sqlstore: %s: %w: %w", op, ErrSchema, cause)
	}
	if extended := codesOf(err).extended; extended&0xff == sqliteNotADB || extended&0xff == sqliteCantOpen {
		return fmt.Errorf("sqlstore: %s: the file cannot be opened as a SQLite database; check its path, its folder's permissions and that it is one: %w", op, cause)
	}
	if wrong := s.otherDialect(ctx); wrong != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, wrong)
	}
	return fmt.Errorf("sqlstore: %s: %w", op, cause)
}

// ownError is an error that is already worded for the caller and that no other attempt would mend.
type ownError struct{ error }

func (e ownError) Unwrap() error { return e.error }

// masked hides in a driver's text what may be a person's number or user ID. The
// driver's error stays within reach of errors.As.
type masked struct{ err error }

var personal = regexp.MustCompile(`\+?\d{7,}|[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{5,}|(\\x|0x)[0-9A-Fa-f]{8,}`)

func (m masked) Error() string { return personal.ReplaceAllString(m.err.Error(), "…") }
func (m masked) Unwrap() error { return m.err }

// probes are questions that one dialect answers and the others do not.
var probes = []struct {
	dialect Dialect
	text    string
}{
	{SQLite, "SELECT sqlite_version()"},
	{PostgreSQL, "SELECT pg_backend_pid()"},
	{MySQL, "SELECT CONNECTION_ID()"},
}

// otherDialect returns an ErrDialect if the database answers as one of another dialect and
// not as its own. It asks nothing inside a caller's transaction, which has failed by now.
func (s *Store) otherDialect(ctx context.Context) error {
	if s.begin == nil {
		return nil
	}
	answers := Dialect("")
	for _, p := range probes {
		if p.dialect == s.dialect && s.answers(ctx, p.text) {
			return nil
		}
	}
	for _, p := range probes {
		if p.dialect != s.dialect && s.answers(ctx, p.text) {
			answers = p.dialect
		}
	}
	if answers == "" {
		return nil
	}
	return fmt.Errorf("%w: New was told %q, but the database answers as %q; pass that", ErrDialect, s.dialect, answers)
}

func (s *Store) answers(ctx context.Context, probe string) bool {
	var v any
	return s.db.QueryRowContext(ctx, probe).Scan(&v) == nil
}
