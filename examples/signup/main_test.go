package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/optinkit/consent"
)

func Example() {
	os.Args = []string{"signup"}
	main()
	// Output:
	// form-1 of ana@example.com
	//   committed
	//   +34*******78: customers 1, records of consent 1, may be sent offers: true []
	// form-2 of ben@example.com
	//   rolled back: consent: opt-in refused: statement.unclear: The person accepts terms, not messages. Ask for consent to messages in a sentence of its own; name.missing: The business's name does not stand in the text. Name your business in the text. If it stands there in another form, add that form to Business.Names
	//   +12*******23: customers 0, records of consent 0, may be sent offers: false [no_opt_in]
	// form-3 of ana@example.com
	//   rolled back: keep the customer: constraint failed: UNIQUE constraint failed: customers.email (2067)
	//   +12*******47: customers 0, records of consent 0, may be sent offers: false [no_opt_in]
	// form-1 of ana@example.com
	//   committed
	//   +34*******78: customers 1, records of consent 1, may be sent offers: true []
}

const text = "I agree to receive offers from Sunbread Bakery on WhatsApp."

func newApp(t *testing.T) *app {
	t.Helper()
	a, err := openApp(t.Context(), filepath.Join(t.TempDir(), "app.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// kept counts the customers, and the records of the person with phone.
func kept(t *testing.T, a *app, phone string) (customers, records int) {
	t.Helper()
	if err := a.db.QueryRowContext(t.Context(), "SELECT count(*) FROM customers").Scan(&customers); err != nil {
		t.Fatal(err)
	}
	for _, err := range a.ledger.History(t.Context(), sunbread.ID, consent.MustParsePhone(phone).Subject()) {
		if err != nil {
			t.Fatal(err)
		}
		records++
	}
	return customers, records
}

func TestTogether(t *testing.T) {
	a := newApp(t)
	good := form{id: "f", email: "ana@example.com", phone: "+34 612 34 56 78", text: text}
	for range 2 { // pressed twice
		if err := a.signUp(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		if customers, records := kept(t, a, good.phone); customers != 1 || records != 1 {
			t.Errorf("%d customers and %d records, want one of each", customers, records)
		}
	}
}

func TestNeither(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var refused *consent.PolicyError
	for name, tt := range map[string]struct {
		ctx  context.Context
		form form
		want func(error) bool
	}{
		"bad phone": {t.Context(), form{id: "f", email: "b@example.com", phone: "12", region: "US", text: text}, func(err error) bool { return errors.Is(err, consent.ErrPhoneShortCode) }},
		"refused":   {t.Context(), form{id: "f", email: "b@example.com", phone: "+12015550123", text: "I accept the terms."}, func(err error) bool { return errors.As(err, &refused) }},
		"conflict":  {t.Context(), form{id: "first", email: "b@example.com", phone: "+12015550123", text: text + " Thanks!"}, func(err error) bool { return errors.Is(err, consent.ErrConflict) }},
		"taken":     {t.Context(), form{id: "f", email: "a@example.com", phone: "+12015550123", text: text}, func(err error) bool { return strings.Contains(err.Error(), "customers.email") }},
		"cancelled": {cancelled, form{id: "f", email: "b@example.com", phone: "+12015550123", text: text}, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t)
			if err := a.signUp(t.Context(), form{id: "first", email: "a@example.com", phone: "+12015550123", text: text}); err != nil {
				t.Fatal(err)
			}
			if err := a.signUp(tt.ctx, tt.form); err == nil || !tt.want(err) {
				t.Errorf("error %v", err)
			}
			if customers, records := kept(t, a, "+12015550123"); customers != 1 || records != 1 {
				t.Errorf("%d customers and %d records afterwards, want the one of each that were there", customers, records)
			}
		})
	}
}

func TestOpenFailure(t *testing.T) {
	if _, err := openApp(t.Context(), filepath.Join(t.TempDir(), "missing", "app.db")); err == nil {
		t.Error("no error for a folder that is not there")
	}
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openApp(t.Context(), path); err == nil {
		t.Error("no error for a file that is no database")
	}
}
