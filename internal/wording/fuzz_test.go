package wording

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

func seeds(f *testing.F, sort string) {
	for _, rows := range load(f, "testdata", sort) {
		for i, l := range rows {
			if i%7 == 0 {
				f.Add(l.Text, l.Lang, l.Business)
			}
		}
	}
	f.Add("\u202eI agree\u2066 to receive texts", "en", "X")
	f.Add("İı ß ﬁ ㍿ ẞ e\u0301\u200b", "", "ß&")
	f.Add("S dès que a récolte nc’", "rf", "Récolte")
	f.Add(" \u200b ", "", "X")
	f.Add(strings.Repeat("(", 300), "tr", strings.Repeat("a ", 40))
}

func checkSpans(t *testing.T, text string, spans []Span) {
	t.Helper()
	for _, s := range spans {
		if s.Start < 0 || s.Start >= s.End || s.End > len(text) {
			t.Fatalf("span %v outside a text of %d bytes", s, len(text))
		}
		if !utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End]) {
			t.Fatalf("span %v cuts a rune of %q", s, text)
		}
	}
}

// FuzzReview checks that no text panics, that spans are spans of the text, and
// that the verdict does not hang on what people cannot see.
func FuzzReview(f *testing.F) {
	seeds(f, "texts")
	f.Fuzz(func(t *testing.T, text, lang, name string) {
		tag := language.Make(lang)
		r := review(text, tag, []string{name})
		for _, spans := range [][]Span{r.Statement.Spans, r.Name.Spans, r.Placeholders, r.Bundled, r.Categories, r.OptOut, r.Value} {
			checkSpans(t, text, spans)
		}
		for _, j := range []Judgement{r.Statement, r.Name} {
			if Explain(j) == "" {
				t.Fatalf("no explanation for %q", j.Reason)
			}
		}
		if !utf8.ValidString(text) || len(text) > MaxLen/4 {
			return
		}
		for _, v := range variants(text) {
			if got := review(v.text, tag, []string{name}); got.Statement.Verdict != r.Statement.Verdict {
				t.Fatalf("%s: statement %v (%s) became %v (%s)\n%q\n%q", v.how, r.Statement.Verdict, r.Statement.Reason, got.Statement.Verdict, got.Statement.Reason, text, v.text)
			}
		}
	})
}

type variant struct{ how, text string }

// variants writes text in ways that mean the same to a reader.
func variants(text string) []variant {
	var zero strings.Builder
	for i, r := range []rune(text) {
		if i%3 == 1 {
			zero.WriteRune('\u200b')
		}
		zero.WriteRune(r)
	}
	return []variant{
		{"zero-width spaces", zero.String()},
		{"apostrophes", strings.ReplaceAll(text, "'", "’")},
		{"doubled spaces", strings.ReplaceAll(text, " ", "  ")},
		{"upper case", strings.Map(upperSafe, text)},
	}
}

// upperSafe is r in upper case if that is the same letter again in lower case.
func upperSafe(r rune) rune {
	if u := unicode.ToUpper(r); unicode.ToLower(u) == r && r != 'i' && r != 'ı' {
		return u
	}
	return r
}

// FuzzReadReply checks that no message panics and that spans are spans of it.
func FuzzReadReply(f *testing.F) {
	seeds(f, "replies")
	f.Fuzz(func(t *testing.T, text, lang, keyword string) {
		tag := language.Make(lang)
		checkSpans(t, text, ReadReply(text, tag, nil).Spans)
		checkSpans(t, text, ReadReply(text, tag, &Keywords{Stop: []string{keyword}}).Spans)
	})
}

// TestOrdinaryNames wants a name that is also an ordinary word read the same
// whatever its capitals.
func TestOrdinaryNames(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       Verdict
	}{
		{"Offers", "I agree to receive offers by text.", Pass},
		{"Offers", "I agree to receive Offers by text.", Pass},
		{"Never", "I agree to receive messages from Never.", Pass},
		{"Never", "I will never agree to receive messages.", Fail},
	} {
		for _, v := range append(variants(tc.text), variant{"as it is", tc.text}) {
			if got := review(v.text, language.English, []string{tc.name}).Statement; got.Verdict != tc.want {
				t.Errorf("%s, %s: got %v (%s), want %v: %s", tc.name, v.how, got.Verdict, got.Reason, tc.want, v.text)
			}
		}
	}
}

// TestInvariance runs the variants over every labelled text: statement and name.
func TestInvariance(t *testing.T) {
	for _, rows := range load(t, "testdata", "texts") {
		for _, l := range rows {
			tag, names := language.Make(l.Lang), append([]string{l.Business}, l.Names...)
			want := review(l.Text, tag, names)
			for _, v := range variants(l.Text) {
				got := review(v.text, tag, names)
				if got.Statement.Verdict != want.Statement.Verdict || v.how != "upper case" && got.Name.Verdict != want.Name.Verdict {
					t.Errorf("%s, %s: %v %v became %v (%s) %v (%s)\n%s", l.ID, v.how, want.Statement.Verdict, want.Name.Verdict,
						got.Statement.Verdict, got.Statement.Reason, got.Name.Verdict, got.Name.Reason, v.text)
				}
			}
		}
	}
}
