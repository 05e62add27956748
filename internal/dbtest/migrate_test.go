package dbtest

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/pressly/goose/v3"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// TestMigrate migrates from several processes' Stores at once, twice, and over what is there.
func TestMigrate(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db := x.open(t)
		var wg sync.WaitGroup
		for range 6 {
			s := sqlstore.New(db, x.dialect)
			wg.Go(func() {
				for range 2 {
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		s := sqlstore.New(db, x.dialect)
		if err := s.Append(t.Context(), optIn(person(0), consent.Marketing)); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(consistent(t, s, business, people(1))); n != 1 {
			t.Errorf("%d records after migrating again, want 1", n)
		}
		if _, err := db.Exec("INSERT INTO consent_schema VALUES (9999, 0)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); !errors.Is(err, sqlstore.ErrNewerSchema) {
			t.Errorf("got %v, want ErrNewerSchema", err)
		}
	})
}

// TestMigrateInTransaction creates the tables in the caller's transaction, or refuses where that cannot be.
func TestMigrateInTransaction(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db := x.open(t)
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		err = sqlstore.New(tx, x.dialect).Migrate(t.Context())
		if x.dialect == sqlstore.MySQL {
			if err == nil || !strings.Contains(err.Error(), "*sql.DB") {
				t.Errorf("got %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := sqlstore.New(db, x.dialect).Append(t.Context(), optOut(person(0))); !errors.Is(err, sqlstore.ErrNotMigrated) {
			t.Errorf("after a rollback: %v, want ErrNotMigrated", err)
		}
	})
}

// TestGoose applies Migrations with goose, and then Migrate over them.
func TestGoose(t *testing.T) {
	dialects := map[sqlstore.Dialect]goose.Dialect{
		sqlstore.SQLite: goose.DialectSQLite3, sqlstore.PostgreSQL: goose.DialectPostgres, sqlstore.MySQL: goose.DialectMySQL,
	}
	each(t, func(t *testing.T, x target) {
		db := x.open(t)
		provider, err := goose.NewProvider(dialects[x.dialect], db, sqlstore.Migrations(x.dialect))
		if err != nil {
			t.Fatal(err)
		}
		applied, err := provider.Up(t.Context())
		if err != nil || len(applied) != 3 {
			t.Fatalf("goose applied %d migrations: %v", len(applied), err)
		}
		s := sqlstore.New(db, x.dialect)
		if err := s.Append(t.Context(), optIn(person(0), consent.Marketing)); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("Migrate after goose: %v", err)
		}
	})
}

// TestGolangMigrate reads Migrations as golang-migrate does: each up file by its version. A file is one
// statement, so that no driver needs to be told that there may be several.
func TestGolangMigrate(t *testing.T) {
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL, sqlstore.MySQL} {
		source, err := iofs.New(sqlstore.Migrations(d), ".")
		if err != nil {
			t.Fatal(err)
		}
		version, err := source.First()
		n := 0
		for ; err == nil; version, err = source.Next(version) {
			r, name, err := source.ReadUp(version)
			if err != nil {
				t.Fatalf("%s %d: %v", d, version, err)
			}
			r.Close()
			if n++; int(version) != n || name == "" {
				t.Errorf("%s: version %d (%q), want %d", d, version, name, n)
			}
		}
		if n != 3 || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %d migrations, then %v", d, n, err)
		}
	}
}

// TestBadInput goes wrong in the ways that operators do. Each error must say what to do.
func TestBadInput(t *testing.T) {
	text := map[sqlstore.Dialect]string{sqlstore.SQLite: "TEXT", sqlstore.PostgreSQL: "text", sqlstore.MySQL: "varchar(255)"}
	calls := func(s *sqlstore.Store, t *testing.T) map[string]error {
		var history error
		for _, err := range s.History(t.Context(), business, person(1)) {
			history = err
		}
		return map[string]error{
			"Append":    s.Append(t.Context(), optIn(person(1), consent.Marketing)),
			"Standings": s.Standings(t.Context(), business, people(2), make([]consent.Standing, 2)),
			"History":   history,
			"Erase":     s.Erase(t.Context(), business, person(1)),
		}
	}
	want := func(t *testing.T, errs map[string]error, target error, part string) {
		t.Helper()
		for call, err := range errs {
			if err == nil || target != nil && !errors.Is(err, target) || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %v with %q", call, err, target, part)
			}
			if err != nil && strings.Contains(err.Error(), "555000") {
				t.Errorf("%s: the error shows a number: %v", call, err)
			}
		}
	}
	each(t, func(t *testing.T, x target) {
		t.Run("not migrated", func(t *testing.T) {
			want(t, calls(sqlstore.New(x.open(t), x.dialect), t), sqlstore.ErrNotMigrated, "call Migrate")
		})
		t.Run("closed", func(t *testing.T) {
			db, s := x.store(t)
			db.Close()
			want(t, calls(s, t), nil, "keep it open")
		})
		t.Run("wrong dialect", func(t *testing.T) {
			for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL, sqlstore.MySQL} {
				if d == x.dialect {
					continue
				}
				s := sqlstore.New(x.open(t), d)
				errs := calls(s, t)
				errs["Migrate"] = s.Migrate(t.Context())
				want(t, errs, sqlstore.ErrDialect, `answers as "`+string(x.dialect)+`"`)
			}
		})
		t.Run("no dialect", func(t *testing.T) {
			want(t, calls(sqlstore.New(x.open(t), "oracle"), t), sqlstore.ErrDialect, "use sqlstore.SQLite")
		})
		t.Run("column dropped", func(t *testing.T) {
			db, s := x.store(t)
			if _, err := db.Exec("ALTER TABLE consent_standings RENAME COLUMN expires_at TO ends_at"); err != nil {
				t.Fatal(err)
			}
			if err := s.Standings(t.Context(), business, people(1), make([]consent.Standing, 1)); !errors.Is(err, sqlstore.ErrNotMigrated) {
				t.Errorf("got %v", err)
			}
			if err := s.Migrate(t.Context()); !errors.Is(err, sqlstore.ErrSchema) || !strings.Contains(err.Error(), "consent_standings.expires_at is missing") {
				t.Errorf("got %v", err)
			}
		})
		t.Run("column changed", func(t *testing.T) {
			db := x.open(t)
			if _, err := db.Exec("CREATE TABLE consent_standings (business " + text[x.dialect] + ", subject " + text[x.dialect] +
				", category " + text[x.dialect] + ", kind " + text[x.dialect] + ", occurred_at " + text[x.dialect] +
				", expires_at " + text[x.dialect] + ", record_id " + text[x.dialect] + ", PRIMARY KEY (business, subject))"); err != nil {
				t.Fatal(err)
			}
			s := sqlstore.New(db, x.dialect)
			if err := s.Migrate(t.Context()); !errors.Is(err, sqlstore.ErrSchema) || !strings.Contains(err.Error(), "consent_standings.occurred_at is ") {
				t.Errorf("got %v", err)
			}
			if _, err := db.Exec("INSERT INTO consent_standings VALUES ('biz', '" + person(0).String() + "', 'marketing', 'opt_in', 'soon', NULL, 'x')"); err != nil {
				t.Fatal(err)
			}
			err := s.Standings(t.Context(), business, people(1), make([]consent.Standing, 1))
			if !errors.Is(err, sqlstore.ErrSchema) || strings.Contains(err.Error(), "555000") {
				t.Errorf("got %v, want ErrSchema", err)
			}
		})
	})
}

// TestReadOnly writes to what takes no writes.
func TestReadOnly(t *testing.T) {
	check := func(t *testing.T, s *sqlstore.Store) {
		t.Helper()
		if err := s.Append(t.Context(), optOut(person(0))); !errors.Is(err, sqlstore.ErrReadOnly) {
			t.Errorf("got %v, want ErrReadOnly", err)
		}
		if err := s.Standings(t.Context(), business, people(1), make([]consent.Standing, 1)); err != nil {
			t.Errorf("reading: %v", err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("migrating what needs nothing: %v", err)
		}
	}
	for _, x := range sqliteTargets {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "readonly.db")
			db := openSQLite(t, x.driver, "file:"+path)
			if err := sqlstore.New(db, x.dialect).Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			db.Close()
			check(t, sqlstore.New(openSQLite(t, x.driver, "file:"+path+"?mode=ro"), x.dialect))
			if err := os.WriteFile(path+".txt", []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			err := sqlstore.New(openSQLite(t, x.driver, "file:"+path+".txt"), x.dialect).Migrate(t.Context())
			if err == nil || !strings.Contains(err.Error(), "cannot be opened as a SQLite database") {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, x := range serverTargets {
		if x.driver != "pgx" { // lib/pq begins READ WRITE transactions, whatever the default
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			db, s := x.store(t)
			db.SetMaxOpenConns(1)
			if _, err := db.Exec("SET default_transaction_read_only = on"); err != nil {
				t.Fatal(err)
			}
			check(t, s)
		})
	}
}

// TestErrRetry lets a caller's transaction run into another one's lock or snapshot. The Store must say
// ErrRetry and send nothing more.
func TestErrRetry(t *testing.T) {
	for _, x := range serverTargets {
		t.Run(x.name, func(t *testing.T) {
			db, s := x.store(t)
			if err := s.Append(t.Context(), optIn(person(0), consent.Marketing), optIn(person(1), consent.Marketing)); err != nil {
				t.Fatal(err)
			}
			var txs [2]*sql.Tx
			var stores [2]*sqlstore.Store
			for i := range txs {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				txs[i], stores[i] = tx, sqlstore.New(tx, x.dialect)
				if err := stores[i].Append(t.Context(), optIn(person(i), consent.Marketing)); err != nil {
					t.Fatal(err)
				}
			}
			// Each now wants what the other has.
			errs := make(chan error, 2)
			for i := range txs {
				go func() {
					r := optIn(person(1-i), consent.Marketing)
					r.OccurredAt = r.OccurredAt.Add(time.Second)
					err := stores[i].Append(t.Context(), r)
					if err != nil {
						if again := stores[i].Append(t.Context(), optOut(person(5))); !errors.Is(again, sqlstore.ErrRetry) {
							t.Errorf("after ErrRetry: %v", again)
						}
						_ = txs[i].Rollback()
					} else {
						err = txs[i].Commit()
					}
					errs <- err
				}()
			}
			failed := 0
			for range txs {
				if err := <-errs; err != nil {
					failed++
					if !errors.Is(err, sqlstore.ErrRetry) {
						t.Errorf("got %v, want ErrRetry", err)
					}
				}
			}
			if failed != 1 {
				t.Errorf("%d transactions failed, want one", failed)
			}
			if n := len(consistent(t, s, business, people(6))); n != 4 {
				t.Errorf("%d records, want 4", n)
			}
		})
	}
}
