// Formtexts keeps the opt-in texts of an app in one place and lints them, in a
// unit test (main_test.go) and here as a report:
//
//	go run ./examples/formtexts
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/optinkit/consent"
)

// policy is WhatsApp's rules and what this business asks of itself.
var policy = consent.Policy{
	// Telling how to opt out is advice. Here a text without it is refused.
	Require: []string{consent.RulePracticeOptOut},
	Rules:   []consent.Rule{plainLinks},
}

// plainLinks is a rule of our own: people should see where a link leads.
var plainLinks = consent.Rule{
	Name:    "harbour.plain_links",
	Wording: true, // looks at the text only, so it runs in Review as well
	Check: func(in consent.OptIn, _ time.Time) []consent.Finding {
		var spans []consent.Span
		for _, at := range shortLink.FindAllStringIndex(in.Statement.Text, -1) {
			spans = append(spans, consent.Span{Start: at[0], End: at[1]})
		}
		if spans == nil {
			return nil
		}
		return []consent.Finding{{
			Message: "The text has a shortened link. Write out the address, so that people see where it leads",
			Spans:   spans,
		}}
	},
}

var shortLink = regexp.MustCompile(`(?i)(https?://)?\b(bit\.ly|tinyurl\.com|t\.co|goo\.gl)/\S+`)

func main() {
	if err := report(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "formtexts:", err)
		os.Exit(1)
	}
}

func report(out io.Writer) error {
	var b strings.Builder
	section(&b, "SHOWN TO PEOPLE", texts)
	section(&b, "DRAFTS", drafts)
	_, err := io.WriteString(out, b.String())
	return err
}

func section(b *strings.Builder, title string, texts map[string]string) {
	fmt.Fprintln(b, title)
	for _, place := range slices.Sorted(maps.Keys(texts)) {
		evaluation := policy.Review(business, consent.Statement{Text: texts[place]})
		verdict := "good"
		if !evaluation.OK() {
			verdict = "not good enough"
		}
		fmt.Fprintf(b, "\n%s: %s\n", place, verdict)
		for _, m := range evaluation.Matches {
			fmt.Fprintf(b, "  %-9s  %s\n", m.Requirement, words(texts[place], m.Spans))
		}
		for _, f := range evaluation.Findings {
			fmt.Fprintf(b, "  %-9s  %s\n", f.Severity, strings.TrimSpace(f.Rule+" "+words(texts[place], f.Spans)))
			fmt.Fprintf(b, "  %-9s  %s\n", "", f.Message)
		}
	}
	fmt.Fprintln(b)
}

// words quotes the parts of text that decided.
func words(text string, spans []consent.Span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = "«" + text[s.Start:s.End] + "»"
	}
	return strings.Join(parts, " ")
}
