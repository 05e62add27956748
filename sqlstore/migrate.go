package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed schema
var schema embed.FS

// Migrations returns the schema of d as numbered files at the root of a file
// system: 0001_statements.up.sql and so on, for those who migrate with a tool of their own instead of
// [Store.Migrate]. Each file is one statement and may be applied again. goose reads
// them with goose.SetBaseFS or goose.NewProvider, golang-migrate with source/iofs. There are no
// files that go back: what they would drop is the proof of consent.
//
// For a Dialect that is none, the file system is empty.
func Migrations(d Dialect) fs.FS {
	sub, err := fs.Sub(schema, "schema/"+string(d))
	if err != nil || !slices.Contains([]Dialect{SQLite, PostgreSQL, MySQL}, d) {
		return embed.FS{}
	}
	return sub
}

// migration is one numbered file.
type migration struct {
	version int
	text    string
}

func migrations(d Dialect) ([]migration, error) {
	files := Migrations(d)
	names, err := fs.Glob(files, "*.up.sql")
	if err != nil {
		return nil, err
	}
	list := make([]migration, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		list[i] = migration{version, string(text)}
	}
	slices.SortFunc(list, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return list, nil
}

// versionTable says which migrations Migrate has applied. Other tools keep their own.
const versionTable = `CREATE TABLE IF NOT EXISTS consent_schema (version bigint NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)`

// Migrate brings the database's schema to what this version of the package needs. It may be called
// at every start, by several processes at once, and on a database that another tool
// has migrated with [Migrations]. Afterwards it compares the tables with what they should be.
//
// Errors: [ErrNewerSchema] if a newer version has been here, [ErrSchema] naming the columns that differ, [ErrDialect],
// [ErrReadOnly], [ErrRetry]. Nothing is ever dropped.
//
// In a caller's *sql.Tx, Migrate takes part in the transaction on SQLite and PostgreSQL. MySQL commits at every
// CREATE TABLE, so there it refuses.
func (s *Store) Migrate(ctx context.Context) error {
	const op = "migrate"
	if err := s.check(ctx, op); err != nil {
		return err
	}
	if s.begin == nil && s.dialect == MySQL {
		return errors.New("sqlstore: migrate: MySQL commits the transaction when a table is created; call Migrate on a Store of the *sql.DB")
	}
	if wrong := s.otherDialect(ctx); wrong != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, wrong)
	}
	list, err := migrations(s.dialect)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, err)
	}
	release, err := s.takeTurn(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, err)
	}
	defer release()
	return s.transact(ctx, op, func(ctx context.Context, tx DB) error {
		unlock, err := s.lockSchema(ctx, tx)
		if err != nil {
			return err
		}
		defer unlock()
		if err := s.apply(ctx, tx, list); err != nil {
			return err
		}
		return s.verify(ctx, tx)
	})
}

// apply runs what has not been run. Every step may be run again, so that a
// process that dies between two on MySQL leaves nothing to mend.
func (s *Store) apply(ctx context.Context, tx DB, list []migration) error {
	have, err := s.version(ctx, tx)
	if err != nil {
		return err
	}
	newest := list[len(list)-1].version
	if have > newest {
		return ownError{fmt.Errorf("sqlstore: migrate: %w: it is at version %d, and this program knows up to %d", ErrNewerSchema, have, newest)}
	}
	for _, m := range list {
		if m.version <= have {
			continue
		}
		if err := s.create(ctx, tx, m.text); err != nil {
			return fmt.Errorf("version %d: %w", m.version, err)
		}
		insert := fmt.Sprintf("INSERT INTO consent_schema (version, applied_at) VALUES (%d, %d)", m.version, time.Now().UnixMicro())
		if _, err := tx.ExecContext(ctx, insert); err != nil {
			return raced(err)
		}
	}
	return nil
}

// version is the newest version applied, 0 if none.
func (s *Store) version(ctx context.Context, tx DB) (int, error) {
	// A read first, so that a process that may not create tables can call
	// Migrate on a database that needs nothing.
	there, err := s.columns(ctx, tx, "consent_schema")
	if err != nil {
		return 0, err
	}
	if len(there) == 0 {
		if err := s.create(ctx, tx, versionTable); err != nil {
			return 0, err
		}
	}
	var version sql.NullInt64
	err = tx.QueryRowContext(ctx, "SELECT MAX(version) FROM consent_schema").Scan(&version)
	return int(version.Int64), err
}

// create creates a table that another process may be creating.
func (s *Store) create(ctx context.Context, tx DB, text string) error {
	_, err := tx.ExecContext(ctx, text)
	return raced(err)
}

// raced makes another attempt of what failed because another process did the same at the same moment.
func raced(err error) error {
	c := codesOf(err)
	if err != nil && (classify(err) == duplicate || c.state == "42P07" || c.state == "42710" || c.number == 1050) {
		return errors.Join(errAgain, err)
	}
	return err
}

// lockName is what processes that migrate wait for each other by.
const lockName = "github.com/optinkit/consent/sqlstore"

// lockSchema lets one process migrate at a time, where the database can. Where it cannot, as on
// Galera's other nodes, the steps themselves bear being run at once.
func (s *Store) lockSchema(ctx context.Context, tx DB) (unlock func(), err error) {
	switch s.dialect {
	case PostgreSQL:
		// An arbitrary number, the same for every version of this package.
		_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(7163384699739271201)")
		return func() {}, err
	case MySQL:
		var got sql.NullInt64
		if err := tx.QueryRowContext(ctx, "SELECT GET_LOCK(?, 60)", lockName).Scan(&got); err != nil {
			return nil, err
		}
		return func() {
			var released sql.NullInt64
			_ = tx.QueryRowContext(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK(?)", lockName).Scan(&released)
		}, nil
	default:
		return func() {}, nil // its transactions take turns
	}
}

// columnTypes are the types that each dialect reports for a column.
var columnTypes = map[Dialect]map[columnType][]string{
	SQLite:     {textColumn: {"text"}, bytesColumn: {"blob"}, uuidColumn: {"blob"}, timeColumn: {"integer"}},
	PostgreSQL: {textColumn: {"text"}, bytesColumn: {"bytea"}, uuidColumn: {"uuid"}, timeColumn: {"bigint"}},
	MySQL: {
		textColumn: {"varbinary", "blob", "mediumblob", "longblob"}, bytesColumn: {"binary", "varbinary"},
		uuidColumn: {"binary", "varbinary"}, timeColumn: {"bigint"},
	},
}

// verify compares the tables with what the migrations make.
func (s *Store) verify(ctx context.Context, tx DB) error {
	var wrong []string
	for _, t := range allTables {
		have, err := s.columns(ctx, tx, t.name)
		if err != nil {
			return err
		}
		for _, c := range t.columns {
			want := columnTypes[s.dialect][c.typ]
			switch got, ok := have[c.name]; {
			case !ok:
				wrong = append(wrong, fmt.Sprintf("%s.%s is missing", t.name, c.name))
			case !slices.Contains(want, got):
				wrong = append(wrong, fmt.Sprintf("%s.%s is %s and should be %s", t.name, c.name, got, strings.Join(want, " or ")))
			}
		}
	}
	if len(wrong) > 0 {
		return ownError{fmt.Errorf("sqlstore: migrate: %w: %s; change the columns back, or restore the tables from a backup", ErrSchema, strings.Join(wrong, ", "))}
	}
	return nil
}

// columns maps the columns of a table to their types; it is empty if there is no such table.
func (s *Store) columns(ctx context.Context, tx DB, name string) (map[string]string, error) {
	var text string
	switch s.dialect {
	case PostgreSQL:
		// As a statement would find it, whatever the search path.
		text = "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute" +
			" WHERE attrelid = to_regclass('" + name + "') AND attnum > 0 AND NOT attisdropped"
	case MySQL:
		text = "SELECT column_name, data_type FROM information_schema.columns" +
			" WHERE table_schema = DATABASE() AND table_name = '" + name + "'"
	default:
		text = "SELECT name, type FROM pragma_table_info('" + name + "')"
	}
	rows, err := tx.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string]string{}
	for rows.Next() {
		var column, typ string
		if err := rows.Scan(&column, &typ); err != nil {
			return nil, err
		}
		columns[column] = strings.ToLower(typ)
	}
	return columns, rows.Err()
}
