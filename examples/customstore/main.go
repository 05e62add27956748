// Customstore keeps consent in a store that this program brings itself: package
// boltstore, on the embedded database bbolt.
//
//	go run ./examples/customstore [file]
//
// Without a file it uses a temporary one and removes it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"github.com/optinkit/consent/examples/customstore/boltstore"
	bolt "go.etcd.io/bbolt"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "customstore:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var path string
	switch len(args) {
	case 0:
		dir, err := os.MkdirTemp("", "customstore")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "consent.db")
	case 1:
		path = args[0]
	default:
		return errors.New("usage: customstore [file]")
	}

	// Two visits to one file: what the first keeps, the second finds.
	if err := visit(path, func(ledger *consent.Ledger) error { return signUp(ctx, ledger, out) }); err != nil {
		return err
	}
	return visit(path, func(ledger *consent.Ledger) error { return comeBack(ctx, ledger, out) })
}

// visit opens the file, hands a ledger on it to do, and closes the file.
func visit(path string, do func(*consent.Ledger) error) (err error) {
	// bbolt locks the file; without Timeout it would wait for ever for a process that has it.
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := boltstore.New(db)
	if err != nil {
		return err
	}
	return do(consent.New(store, consent.Config{}))
}

var (
	ana  = consent.MustParsePhone("+34 612 34 56 78")
	when = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
)

func offer() consent.Message {
	return consent.Message{
		BusinessID: "sol",
		Phone:      ana,
		Category:   consent.Marketing,
		Template:   &consent.Template{Name: "offer", Language: "en", Category: consent.Marketing, Status: consent.TemplateApproved},
	}
}

// signUp records an opt-in. Its ID is fixed, so running the program again on the same file adds nothing.
func signUp(ctx context.Context, ledger *consent.Ledger, out io.Writer) error {
	receipt, err := ledger.OptIn(ctx, consent.OptIn{
		ID:         uuid.MustParse("0199c1a0-0000-7000-8000-000000000001"),
		Business:   consent.Business{ID: "sol", Name: "Panadería Sol S.L."},
		Phone:      ana,
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement:  consent.Statement{Text: "I agree to receive offers from Panadería Sol on WhatsApp. Reply STOP to end."},
		Evidence:   consent.Evidence{Reference: "form-1"},
		GivenAt:    when,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "kept:", receipt.Record.Kind, "of", ana)
	return answer(ctx, ledger, out)
}

func comeBack(ctx context.Context, ledger *consent.Ledger, out io.Writer) error {
	fmt.Fprintln(out, "file closed and opened again")
	if err := answer(ctx, ledger, out); err != nil {
		return err
	}
	if _, err := ledger.OptOut(ctx, consent.OptOut{
		ID:          uuid.MustParse("0199c1a0-0000-7000-8000-000000000002"),
		BusinessID:  "sol",
		Phone:       ana,
		Source:      consent.SourceWhatsAppThread,
		RequestedAt: when.AddDate(0, 1, 0),
	}); err != nil {
		return err
	}
	fmt.Fprintln(out, "kept: opt_out of everything")
	if err := answer(ctx, ledger, out); err != nil {
		return err
	}
	for record, err := range ledger.History(ctx, "sol", ana.Subject()) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, record.OccurredAt.Format(time.DateOnly), record.Kind, record.Source)
	}
	return nil
}

func answer(ctx context.Context, ledger *consent.Ledger, out io.Writer) error {
	decision, err := ledger.Check(ctx, offer())
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "may we send an offer?", decision.Allowed, decision.Reasons)
	return nil
}
