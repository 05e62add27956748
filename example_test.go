package consent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

// at is the examples' clock, so that they print the same every day.
func at(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }

func exampleOptIn() consent.OptIn {
	return consent.OptIn{
		Business:   consent.Business{ID: "sol", Name: "Panadería Sol S.L."},
		Phone:      consent.MustParsePhone("+34612345678"),
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement:  consent.Statement{Text: "I agree to receive offers from Panadería Sol on WhatsApp. Reply STOP to end."},
		Evidence:   consent.Evidence{Reference: "form submission 1017"},
		GivenAt:    at(9),
	}
}

func Example() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})

	if _, err := ledger.OptIn(ctx, exampleOptIn()); err != nil {
		fmt.Println(err)
	}
	offer := consent.Message{
		BusinessID: "sol",
		Phone:      consent.MustParsePhone("+34612345678"),
		Category:   "marketing/offers",
		Template:   &consent.Template{Name: "spring", Language: "en", Category: consent.Marketing, Status: consent.TemplateApproved},
	}
	d, err := ledger.Check(ctx, offer)
	fmt.Println(d.Allowed, d.Reasons, err)

	_, err = ledger.OptOut(ctx, consent.OptOut{BusinessID: "sol", Phone: offer.Phone, Source: consent.SourceWhatsAppThread})
	fmt.Println(err)
	d, err = ledger.Check(ctx, offer)
	fmt.Println(d.Allowed, d.Reasons, err)
	// Output:
	// true [] <nil>
	// <nil>
	// false [opted_out] <nil>
}

// A refused opt-in comes back with every rule it breaks.
func ExampleLedger_OptIn() {
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	in := exampleOptIn()
	in.Statement.Text = "We will send you our offers."
	in.Source = ""
	_, err := ledger.OptIn(context.Background(), in)
	var refused *consent.PolicyError
	if errors.As(err, &refused) {
		for _, f := range refused.Evaluation.Findings {
			fmt.Println(f.Severity, f.Rule)
		}
	}
	// Output:
	// violation statement.unclear
	// violation name.missing
	// violation source.missing
	// advice practice.opt_out
	// advice practice.value
}

// A person stops one kind of message and keeps the others.
func ExampleLedger_OptOut() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	in := exampleOptIn()
	in.Categories = []consent.Category{consent.Marketing, consent.Utility}
	if _, err := ledger.OptIn(ctx, in); err != nil {
		fmt.Println(err)
	}
	out := consent.OptOut{BusinessID: "sol", Phone: in.Phone, Categories: []consent.Category{consent.Marketing}}
	if _, err := ledger.OptOut(ctx, out); err != nil {
		fmt.Println(err)
	}
	for _, c := range []consent.Category{"marketing", "utility/orders"} {
		d, err := ledger.Check(ctx, consent.Message{BusinessID: "sol", Phone: in.Phone, Category: c,
			Template: &consent.Template{Category: c.Root(), Status: consent.TemplateApproved}})
		fmt.Println(c, d.Allowed, d.Reasons, err)
	}
	// Output:
	// marketing false [opted_out] <nil>
	// utility/orders true [] <nil>
}

// Ask before every send, and take an error for a no.
func ExampleLedger_Check() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	if _, err := ledger.OptIn(ctx, exampleOptIn()); err != nil {
		fmt.Println(err)
	}
	m := consent.Message{BusinessID: "sol", Phone: consent.MustParsePhone("+34612345678"), Category: consent.Marketing}
	d, err := ledger.Check(ctx, m)
	fmt.Println(d.Allowed, d.Reasons, err)

	m.LastInboundAt = at(11) // the person wrote an hour ago
	d, err = ledger.Check(ctx, m)
	fmt.Println(d.Allowed, d.Reasons, err)
	// Output:
	// false [template_required] <nil>
	// true [] <nil>
}

// CheckAll filters an audience with one question to the store.
func ExampleLedger_CheckAll() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	if _, err := ledger.OptIn(ctx, exampleOptIn()); err != nil {
		fmt.Println(err)
	}
	template := &consent.Template{Category: consent.Marketing, Status: consent.TemplateApproved}
	audience := []consent.Message{
		{BusinessID: "sol", Phone: consent.MustParsePhone("+34612345678"), Category: consent.Marketing, Template: template},
		{BusinessID: "sol", Phone: consent.MustParsePhone("+34612345679"), Category: consent.Marketing, Template: template},
	}
	decisions, err := ledger.CheckAll(ctx, audience)
	if err != nil {
		fmt.Println(err) // nobody may be messaged
	}
	for i, d := range decisions {
		fmt.Println(audience[i].Phone, d.Allowed, d.Reasons)
	}
	// Output:
	// +34*******78 true []
	// +34*******79 false [no_opt_in]
}

// History is the proof to show an auditor, or the person.
func ExampleLedger_History() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	in := exampleOptIn()
	if _, err := ledger.OptIn(ctx, in); err != nil {
		fmt.Println(err)
	}
	if _, err := ledger.OptOut(ctx, consent.OptOut{BusinessID: "sol", Phone: in.Phone, Source: consent.SourceSMS}); err != nil {
		fmt.Println(err)
	}
	for r, err := range ledger.History(ctx, "sol", in.Phone.Subject()) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(r.OccurredAt.Format(time.DateTime), r.Kind, r.Categories, r.Source, r.Evidence.Reference)
	}
	// Output:
	// 2026-03-01 09:00:00 opt_in [marketing] website form submission 1017
	// 2026-03-01 12:00:00 opt_out [] sms
}

// Erase removes a person, as the GDPR's right to erasure asks (Article 17).
func ExampleLedger_Erase() {
	ctx := context.Background()
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return at(12) }})
	in := exampleOptIn()
	if _, err := ledger.OptIn(ctx, in); err != nil {
		fmt.Println(err)
	}
	fmt.Println(ledger.Erase(ctx, "sol", in.Phone.Subject()))
	d, err := ledger.Check(ctx, consent.Message{BusinessID: "sol", Phone: in.Phone, Category: consent.Calls})
	fmt.Println(d.Allowed, d.Reasons, err)
	// Output:
	// <nil>
	// false [no_opt_in] <nil>
}

// Lint the texts of your forms in a unit test: every text that people see,
// with the name they know you by.
func ExamplePolicy_Review() {
	TestFormTexts := func(t *testing.T) {
		acme := consent.Business{Name: "Acme Ltd"}
		for form, text := range map[string]string{
			"checkout":   "Yes, send me offers from Acme on WhatsApp. Reply STOP to end.",
			"newsletter": "I accept the terms and conditions.",
		} {
			e := consent.Policy{Require: []string{consent.RulePracticeOptOut}}.
				Review(acme, consent.Statement{Text: text, Language: language.English})
			if err := e.Err(); err != nil {
				t.Errorf("%s: %v", form, err)
			}
		}
	}
	_ = TestFormTexts

	e := consent.Policy{}.Review(consent.Business{Name: "Acme Ltd"}, consent.Statement{Text: "Tick here if you do NOT want offers from Acme."})
	fmt.Println(e.OK())
	fmt.Println(e.Findings[0].Rule)
	fmt.Println(e.Findings[0].Message)
	// Output:
	// false
	// statement.unclear
	// The box opts out instead of in: people agree by leaving it alone. Let people tick the box to agree.
}

// A Policy takes rules of your own.
func ExamplePolicy_rules() {
	policy := consent.Policy{
		Rules: []consent.Rule{{
			Name:    "acme.terms_link",
			Wording: true,
			Check: func(in consent.OptIn, _ time.Time) []consent.Finding {
				if strings.Contains(in.Statement.Text, "acme.example/terms") {
					return nil
				}
				return []consent.Finding{{Message: "The text does not link to our terms. Add acme.example/terms."}}
			},
		}},
		Require: []string{consent.RulePracticeOptOut},
	}
	e := policy.Review(consent.Business{Name: "Acme"}, consent.Statement{Text: "I agree to receive offers from Acme."})
	for _, f := range e.Findings {
		fmt.Println(f.Severity, f.Rule)
	}
	// Output:
	// violation practice.opt_out
	// advice practice.value
	// violation acme.terms_link
}

// A pass can be explained too: which words stated the opt-in, and where the name stood.
func ExampleEvaluation() {
	s := consent.Statement{Text: "I agree to receive offers from Acme."}
	for _, m := range (consent.Policy{}).Review(consent.Business{Name: "Acme Ltd"}, s).Matches {
		fmt.Print(m.Requirement, ":")
		for _, span := range m.Spans {
			fmt.Printf(" %q", s.Text[span.Start:span.End])
		}
		fmt.Println()
	}
	// Output:
	// statement: "I agree" "receive"
	// name: "Acme"
}

func ExampleParsePhone() {
	p, err := consent.ParsePhone("(201) 555-0123", "US")
	fmt.Println(p.E164(), p.Region(), p.Mobile(), err)
	fmt.Println(p) // masked
	_, err = consent.ParsePhone("(201) 555-0123 ext. 4", "US")
	fmt.Println(errors.Is(err, consent.ErrPhoneExtension))
	// Output:
	// +12015550123 US true <nil>
	// +12*******23
	// true
}

// Standings may be joined in any order: an old opt-in that comes late changes nothing.
func ExampleStanding_Apply() {
	optIn := consent.Record{Kind: consent.KindOptIn, Categories: []consent.Category{"marketing"}, OccurredAt: at(9)}
	optOut := consent.Record{Kind: consent.KindOptOut, OccurredAt: at(10)}
	m := consent.Message{Category: "marketing", LastInboundAt: at(11)}

	inOrder := consent.Standing(nil).Apply(optIn).Apply(optOut)
	late := consent.Standing(nil).Apply(optOut).Apply(optIn)
	fmt.Println(inOrder.Equal(late), consent.Policy{}.Decide(late, m, at(12)).Reasons)
	// Output:
	// true [opted_out]
}

// Replace the words that count as a whole message.
func ExampleKeywords_ReadReply() {
	k := consent.Keywords{Stop: []string{"BASTA"}, Start: []string{"VENGA"}}
	fmt.Println(k.ReadReply("Basta!", language.Und).Intent)
	// Output:
	// stop_all
}

func ExampleReadReply() {
	for _, text := range []string{"STOP!!", "please take me off your list", "no more offers, just my orders", "when do you open?"} {
		r := consent.ReadReply(text, language.Und)
		fmt.Printf("%s %q\n", r.Intent, r.Category)
	}
	// Output:
	// stop_all ""
	// stop_all ""
	// stop_category "marketing"
	// none ""
}
