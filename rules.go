package consent

import (
	"fmt"
	"strings"
	"time"

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
		names = append(append(names, in.Business.Name), in.Business.Names...)
		f.text = wording.Review(in.Statement.Text, in.Statement.Language, names)
	}
	return f
}

// matches lists the requirements that the text meets.
func (f *facts) matches() []Match {
	if f.text == nil {
		return nil
	}
	var out []Match
	if j := &f.text.Statement; j.Verdict == wording.Pass {
		out = append(out, Match{"statement", j.Reason, j.Language, exported(j.Spans)})
	}
	if j := &f.text.Name; j.Verdict == wording.Pass && f.named {
		out = append(out, Match{"name", j.Reason, j.Language, exported(j.Spans)})
	}
	return out
}

// builtin holds the rules in their fixed order. The package comment's table
// gives their sources.
var builtin = []builtinRule{
	{name: RulePhoneMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(!f.in.Phone.IsValid(),
			"the opt-in has no phone number; WhatsApp asks that the person gave one. Set Phone with ParsePhone"), nil
	}},
	{name: RulePhoneNotMobile, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.Phone.IsValid() && !f.in.Phone.Mobile(),
			"the phone number is a landline, toll-free, premium-rate or other number that is no mobile; ask the person for a mobile number"), nil
	}},
	{name: RuleBusinessMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		switch {
		case !f.named:
			return "Business.Name is empty; set the name that people know the business by", nil
		case !f.lint && f.in.Business.ID == "":
			return "Business.ID is empty; set your key of the business", nil
		}
		return "", nil
	}},
	{name: RuleStatementMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text == nil,
			"Statement.Text is empty; keep the exact text that the person saw or heard when agreeing"), nil
	}},
	{name: RuleStatementUnclear, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		return f.judged(wording.Fail, f.statement, "the text does not clearly state that the person agrees to be messaged or called",
			"Write what the person agrees to, such as \"I agree to receive messages from …\" with the business's name")
	}},
	{name: RuleStatementUnsure, severity: Violation, wording: true, unsure: true, check: func(f *facts) (string, []wording.Span) {
		return f.judged(wording.Unsure, f.statement, "it cannot be told whether the text states an opt-in",
			"Write it more plainly, or have a person who knows the language read it and set Statement.ReviewedBy")
	}},
	{name: RuleNameMissing, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text != nil && len(f.text.Placeholders) > 0 {
			return "", nil // name.placeholder says it better
		}
		return f.judged(wording.Fail, f.name, "the text does not name the business",
			"Write the business's name into it, or list in Business.Names every name that people know it by")
	}},
	{name: RuleNameUnsure, severity: Violation, wording: true, unsure: true, check: func(f *facts) (string, []wording.Span) {
		return f.judged(wording.Unsure, f.name, "it cannot be told whether the text names the business",
			"Write the name in full after a word such as \"from\", or have a person read the text and set Statement.ReviewedBy")
	}},
	{name: RuleNamePlaceholder, severity: Violation, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text == nil {
			return "", nil
		}
		return when(len(f.text.Placeholders) > 0,
			"the text has a placeholder where a name belongs; keep the text as the person saw it, with placeholders filled in"), f.text.Placeholders
	}},
	{name: RuleCategoryMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(len(f.in.Categories) == 0,
			"the opt-in names no category; list in Categories what the person agreed to, such as marketing or utility"), nil
	}},
	{name: RuleCategoryUnknown, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		for i, c := range f.in.Categories {
			if !c.IsValid() {
				return fmt.Sprintf("Categories[%d] is %s, which is no category; use marketing, utility, authentication, service, calls or a path under one, in lower case", i, quote(string(c))), nil
			}
		}
		return "", nil
	}},
	{name: RuleSourceMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.Source == "", "the opt-in does not say how it was given; set Source"), nil
	}},
	{name: RuleSourceUnknown, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		if f.in.Source == "" || f.in.Source.IsValid() {
			return "", nil
		}
		return "Source is " + quote(string(f.in.Source)) + "; use one of the Source constants", nil
	}},
	{name: RuleTimeMissing, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.GivenAt.IsZero(),
			"the opt-in does not say when it was given; set GivenAt, because the latest of opt-ins and opt-outs decides"), nil
	}},
	{name: RuleTimeFuture, severity: Violation, check: func(f *facts) (string, []wording.Span) {
		return when(f.in.GivenAt.After(f.now.Add(maxSkew)),
			"GivenAt lies more than five minutes ahead; give the time at which the person agreed, and check clock and time zone"), nil
	}},
	{name: RulePracticeCategories, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.Categories) == 0,
			"the text does not say what kinds of messages will come; name them, such as order updates or offers"), nil
	}},
	{name: RulePracticeSeparate, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		if f.text != nil && len(f.text.Bundled) > 0 {
			return "the text joins the opt-in with agreement to something else, such as terms; ask for each on its own", f.text.Bundled
		}
		return when(manyRoots(f.in.Categories),
			"one opt-in is for marketing and for other messages; ask for each category on its own, so that people can take one without the other"), nil
	}},
	{name: RulePracticeOptOut, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.OptOut) == 0,
			"the text does not tell how to opt out; add it, such as \"reply STOP to end\""), nil
	}},
	{name: RulePracticeValue, severity: Advice, wording: true, check: func(f *facts) (string, []wording.Span) {
		return when(f.text != nil && len(f.text.Value) == 0,
			"the text does not say what the messages are worth to the person; add it, such as \"so you know when your order arrives\""), nil
	}},
	{name: RulePracticeEvidence, severity: Advice, check: func(f *facts) (string, []wording.Span) {
		e := &f.in.Evidence
		return when(blank(e.Reference) && blank(e.URL) && len(e.Extra) == 0,
			"nothing tells where the proof lies; set Evidence.Reference, or Evidence.URL for a website"), nil
	}},
}

func (f *facts) statement() *wording.Judgement {
	if f.text == nil {
		return nil
	}
	return &f.text.Statement
}

func (f *facts) name() *wording.Judgement {
	if f.text == nil || !f.named {
		return nil
	}
	return &f.text.Name
}

// judged reports the judgement that of returns, if its verdict is v: what is wrong, why, and the mend.
func (f *facts) judged(v wording.Verdict, of func() *wording.Judgement, what, mend string) (string, []wording.Span) {
	j := of()
	if j == nil || j.Verdict != v {
		return "", nil
	}
	return what + ": " + wording.Explain(*j) + ". " + mend, j.Spans
}

func when(wrong bool, message string) string {
	if wrong {
		return message
	}
	return ""
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// manyRoots tells whether cs joins marketing with another root category.
func manyRoots(cs []Category) bool {
	marketing, other := false, false
	for _, c := range cs {
		if c.Root() == Marketing {
			marketing = true
		} else {
			other = true
		}
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

// quote quotes a value for a message, cut to a length that people read.
func quote(s string) string {
	const limit = 40
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
