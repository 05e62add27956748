package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/optinkit/consent/sqlstore"
	_ "modernc.org/sqlite" // the driver: the library itself brings none
)

// openStore opens the SQLite file at path, and creates it and its tables as
// needed. The caller closes the database.
func openStore(ctx context.Context, path string) (*sqlstore.Store, *sql.DB, error) {
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: url.Values{
		"_pragma": {
			"busy_timeout(5000)", // wait for other processes that write
			"journal_mode(WAL)",  // readers do not wait for writers
			"synchronous(FULL)",  // what is kept survives a power cut
		},
		"_txlock": {"immediate"}, // fail to begin rather than to commit
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	store := sqlstore.New(db, sqlstore.SQLite)
	if err := store.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return store, db, nil
}

// temporaryFile makes an empty file for people who name none.
func temporaryFile() (string, error) {
	f, err := os.CreateTemp("", "quickstart-*.db")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}
