// Package dbtest runs package sqlstore on real databases. See README.md.
package dbtest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// target is a database through one driver.
type target struct {
	name    string
	driver  string
	dialect sqlstore.Dialect
	// open returns an empty database of the test's own, not migrated.
	open func(t testing.TB) *sql.DB
}

// store opens a database of its own and a Store on it.
func (x target) store(t testing.TB) (*sql.DB, *sqlstore.Store) {
	t.Helper()
	db := x.open(t)
	s := sqlstore.New(db, x.dialect)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, s
}

// sqliteTargets are the drivers for SQLite that this build has.
var sqliteTargets = []target{{
	name: "sqlite-modernc", driver: "sqlite", dialect: sqlstore.SQLite,
	open: func(t testing.TB) *sql.DB {
		return openSQLite(t, "sqlite", modernDSN(filepath.Join(t.TempDir(), "consent.db")))
	},
}}

// sqliteDSN opens a file the way the package comment of sqlstore asks for, by driver.
var sqliteDSN = map[string]func(path string) string{"sqlite": modernDSN}

func modernDSN(path string) string {
	return "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
}

func openSQLite(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	return opened(t, driver, dsn, 8)
}

func opened(t testing.TB, driver, dsn string, conns int) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// server returns the environment variable that names a server, or skips.
func server(t testing.TB, variable string) string {
	t.Helper()
	dsn := os.Getenv(variable)
	if dsn == "" {
		missing(t, "set "+variable+" to a server to run this test")
	}
	return dsn
}

// missing skips for want of something, or fails if everything must run.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CONSENT_REQUIRE_DB") == "1" {
		t.Fatal(what + " (CONSENT_REQUIRE_DB is 1)")
	}
	t.Skip(what)
}

func fresh() string { return fmt.Sprintf("consent_%016x", rand.Uint64()) }

// postgres opens a schema of its own on the server that CONSENT_TEST_POSTGRES names by a URL.
func postgres(driver string) func(t testing.TB) *sql.DB {
	return func(t testing.TB) *sql.DB {
		t.Helper()
		return postgresSchema(t, driver, server(t, "CONSENT_TEST_POSTGRES"))
	}
}

func postgresSchema(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("the server's URL: %v", err)
	}
	admin := opened(t, driver, dsn, 1)
	name := fresh()
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Log(err)
		}
	})
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return opened(t, driver, u.String(), 16)
}

// mysqlDB opens a database of its own on the server that CONSENT_TEST_MYSQL names by a DSN.
func mysqlDB(change func(*mysql.Config)) func(t testing.TB) *sql.DB {
	return func(t testing.TB) *sql.DB {
		t.Helper()
		cfg, err := mysql.ParseDSN(server(t, "CONSENT_TEST_MYSQL"))
		if err != nil {
			t.Fatalf("CONSENT_TEST_MYSQL: %v", err)
		}
		change(cfg)
		return mysqlDatabase(t, cfg)
	}
}

func mysqlDatabase(t testing.TB, cfg *mysql.Config) *sql.DB {
	t.Helper()
	admin := opened(t, "mysql", cfg.FormatDSN(), 1)
	name := fresh()
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name); err != nil {
			t.Log(err)
		}
	})
	cfg = cfg.Clone()
	cfg.DBName = name
	return opened(t, "mysql", cfg.FormatDSN(), 16)
}

var serverTargets = []target{
	{"postgres-pgx", "pgx", sqlstore.PostgreSQL, postgres("pgx")},
	{"postgres-pq", "postgres", sqlstore.PostgreSQL, postgres("postgres")},
	{"mysql", "mysql", sqlstore.MySQL, mysqlDB(func(c *mysql.Config) { c.ParseTime = false })},
	{"mysql-parsetime", "mysql", sqlstore.MySQL, mysqlDB(func(c *mysql.Config) { c.ParseTime = true; c.ClientFoundRows = true; c.InterpolateParams = true })},
}

// targets are all databases, by driver.
func targets() []target {
	return append(sqliteTargets[:len(sqliteTargets):len(sqliteTargets)], serverTargets...)
}

// each runs test on every database.
func each(t *testing.T, test func(t *testing.T, x target)) {
	t.Helper()
	for _, x := range targets() {
		t.Run(x.name, func(t *testing.T) { test(t, x) })
	}
}

// consistent fails unless the standing of every subject is what its history adds up to, and
// returns the IDs that the database holds.
func consistent(t testing.TB, s consent.Store, business string, subjects []consent.Subject) map[string]bool {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	into := make([]consent.Standing, len(subjects))
	if err := s.Standings(ctx, business, subjects, into); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i, subject := range subjects {
		var want consent.Standing
		for r, err := range s.History(ctx, business, subject) {
			if err != nil {
				t.Fatal(err)
			}
			want = want.Apply(r)
			ids[r.ID.String()] = true
		}
		if !want.Equal(into[i]) {
			t.Errorf("subject %d: the standing is not what its %s history adds up to:\n got %v\nwant %v", i, cmp.Or(business, "?"), into[i], want)
		}
	}
	return ids
}
