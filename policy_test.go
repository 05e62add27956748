package consent_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

func ruleNames(e consent.Evaluation) []string {
	var out []string
	for _, f := range e.Findings {
		out = append(out, f.Rule)
	}
	return out
}

func finding(t *testing.T, e consent.Evaluation, rule string) consent.Finding {
	t.Helper()
	i := slices.IndexFunc(e.Findings, func(f consent.Finding) bool { return f.Rule == rule })
	require.GreaterOrEqual(t, i, 0, "%s among %v", rule, ruleNames(e))
	return e.Findings[i]
}

// Each row breaks the rule that it is named after, and no other.
func TestRules(t *testing.T) {
	const stop = " so that I never miss a sale. Reply STOP to opt out at any time."
	tests := []struct {
		rule     string
		severity consent.Severity
		spoil    func(*consent.OptIn)
		words    string // of the text, that decided
	}{
		{"phone.missing", "violation", func(in *consent.OptIn) { in.Phone = consent.Phone{} }, ""},
		{"phone.not_mobile", "violation", func(in *consent.OptIn) { in.Phone = consent.MustParsePhone("+442070313000") }, ""},
		{"business.missing", "violation", func(in *consent.OptIn) { in.Business.ID = "" }, ""},
		{"business.missing", "violation", func(in *consent.OptIn) { in.Business.Name = " " }, ""},
		{"statement.missing", "violation", func(in *consent.OptIn) { in.Statement.Text = "\n" }, ""},
		{"statement.unclear", "violation", func(in *consent.OptIn) {
			in.Statement.Text = "Acme will send you news and offers on WhatsApp," + stop
		}, ""},
		{"statement.unclear", "violation", func(in *consent.OptIn) {
			in.Statement.Text = "I do not want to receive news and offers from Acme on WhatsApp. Reply STOP to opt out, so that you save money."
		}, "not"},
		{"name.missing", "violation", func(in *consent.OptIn) {
			in.Statement.Text = "I agree to receive news and offers on WhatsApp," + stop
		}, ""},
		{"name.placeholder", "violation", func(in *consent.OptIn) {
			in.Statement.Text = "I agree to receive news and offers from {{business_name}} on WhatsApp," + stop
		}, "{{business_name}}"},
		{"category.missing", "violation", func(in *consent.OptIn) { in.Categories = nil }, ""},
		{"category.unknown", "violation", func(in *consent.OptIn) { in.Categories = []consent.Category{"marketing", "Offers"} }, ""},
		{"source.missing", "violation", func(in *consent.OptIn) { in.Source = "" }, ""},
		{"source.unknown", "violation", func(in *consent.OptIn) { in.Source = "pigeon" }, ""},
		{"time.missing", "violation", func(in *consent.OptIn) { in.GivenAt = time.Time{} }, ""},
		{"time.future", "violation", func(in *consent.OptIn) { in.GivenAt = t0.Add(time.Hour) }, ""},
		{"practice.categories", "advice", func(in *consent.OptIn) {
			in.Statement.Text = "I agree to receive messages from Acme," + stop
		}, ""},
		{"practice.separate", "advice", func(in *consent.OptIn) {
			in.Statement.Text = "I accept the terms and conditions and I agree to receive news and offers from Acme on WhatsApp," + stop
		}, "terms"},
		{"practice.separate", "advice", func(in *consent.OptIn) { in.Categories = []consent.Category{"marketing/offers", "utility"} }, ""},
		{"practice.opt_out", "advice", func(in *consent.OptIn) {
			in.Statement.Text = "I agree to receive news and offers from Acme on WhatsApp, so that I never miss a sale."
		}, ""},
		{"practice.value", "advice", func(in *consent.OptIn) {
			in.Statement.Text = "I agree to receive news and offers from Acme on WhatsApp. Reply STOP to opt out at any time."
		}, ""},
		{"practice.evidence", "advice", func(in *consent.OptIn) { in.Evidence.Reference = "" }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			in := goodOptIn()
			tt.spoil(&in)
			e := consent.Policy{}.Evaluate(in, t0)
			require.Equal(t, []string{tt.rule}, ruleNames(e))
			f := e.Findings[0]
			assert.Equal(t, tt.severity, f.Severity)
			assert.Equal(t, tt.severity == consent.Advice, e.OK())
			assert.Regexp(t, `^[A-Z].*\. [A-Z].*\.$`, f.Message, "what is wrong, and how to mend it")
			assert.NotContains(t, f.Message, "4474")
			var words string
			for _, s := range f.Spans {
				words += " " + in.Statement.Text[s.Start:s.End]
			}
			assert.Contains(t, words, tt.words)
		})
	}
}

func TestGoodOptInHasNoFindings(t *testing.T) {
	e := consent.Policy{}.Evaluate(goodOptIn(), t0)
	assert.Empty(t, e.Findings)
	require.NoError(t, e.Err())
	require.Len(t, e.Matches, 2, "the evidence for the pass")
	assert.Equal(t, "statement", e.Matches[0].Requirement)
	assert.Equal(t, "name", e.Matches[1].Requirement)
	text := goodOptIn().Statement.Text
	s := e.Matches[1].Spans[0]
	assert.Equal(t, "Acme", text[s.Start:s.End])
	assert.NotEmpty(t, e.Lexicon)
}

func TestEvaluateGathersAllInOrder(t *testing.T) {
	for range 5 {
		e := consent.Policy{}.Evaluate(consent.OptIn{}, t0)
		assert.Equal(t, []string{"phone.missing", "business.missing", "statement.missing", "category.missing", "source.missing", "time.missing", "practice.evidence"}, ruleNames(e))
	}
}

func TestUnsureIsNotYes(t *testing.T) {
	in := goodOptIn()
	in.Statement.Text = "Mo gbà láti gba ìfiránṣẹ́ ìpolówó láti ọ̀dọ̀ Acme." // Yoruba, which has no lexicon
	e := consent.Policy{}.Evaluate(in, t0)
	assert.False(t, e.OK())
	assert.Equal(t, consent.Violation, finding(t, e, "statement.unsure").Severity)

	in.Statement.ReviewedBy = "our legal department"
	e = consent.Policy{}.Evaluate(in, t0)
	assert.True(t, e.OK(), "%v", e.Findings)
	assert.Equal(t, consent.Advice, finding(t, e, "statement.unsure").Severity)

	for _, nobody := range []string{" ", "\t", "\u200b"} {
		in.Statement.ReviewedBy = nobody
		assert.False(t, consent.Policy{}.Evaluate(in, t0).OK(), "%q is nobody", nobody)
	}
	in.Statement.ReviewedBy = "our legal department"

	in.Statement.Text = "I do not agree to receive offers from Acme."
	assert.False(t, consent.Policy{}.Evaluate(in, t0).OK(), "ReviewedBy turns unsure, and only unsure")
	in.Statement.Text = "I agree to receive offers."
	assert.False(t, consent.Policy{}.Evaluate(in, t0).OK(), "ReviewedBy turns unsure, and only unsure")
}

func TestReviewIsTheWordingAlone(t *testing.T) {
	b := consent.Business{Name: "Acme Ltd"}
	assert.Empty(t, consent.Policy{}.Review(b, goodOptIn().Statement).Findings)
	e := consent.Policy{}.Review(consent.Business{}, consent.Statement{})
	assert.Equal(t, []string{"business.missing", "statement.missing"}, ruleNames(e))
	e = consent.Policy{}.Review(consent.Business{Name: "Zenith", Names: []string{"Acme"}}, goodOptIn().Statement)
	assert.True(t, e.OK(), "any of the names counts")
}

func TestReviewOfBadInput(t *testing.T) {
	b := consent.Business{Name: "Acme"}
	for name, text := range map[string]string{
		"too long":      strings.Repeat("I agree to receive offers from Acme. ", 1000),
		"invalid UTF-8": "I agree to receive offers from Acme.\xff",
		"NUL":           "I agree to \x00 receive offers from Acme.",
	} {
		t.Run(name, func(t *testing.T) {
			e := consent.Policy{}.Review(b, consent.Statement{Text: text})
			if name != "NUL" {
				assert.False(t, e.OK())
			}
			assertSpans(t, e, text)
		})
	}
}

func TestOwnRules(t *testing.T) {
	version := consent.Rule{Name: "acme.form_version", Check: func(in consent.OptIn, _ time.Time) []consent.Finding {
		if in.Evidence.Extra["form"] == "" {
			return []consent.Finding{{Message: "The form's version is missing. Set Evidence.Extra[\"form\"]."}}
		}
		return nil
	}}
	polite := consent.Rule{Name: "acme.polite", Severity: consent.Advice, Wording: true, Check: func(in consent.OptIn, _ time.Time) []consent.Finding {
		if i := strings.Index(in.Statement.Text, "!"); i >= 0 {
			return []consent.Finding{{Message: "Do not shout. Remove it.", Spans: []consent.Span{{Start: i, End: i + 1}}}}
		}
		return nil
	}}
	p := consent.Policy{Rules: []consent.Rule{version, polite}}

	e := p.Evaluate(goodOptIn(), t0)
	assert.Equal(t, []string{"acme.form_version"}, ruleNames(e))
	assert.False(t, e.OK(), "a violation unless the rule says otherwise")

	s := goodOptIn().Statement
	s.Text += "!"
	e = p.Review(goodOptIn().Business, s)
	assert.Equal(t, []string{"acme.polite"}, ruleNames(e), "Review runs the wording rules")
	assert.True(t, e.OK())

	p.Require = []string{"acme.polite"}
	assert.False(t, p.Review(goodOptIn().Business, s).OK(), "own advice can be required as well")

	e = consent.Policy{Rules: []consent.Rule{{Name: "acme.empty"}}}.Evaluate(goodOptIn(), t0)
	assert.False(t, e.OK(), "a rule that cannot run refuses")
}

func TestOwnRulesChangeNothing(t *testing.T) {
	vandal := consent.Rule{Name: "acme.vandal", Check: func(in consent.OptIn, _ time.Time) []consent.Finding {
		in.Categories[0] = "calls"
		in.Evidence.Extra["form"] = "changed"
		return nil
	}}
	in := goodOptIn()
	in.Evidence.Extra = map[string]string{"form": "1"}
	r, err := consent.New(memstore.New(), consent.Config{Policy: consent.Policy{Rules: []consent.Rule{vandal}}}).OptIn(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, []consent.Category{"marketing"}, r.Record.Categories)
	assert.Equal(t, "1", in.Evidence.Extra["form"])
}

// A row whose columns slipped must not show its phone number in an error.
func TestMessagesMaskNumbers(t *testing.T) {
	in := goodOptIn()
	in.Source, in.Categories = "+447400123456", []consent.Category{"٠٧٤٠٠١٢٣٤٥٦"}
	text := consent.Policy{}.Evaluate(in, t0).Err().Error()
	assert.NotContains(t, text, "7400")
	assert.NotContains(t, text, "٧٤٠٠")
	assert.Contains(t, text, "source.unknown")
}

func TestTooManyNames(t *testing.T) {
	b := consent.Business{Name: "Acme", Names: make([]string, 100_000)}
	e := consent.Policy{}.Review(b, goodOptIn().Statement)
	assert.Equal(t, []string{"business.missing"}, ruleNames(e))
}

func TestRequireRaisesAdvice(t *testing.T) {
	in := goodOptIn()
	in.Evidence.Reference = ""
	assert.True(t, consent.Policy{}.Evaluate(in, t0).OK())
	assert.False(t, consent.Policy{Require: []string{consent.RulePracticeEvidence}}.Evaluate(in, t0).OK())

	in.Statement.Text, in.Statement.ReviewedBy = "Mo gbà láti gba ìfiránṣẹ́ ìpolówó láti ọ̀dọ̀ Acme.", "legal"
	assert.False(t, consent.Policy{Require: []string{consent.RuleStatementUnsure}}.Evaluate(in, t0).OK(), "a policy may refuse what it cannot judge itself")

	all := consent.Policy{Require: []string{consent.RequirePractices}}
	assert.False(t, all.Evaluate(in, t0).OK())
	assert.True(t, all.Evaluate(goodOptIn(), t0).OK())

	e := consent.Policy{Require: []string{"practise.opt_out"}}.Evaluate(goodOptIn(), t0)
	assert.False(t, e.OK(), "a slip of the pen does not go unnoticed")
	assert.Equal(t, []string{"policy.require"}, ruleNames(e))
	assert.Contains(t, e.Err().Error(), `"practise.opt_out"`)
}

func TestLedgerKeepsItsPolicy(t *testing.T) {
	require1 := []string{consent.RulePracticeEvidence}
	l := consent.New(nil, consent.Config{Policy: consent.Policy{Require: require1}})
	require1[0] = "nonsense"
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.Error(t, err)
}

// The table in the package comment lists every rule, in order, with its severity.
func TestPackageCommentListsTheRules(t *testing.T) {
	src, err := os.ReadFile("consent.go")
	require.NoError(t, err)
	inDoc := regexp.MustCompile(`(?m)^//\t([a-z]+\.[a-z_]+) +(violation|advice) +\S`).FindAllStringSubmatch(string(src), -1)
	policy, err := os.ReadFile("policy.go")
	require.NoError(t, err)
	inCode := regexp.MustCompile(`(?m)^\tRule\w+ += "([a-z_.]+)"`).FindAllStringSubmatch(string(policy), -1)
	require.Len(t, inDoc, len(inCode))
	for i := range inDoc {
		assert.Equal(t, inCode[i][1], inDoc[i][1])
		assert.Equal(t, strings.HasPrefix(inDoc[i][1], "practice."), inDoc[i][2] == "advice")
	}
}

// assertSpans wants all spans inside the text, not empty, and on rune boundaries.
func assertSpans(t testing.TB, e consent.Evaluation, text string) {
	t.Helper()
	check := func(spans []consent.Span) {
		for _, s := range spans {
			if s.Start < 0 || s.Start >= s.End || s.End > len(text) {
				t.Fatalf("span %v of a text of %d bytes", s, len(text))
			}
			if !utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End]) {
				t.Fatalf("span %v cuts a rune", s)
			}
		}
	}
	for _, f := range e.Findings {
		check(f.Spans)
	}
	for _, m := range e.Matches {
		check(m.Spans)
	}
}

func FuzzReview(f *testing.F) {
	f.Add("I agree to receive offers from Acme.", "Acme", "en")
	f.Add("Acepto recibir ofertas de {{business_name}}", "Panadería Sol S.L.", "")
	f.Add("\u202e\xff㍿ İ ß \u200d", "İş", "tr")
	f.Add("", "", "xx-!")
	f.Fuzz(func(t *testing.T, text, name, lang string) {
		e := consent.Policy{}.Review(consent.Business{Name: name}, consent.Statement{Text: text, Language: language.Make(lang)})
		if utf8.ValidString(text) {
			assertSpans(t, e, text)
		}
		if e.OK() && len(e.Matches) != 2 {
			t.Fatal("a pass without evidence")
		}
	})
}

func TestReadReply(t *testing.T) {
	for text, want := range map[string]consent.Reply{
		"STOP":                              {Intent: consent.IntentStopAll},
		"Please stop messaging me":          {Intent: consent.IntentStopAll},
		"no more offers please":             {Intent: consent.IntentStopCategory, Category: consent.Marketing},
		"START":                             {Intent: consent.IntentStart},
		"When will my order arrive?":        {Intent: consent.IntentNone},
		"Can I stop by the store tomorrow?": {Intent: consent.IntentNone},
	} {
		got := consent.ReadReply(text, language.Und)
		assert.Equal(t, want.Intent, got.Intent, text)
		assert.Equal(t, want.Category, got.Category, text)
		for _, s := range got.Spans {
			assert.Less(t, s.Start, s.End)
			assert.LessOrEqual(t, s.End, len(text))
		}
	}
}

func TestKeywordsAreReplaceable(t *testing.T) {
	k := consent.Keywords{Stop: []string{"BASTA"}, Start: []string{"VENGA"}}
	assert.Equal(t, consent.IntentStopAll, k.ReadReply("basta!", language.Und).Intent)
	assert.Equal(t, consent.IntentStart, k.ReadReply("Venga", language.Und).Intent)
	assert.Equal(t, consent.IntentStopAll, k.ReadReply("please stop sending me messages", language.English).Intent, "phrases are still read")
}
