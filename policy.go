package consent

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent/internal/wording"
)

// Policy judges opt-ins and messages. It is pure: no clock, no context, no I/O; the
// same arguments give the same answer. The zero Policy is WhatsApp's own rules; the
// fields make it stricter, never laxer. It is safe for use by many goroutines at once.
type Policy struct {
	// Rules are the caller's own rules for opt-ins. They run after the built-in ones,
	// in this order.
	Rules []Rule

	// Require names rules whose advice is to refuse: "practice.opt_out" makes an opt-in
	// invalid if its text does not tell how to opt out, and RequirePractices stands for
	// all rules of best practice. A name that no rule has is itself a violation, of the
	// rule "policy.require", so that a slip of the pen is found.
	Require []string
}

// RequirePractices in Policy.Require makes every best practice a requirement.
const RequirePractices = "practice.*"

// Rule is a rule of the caller's own for opt-ins.
type Rule struct {
	// Name is the Finding's rule: a stable string with a prefix of your own, as in
	// "acme.form_version".
	Name string

	// Severity of its findings. Defaults to Violation.
	Severity Severity

	// Wording tells that Check looks at in.Business and in.Statement only. Such rules
	// run in Review too, with an OptIn that holds nothing else.
	Wording bool

	// Check returns what it finds wrong, or nothing. It fills in Message, and Spans if
	// words of the text are at fault; Rule and Severity are set for it.
	Check func(in OptIn, now time.Time) []Finding
}

// Severity tells what a finding does to an opt-in. A value other than these counts as
// Violation.
type Severity string

// The severities.
const (
	Violation Severity = "violation" // refused
	Advice    Severity = "advice"    // taken; could be better
)

// Names of the built-in rules. The table in the package comment says what each asks and
// where it comes from. They are stable.
const (
	RulePhoneMissing       = "phone.missing"
	RulePhoneNotMobile     = "phone.not_mobile"
	RuleBusinessMissing    = "business.missing"
	RuleStatementMissing   = "statement.missing"
	RuleStatementUnclear   = "statement.unclear"
	RuleStatementUnsure    = "statement.unsure"
	RuleNameMissing        = "name.missing"
	RuleNameUnsure         = "name.unsure"
	RuleNamePlaceholder    = "name.placeholder"
	RuleCategoryMissing    = "category.missing"
	RuleCategoryUnknown    = "category.unknown"
	RuleSourceMissing      = "source.missing"
	RuleSourceUnknown      = "source.unknown"
	RuleTimeMissing        = "time.missing"
	RuleTimeFuture         = "time.future"
	RulePracticeCategories = "practice.categories"
	RulePracticeSeparate   = "practice.separate"
	RulePracticeOptOut     = "practice.opt_out"
	RulePracticeValue      = "practice.value"
	RulePracticeEvidence   = "practice.evidence"
)

// rulePolicyRequire is what a wrong name in Policy.Require breaks.
const rulePolicyRequire = "policy.require"

// Span is a part of Statement.Text: the bytes from Start up to End, both on rune
// boundaries.
type Span struct {
	Start, End int
}

// Finding is what a rule says of an opt-in.
type Finding struct {
	Rule     string
	Severity Severity
	Message  string // what is wrong and how to mend it, in English
	Spans    []Span // the words that decided, in text order, if any did
}

// Match is a requirement that the text meets, and the words that meet it.
type Match struct {
	Requirement string // "statement" or "name"
	Reason      string // how, as a stable string: "performative", "request", …
	Language    string // BCP 47 tag of the lexicon that read it, or ""
	Spans       []Span // the words, in text order
}

// Evaluation is how an opt-in was judged.
type Evaluation struct {
	Findings []Finding // in the order of the rules
	Matches  []Match   // what the wording does state: the evidence for a pass
	Lexicon  string    // version of the word lists that read the text, to replay the judgement
}

// OK tells whether no rule refused the opt-in.
func (e Evaluation) OK() bool {
	return !slices.ContainsFunc(e.Findings, func(f Finding) bool { return f.Severity != Advice })
}

// Err returns nil if the evaluation is OK, and a *[PolicyError] that holds it
// otherwise.
func (e Evaluation) Err() error {
	if e.OK() {
		return nil
	}
	return &PolicyError{e}
}

// PolicyError says that a policy refused an opt-in.
type PolicyError struct {
	Evaluation Evaluation
}

func (e *PolicyError) Error() string {
	var b strings.Builder
	b.WriteString("consent: opt-in refused")
	sep := ": "
	for _, f := range e.Evaluation.Findings {
		if f.Severity != Advice {
			b.WriteString(sep + f.Rule + ": " + strings.TrimSuffix(f.Message, "."))
			sep = "; "
		}
	}
	return b.String()
}

// Evaluate judges an opt-in by all rules, at the time now. Findings stand in the order
// of the rules. A Statement with ReviewedBy set turns what the wording rules are unsure
// of, and nothing else, into advice.
func (p Policy) Evaluate(in OptIn, now time.Time) Evaluation {
	return p.evaluate(in, now, false)
}

// Review judges only the wording: does s clearly state that the person opts in, does it
// name b, and does it follow WhatsApp's best practices. Call it in a unit test to lint
// the texts of your forms. Of b it reads Name and Names.
//
// A process reads the lexicons when it first needs them, which takes a few tenths of a
// second at worst; a service that minds calls it once at its start.
func (p Policy) Review(b Business, s Statement) Evaluation {
	return p.evaluate(OptIn{Business: b, Statement: s}, time.Time{}, true)
}

func (p Policy) evaluate(in OptIn, now time.Time, wordingOnly bool) Evaluation {
	f := readFacts(&in, now, wordingOnly)
	e := Evaluation{Lexicon: wording.Version(), Matches: f.matches()}
	for i := range builtin {
		r := &builtin[i]
		if wordingOnly && !r.wording {
			continue
		}
		message, spans := r.check(f)
		if message == "" {
			continue
		}
		severity := r.severity
		if r.unsure && !blank(in.Statement.ReviewedBy) {
			severity = Advice
		}
		e.Findings = append(e.Findings, Finding{r.name, p.raise(r.name, severity), message, exported(spans)})
	}
	for _, r := range p.Rules {
		if wordingOnly && !r.Wording {
			continue
		}
		e.Findings = append(e.Findings, p.ownRule(r, in, now)...)
	}
	for _, name := range p.Require {
		if !p.has(name) {
			e.Findings = append(e.Findings, Finding{Rule: rulePolicyRequire, Severity: Violation,
				Message: "Policy.Require names " + quote(name) + ", which is no rule. Correct or remove it."})
		}
	}
	return e
}

// ownRule runs a rule of the caller's. A rule that cannot run refuses.
func (p Policy) ownRule(r Rule, in OptIn, now time.Time) []Finding {
	if r.Check == nil {
		return []Finding{{Rule: r.Name, Severity: Violation, Message: "The rule has no Check function. Set one or remove the rule."}}
	}
	severity := r.Severity
	if severity == "" {
		severity = Violation
	}
	// The rule gets a copy: what it changes must not be stored.
	in.Categories, in.Business.Names = slices.Clone(in.Categories), slices.Clone(in.Business.Names)
	in.Evidence.Extra = maps.Clone(in.Evidence.Extra)
	findings := slices.Clone(r.Check(in, now))
	for i := range findings {
		findings[i].Rule, findings[i].Severity = r.Name, p.raise(r.Name, severity)
	}
	return findings
}

func (p Policy) raise(rule string, s Severity) Severity {
	if slices.Contains(p.Require, rule) || strings.HasPrefix(rule, "practice.") && slices.Contains(p.Require, RequirePractices) {
		return Violation
	}
	return s
}

func (p Policy) has(rule string) bool {
	return rule == RequirePractices ||
		slices.ContainsFunc(builtin, func(r builtinRule) bool { return r.name == rule }) ||
		slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Name == rule })
}

// Reason is why a message may not be sent. Reasons are stable strings.
type Reason string

// The reasons, in the order in which a Decision lists them.
const (
	ReasonNoOptIn                  Reason = "no_opt_in"                  // the person never agreed to anything from this business
	ReasonOptedOut                 Reason = "opted_out"                  // the latest word on this category is an opt-out
	ReasonExpired                  Reason = "expired"                    // the latest word is an opt-in whose time is over
	ReasonNotCovered               Reason = "not_covered"                // the person agreed, but to other categories
	ReasonTemplateRequired         Reason = "template_required"          // a free-form message outside the 24-hour window
	ReasonTemplateNotApproved      Reason = "template_not_approved"      // its status is not APPROVED
	ReasonTemplateCategoryMismatch Reason = "template_category_mismatch" // its category is not the message's root category
	ReasonWindowClosed             Reason = "window_closed"              // the person's last message is 24 hours old or older
)

// Decision is the answer before a send. The zero Decision denies.
type Decision struct {
	Allowed bool
	Reasons []Reason  // why not: all that apply, in the order above; none if allowed
	OptIn   uuid.UUID // the record relied on; zero if denied, or for a reply that needs none
	At      time.Time // the time it holds for
}

// window is how long after a person's message a business may reply freely (WhatsApp
// Business Platform, "customer service window").
const window = 24 * time.Hour

// Decide answers whether m may be sent to a person with standing s at the time now.
//
// Consent: of all records whose category covers the message's, the latest by OccurredAt
// wins, and on a tie the opt-out. No record and an expired opt-in are not permission. A
// Service message, the reply to a person's own message, needs no opt-in within 24 hours
// of it, unless an opt-out that covers it came at or after that message.
//
// Templates: within 24 hours of the person's last message none is needed, and calls
// never need one. Otherwise one is. Whenever one is used it must be approved, and its
// category must be the root of the message's.
//
// Decide reads neither m.BusinessID nor the person: that s is theirs is the caller's
// part, or the [Ledger]'s.
func (p Policy) Decide(s Standing, m Message, now time.Time) Decision {
	return decide(s, &m, now, m.Category.IsValid())
}

// decide is Decide for the ledger, which asks before every send: it copies no Message,
// and known tells whether the category was found valid before.
func decide(s Standing, m *Message, now time.Time, known bool) (d Decision) {
	d.At = now
	open, root := windowOpen(m.LastInboundAt, now), m.Category.Root()

	why, optIn := ReasonNotCovered, uuid.Nil
	if known {
		why, optIn = consentTo(s, m.Category, now)
	}
	if why != "" && known && root == Service && open && !optedOutSince(s, m.Category, m.LastInboundAt) {
		why = ""
	}

	// All reasons are gathered, not only the first: whoever reads them should not mend
	// one to meet the next.
	if why != "" {
		d.Reasons = append(d.Reasons, why)
	}
	d.Reasons = appendTemplateReasons(d.Reasons, m, root, open)
	if len(d.Reasons) == 0 {
		d.Allowed, d.OptIn = true, optIn
	}
	return d
}

// windowOpen tells whether the person wrote or called within the last 24 hours. A time
// further ahead than clocks differ is a mistake, and no message.
func windowOpen(lastInbound, now time.Time) bool {
	if lastInbound.IsZero() {
		return false
	}
	age := now.Sub(lastInbound)
	return age < window && age >= -maxSkew
}

// consentTo finds the latest entry that covers c and tells why it is no permission, or
// "" and the opt-in if it is one.
func consentTo(s Standing, c Category, now time.Time) (Reason, uuid.UUID) {
	latest, anyOptIn := -1, false
	for i := range s {
		e := &s[i]
		isOptIn := e.Kind == KindOptIn
		anyOptIn = anyOptIn || isOptIn && e.Category != ""
		if e.covers(c) && (latest < 0 || e.overrides(&s[latest])) {
			latest = i
		}
	}
	switch {
	case latest < 0 && anyOptIn:
		return ReasonNotCovered, uuid.Nil
	case latest < 0:
		return ReasonNoOptIn, uuid.Nil
	}
	e := &s[latest]
	switch {
	case e.Kind != KindOptIn: // also a kind that a later version added
		return ReasonOptedOut, uuid.Nil
	case !e.ExpiresAt.IsZero() && !e.ExpiresAt.After(now):
		return ReasonExpired, uuid.Nil
	}
	return "", e.RecordID
}

// covers tells whether e has a say on messages of category c. An opt-out without a
// category is of everything; an opt-in without one is of nothing.
func (e *Entry) covers(c Category) bool {
	if e.Category == "" {
		return e.Kind != KindOptIn
	}
	return e.Category.Covers(c)
}

// overrides tells whether e is later than o, or as late and stricter.
func (e *Entry) overrides(o *Entry) bool {
	if c := e.OccurredAt.Compare(o.OccurredAt); c != 0 {
		return c > 0
	}
	if eIn, oIn := e.Kind == KindOptIn, o.Kind == KindOptIn; eIn != oIn {
		return oIn
	}
	return e.compareAge(*o) > 0
}

// optedOutSince tells whether an opt-out that covers c came at or after t.
func optedOutSince(s Standing, c Category, t time.Time) bool {
	// Records are kept to the microsecond, rounded down; so must t be, or an opt-out of
	// the same instant would seem earlier.
	t = storedTime(t)
	return slices.ContainsFunc(s, func(e Entry) bool {
		return e.Kind != KindOptIn && e.covers(c) && !e.OccurredAt.Before(t)
	})
}

// appendTemplateReasons appends what is wrong with how m is to be sent.
func appendTemplateReasons(reasons []Reason, m *Message, root Category, open bool) []Reason {
	if m.Template == nil {
		if root != Calls && !open {
			reasons = append(reasons, ReasonTemplateRequired)
			// A service message has no template to fall back on, so the window is what
			// is missing even if there never was one.
			if !m.LastInboundAt.IsZero() || root == Service {
				reasons = append(reasons, ReasonWindowClosed)
			}
		}
		return reasons
	}
	if m.Template.Status != TemplateApproved {
		reasons = append(reasons, ReasonTemplateNotApproved)
	}
	if !sameRoot(m.Template.Category, root) {
		reasons = append(reasons, ReasonTemplateCategoryMismatch)
	}
	if root == Service && !open {
		reasons = append(reasons, ReasonWindowClosed)
	}
	return reasons
}

// sameRoot compares a template's category, which may be in WhatsApp's capitals, with a
// root.
func sameRoot(c, root Category) bool {
	if len(c) != len(root) {
		return false
	}
	for i := range len(c) {
		b := c[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != root[i] {
			return false
		}
	}
	return true
}
