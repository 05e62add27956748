// Signup keeps a customer and the customer's consent in one transaction: both
// are kept or neither is.
//
//	go run ./examples/signup
//
// A customer without the record could not be messaged, and a record without
// the customer would be proof about somebody whom the shop does not know.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
	_ "modernc.org/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "signup:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "signup")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a, err := openApp(ctx, filepath.Join(dir, "app.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()

	const good = "I agree to receive offers from Sunbread Bakery on WhatsApp. Reply STOP to end."
	forms := []form{
		{id: "form-1", email: "ana@example.com", phone: "+34 612 34 56 78", text: good},
		{id: "form-2", email: "ben@example.com", phone: "(201) 555-0123", region: "US", text: "I accept the terms and conditions."},
		{id: "form-3", email: "ana@example.com", phone: "(201) 555-0147", region: "US", text: good},
		{id: "form-1", email: "ana@example.com", phone: "+34 612 34 56 78", text: good},
	}
	for _, f := range forms {
		fmt.Fprintf(out, "%s of %s\n", f.id, f.email)
		if err := a.signUp(ctx, f); err != nil {
			fmt.Fprintln(out, "  rolled back:", err)
		} else {
			fmt.Fprintln(out, "  committed")
		}
		if err := a.show(ctx, out, f); err != nil {
			return err
		}
	}
	return nil
}

// form is what the sign-up page sends.
type form struct {
	id            string // of the submission: the same when somebody presses the button twice
	email         string
	phone, region string
	text          string // what stood beside the box that was ticked
}

// app is the shop.
type app struct {
	db     *sql.DB
	ledger *consent.Ledger // outside of transactions
}

var (
	sunbread = consent.Business{ID: "sunbread", Name: "Sunbread Bakery Ltd"}
	today    = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	config   = consent.Config{Now: func() time.Time { return today }} // a real app leaves Now out
)

func openApp(ctx context.Context, path string) (*app, error) {
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"},
		"_txlock": {"immediate"}, // the transaction will write: say so when it begins
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	// The tables of consent stand beside the app's own. Make them when the app starts, not in a sign-up.
	store := sqlstore.New(db, sqlstore.SQLite)
	if err := store.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS customers (form TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, phone TEXT NOT NULL)"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &app{db, consent.New(store, config)}, nil
}

// formIDs is the root of the record IDs made from forms' IDs.
var formIDs = uuid.MustParse("c2b7f0a4-9f61-4c0e-8a52-1d0f6f5b7e33")

func (a *app) signUp(ctx context.Context, f form) error {
	phone, err := consent.ParsePhone(f.phone, f.region)
	if err != nil {
		return err
	}
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit

	// A Store on the transaction, and a Ledger on that, cost next to nothing:
	// make them anew for each, and drop them with it.
	ledger := consent.New(sqlstore.New(tx, sqlstore.SQLite), config)
	if _, err := ledger.OptIn(ctx, consent.OptIn{
		ID:         uuid.NewSHA1(formIDs, []byte(f.id)), // the button pressed twice is one opt-in
		Business:   sunbread,
		Phone:      phone,
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement:  consent.Statement{Text: f.text},
		Evidence:   consent.Evidence{Reference: f.id},
		GivenAt:    today,
	}); err != nil {
		// Rolls back. A shop that takes customers without consent would go on here
		// after a *consent.PolicyError; after sqlstore.ErrRetry, run the whole of signUp again.
		return err
	}
	// The same form again changes nothing; an address that is taken is an error.
	if _, err := tx.ExecContext(ctx, "INSERT INTO customers (form, email, phone) VALUES (?, ?, ?) ON CONFLICT (form) DO NOTHING",
		f.id, f.email, phone.E164()); err != nil {
		return fmt.Errorf("keep the customer: %w", err)
	}
	return tx.Commit()
}

// show tells what is kept of the person of a form.
func (a *app) show(ctx context.Context, out io.Writer, f form) error {
	phone, err := consent.ParsePhone(f.phone, f.region)
	if err != nil {
		return err
	}
	var customers int
	if err := a.db.QueryRowContext(ctx, "SELECT count(*) FROM customers WHERE phone = ?", phone.E164()).Scan(&customers); err != nil {
		return err
	}
	records := 0
	for _, err := range a.ledger.History(ctx, sunbread.ID, phone.Subject()) {
		if err != nil {
			return err
		}
		records++
	}
	decision, err := a.ledger.Check(ctx, consent.Message{
		BusinessID: sunbread.ID, Phone: phone, Category: consent.Marketing,
		Template: &consent.Template{Name: "offer", Language: "en", Category: consent.Marketing, Status: consent.TemplateApproved},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %s: customers %d, records of consent %d, may be sent offers: %t %v\n", phone, customers, records, decision.Allowed, decision.Reasons)
	return nil
}
