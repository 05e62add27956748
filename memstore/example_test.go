package memstore_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

func Example() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{})
	phone := consent.MustParsePhone("+44 7400 123456")

	_, err := ledger.OptIn(ctx, consent.OptIn{
		Business:   consent.Business{ID: "acme", Name: "Acme"},
		Phone:      phone,
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement:  consent.Statement{Text: "I agree to receive WhatsApp messages with offers from Acme."},
		GivenAt:    time.Now().Add(-time.Hour),
	})
	if err != nil {
		log.Fatal(err)
	}

	offer := consent.Message{
		BusinessID: "acme",
		Phone:      phone,
		Category:   consent.Marketing,
		Template:   &consent.Template{Name: "spring", Category: consent.Marketing, Status: consent.TemplateApproved},
	}
	d, err := ledger.Check(ctx, offer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Allowed)

	// A new store knows nothing of what the last one was told.
	d, err = consent.New(memstore.New(), consent.Config{}).Check(ctx, offer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Allowed, d.Reasons)

	// Output:
	// true
	// false [no_opt_in]
}
