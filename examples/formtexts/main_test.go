package main

import (
	"io"
	"os"
	"slices"
	"testing"

	"github.com/optinkit/consent"
)

// TestTexts is the test to copy into your app: whoever changes a text so that
// it is no valid opt-in any more learns of it here, and why.
func TestTexts(t *testing.T) {
	for place, text := range texts {
		t.Run(place, func(t *testing.T) {
			if err := policy.Review(business, consent.Statement{Text: text}).Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDrafts sees to it that the test above can fail.
func TestDrafts(t *testing.T) {
	want := map[string]string{
		"popup":       consent.RuleNameMissing,
		"footer":      consent.RuleStatementUnclear,
		"competition": plainLinks.Name,
		"old box":     consent.RuleStatementUnclear,
	}
	for place, text := range drafts {
		e := policy.Review(business, consent.Statement{Text: text})
		if e.OK() || !slices.ContainsFunc(e.Findings, func(f consent.Finding) bool { return f.Rule == want[place] }) {
			t.Errorf("%s: findings %v, want a violation of %s", place, e.Findings, want[place])
		}
	}
}

func TestPlainLinks(t *testing.T) {
	for text, want := range map[string][]string{
		"see https://harbourandhill.example/stop": nil,
		"see bit.ly/abc and HTTPS://T.CO/x1":      {"bit.ly/abc", "HTTPS://T.CO/x1"},
		"see rabbit.ly/abc":                       nil,
	} {
		var got []string
		for _, f := range policy.Review(business, consent.Statement{Text: text}).Findings {
			if f.Rule == plainLinks.Name {
				for _, s := range f.Spans {
					got = append(got, text[s.Start:s.End])
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestOutputFailure(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if err := report(w); err == nil {
		t.Error("no error from a closed pipe")
	}
}

func Example() {
	os.Args = []string{"formtexts"}
	main()
	// Output:
	// SHOWN TO PEOPLE
	//
	// checkout: good
	//   statement  «I agree» «receive»
	//   name       «Harbour & Hill Outdoor»
	//
	// newsletter: good
	//   statement  «I would like» «receive»
	//   name       «Harbour & Hill»
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
	//
	// repair counter: good
	//   statement  «I agree» «may call me»
	//   name       «Harbour & Hill Outdoor»
	//   advice     practice.categories
	//              The text does not say what kinds of messages will come. Name them, such as order updates or offers.
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
	//
	// DRAFTS
	//
	// competition: not good enough
	//   statement  «I want» «receive»
	//   name       «Harbour & Hill Outdoor»
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
	//   violation  harbour.plain_links «https://bit.ly/3xYzAbC»
	//              The text has a shortened link. Write out the address, so that people see where it leads
	//
	// footer: not good enough
	//   name       «Harbour & Hill Outdoor»
	//   violation  statement.unclear «terms» «privacy policy»
	//              The person accepts terms, not messages. Ask for consent to messages in a sentence of its own.
	//   advice     practice.categories
	//              The text does not say what kinds of messages will come. Name them, such as order updates or offers.
	//   violation  practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
	//
	// old box: not good enough
	//   name       «Harbour & Hill Outdoor»
	//   violation  statement.unclear «Untick» «not want»
	//              The box opts out instead of in: people agree by leaving it alone. Let people tick the box to agree.
	//   violation  practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
	//
	// popup: not good enough
	//   statement  «I agree» «receive»
	//   violation  name.missing
	//              The business's name does not stand in the text. Name your business in the text. If it stands there in another form, add that form to Business.Names.
	//   violation  practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so you know when your order arrives".
}
