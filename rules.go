package consent

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/optinkit/consent/internal/wording"
)

// builtinRule is one of WhatsApp's rules or best practices.
type builtinRule struct {
	name     string
	severity Severity
	wording  bool // looks at Business and Statement only: part of Review
	unsure   bool // turned into advice by Statement.ReviewedBy

	// check returns what is wrong and how to mend it, or "".
	check func(*facts) (message string, spans []wording.Span)
}

// facts is what the rules look at. text is nil if there is nothing to read, and named
// tells whether there is a name to look for.
type facts struct {
	in    *OptIn
	now   time.Time
	text  *wording.Result
	named bool
	lint  bool // Review: only Business's names and Statement are given
}

func readFacts(in *OptIn, now time.Time, lint bool) *facts {
	f := &facts{in: in, now: now, lint: lint, named: !blank(in.Business.Name)}
	if !blank(in.Statement.Text) {
		names := make([]string, 0, 4)
		names = append(append(names, in.Business.Name), in.Business.Names[:min(len(in.Business.Names), maxNames)]...)
		f.text = wording.Review(in.Statement.Text, in.Statement.Language, names)
	}
	return f
}

// matches lists the requirements that the text meets.
func (f *facts) matches() []Match {
	if f.text == nil {
		return nil
	}
	out := make([]Match, 0, 2)
	if j := &f.text.Statement; j.Verdict == wording.Pass {
		out = append(out, Match{"statement", j.Reason, j.Language, exported(j.Spans)})
	}
	if j := &f.text.Name; j.Verdict == wording.Pass && f.named {
		out = append(out, Match{"name", j.Reason, j.Language, exported(j.Spans)})
	}
	return out
}

// builtin holds the rules in their fixed order. The package comment's table gives their
// sources.
var builtin = []builtinRule{
	{name: RulePhoneMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(!f.in.Phone.IsValid(),
			"The opt-in has no phone number, and WhatsApp asks that the person gave one. Set Phone with ParsePhone."), nil
	}},
	{name: RulePhoneNotMobile, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.Phone.IsValid() && !f.in.Phone.Mobile(),
			"The phone number is a landline, toll-free, premium-rate or other number that is no mobile. Ask the person for a mobile number."), nil
	}},
	{name: RuleBusinessMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		switch {
		case !f.named:
			return "Business.Name is empty. Set the name that people know the business by.", nil
		case !f.lint && f.in.Business.ID == "":
			return "Business.ID is empty. Set your key of the business.", nil
		case len(f.in.Business.Names) > maxNames:
			return fmt.Sprintf("Business.Names has more than %d names. Keep those that people know the business by.", maxNames), nil
		}
		return "", nil
	}},
	{name: RuleStatementMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text == nil,
			"Statement.Text is empty. Keep the exact text that the person saw or heard when agreeing."), nil
	}},
	{name: RuleStatementUnclear, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		return f.statement(wording.Fail, "")
	}},
	{name: RuleStatementUnsure, severity: Violation, wording: true, unsure: true, check: func(f *facts) (string, []wording.Span) {
		return f.statement(wording.Unsure, " If a person who knows the language finds that it states the opt-in, set Statement.ReviewedBy.")
	}},
	{name: RuleNameMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text != nil && len(f.text.Placeholders) > 0 {
			return "", nil // name.placeholder says it better
		}
		return f.name(wording.Fail, " If it stands there in another form, add that form to Business.Names.")
	}},
	{name: RuleNameUnsure, severity: Violation, wording: true, unsure: true, check: func(f *facts) (string, []wording.Span) {
		return f.name(wording.Unsure, " If a person who knows the language finds the name in it, set Statement.ReviewedBy.")
	}},
	{name: RuleNamePlaceholder, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text == nil {
			return "", nil
		}
		return when(len(f.text.Placeholders) > 0,
			"The text has a placeholder where a name belongs. Keep the text as the person saw it, with placeholders filled in."), f.text.Placeholders
	}},
	{name: RuleCategoryMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(len(f.in.Categories) == 0,
			"The opt-in names no category. List in Categories what the person agreed to, such as marketing or utility."), nil
	}},
	{name: RuleCategoryUnknown, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		for i, c := range f.in.Categories {
			if !c.IsValid() {
				return fmt.Sprintf("Categories[%d] is %s, which is no category. Use marketing, utility, authentication, service, calls or a path under one, in lower case.", i, quote(string(c))), nil
			}
		}
		return "", nil
	}},
	{name: RuleSourceMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.Source == "", "The opt-in does not say how it was given. Set Source."), nil
	}},
	{name: RuleSourceUnknown, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		if f.in.Source == "" || f.in.Source.IsValid() {
			return "", nil
		}
		return "Source is " + quote(string(f.in.Source)) + ", which is no source. Use one of the Source constants.", nil
	}},
	{name: RuleTimeMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.GivenAt.IsZero(),
			"The opt-in does not say when it was given, and the latest of opt-ins and opt-outs decides. Set GivenAt."), nil
	}},
	{name: RuleTimeFuture, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.GivenAt.After(f.now.Add(maxSkew)),
			"GivenAt lies more than five minutes ahead. Give the time at which the person agreed, and check clock and time zone."), nil
	}},
	{name: RulePracticeCategories, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.Categories) == 0,
			"The text does not say what kinds of messages will come. Name them, such as order updates or offers."), nil
	}},
	{name: RulePracticeSeparate, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text != nil && len(f.text.Bundled) > 0 {
			return "The text joins the opt-in with agreement to something else, such as terms. Ask for each on its own.", f.text.Bundled
		}
		return when(manyRoots(f.in.Categories),
			"One opt-in is for marketing and for other messages. Ask for each category on its own, so that people can take one without the other."), nil
	}},
	{name: RulePracticeOptOut, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.OptOut) == 0,
			"The text does not tell how to opt out. Add it, such as \"Reply STOP to end\"."), nil
	}},
	{name: RulePracticeValue, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.Value) == 0,
			"The text does not say what the messages are worth to the person. Add it, such as \"so you know when your order arrives\"."), nil
	}},
	{name: RulePracticeEvidence, severity: Advice, check: func(f *facts) (string, []wording.Span) {
		e := &f.in.Evidence
		return when(blank(e.Reference) && blank(e.URL) && len(e.Extra) == 0,
			"Nothing tells where the proof lies. Set Evidence.Reference, or Evidence.URL for a website."), nil
	}},
}

// statement says what is wrong with the opt-in that the text states, if the verdict on
// it is v. more is a further way to mend it.
func (f *facts) statement(v wording.Verdict, more string) (string, []wording.Span) {
	if f.text == nil || f.text.Statement.Verdict != v {
		return "", nil
	}
	j := f.text.Statement
	return wording.Explain(j) + " " + wording.Mend(j) + more, j.Spans
}

// name is the same for the business's name.
func (f *facts) name(v wording.Verdict, more string) (string, []wording.Span) {
	if f.text == nil || !f.named || f.text.Name.Verdict != v {
		return "", nil
	}
	j := f.text.Name
	return wording.ExplainName(j) + " " + wording.MendName(j) + more, j.Spans
}

func when(wrong bool, message string) string {
	if wrong {
		return message
	}
	return ""
}

// blank tells whether a person sees nothing of s.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0
}

// manyRoots tells whether cs joins marketing with another root category.
func manyRoots(cs []Category) bool {
	marketing, other := false, false
	for _, c := range cs {
		marketing = marketing || c.Root() == Marketing
		other = other || c.Root() != Marketing && c.IsValid()
	}
	return marketing && other
}

// exported turns spans of the wording package into this package's.
func exported(spans []wording.Span) []Span {
	if len(spans) == 0 {
		return nil
	}
	out := make([]Span, len(spans))
	for i, s := range spans {
		out[i] = Span(s)
	}
	return out
}

// quote quotes a value for a message, cut to a length that people read. What may be
// a phone number that got into the wrong column is masked.
func quote(s string) string {
	const limit, digitsOfANumber = 40, 7
	digits := 0
	masked := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			digits++
			return '*'
		}
		return r
	}, s)
	if digits >= digitsOfANumber {
		s = masked
	}
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
