package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// Open the database with the driver of your choice, bring its tables up to
// date, and give the store to a ledger.
func ExampleNew() {
	ctx := context.Background()
	db, err := sql.Open("pgx", "postgres://app@localhost/app")
	if err != nil {
		fmt.Println(err)
		return
	}
	store := sqlstore.New(db, sqlstore.PostgreSQL)
	if err := store.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	ledger := consent.New(store, consent.Config{})
	_ = ledger
}
