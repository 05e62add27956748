//go:build cgo

package dbtest

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"github.com/optinkit/consent/sqlstore"
)

func init() {
	sqliteDSN["sqlite3"] = mattnDSN
	sqliteTargets = append(sqliteTargets, target{
		name: "sqlite-mattn", driver: "sqlite3", dialect: sqlstore.SQLite,
		open: func(t testing.TB) *sql.DB {
			return openSQLite(t, "sqlite3", mattnDSN(filepath.Join(t.TempDir(), "consent.db")))
		},
	})
}

func mattnDSN(path string) string {
	return "file:" + path + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000"
}
