package wording

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Verdict is the answer to one requirement. Only Pass is a yes.
type Verdict uint8

const (
	Unsure Verdict = iota
	Fail
	Pass
)

// String is the verdict's name: "unsure", "fail" or "pass".
func (v Verdict) String() string {
	switch v {
	case Fail:
		return "fail"
	case Pass:
		return "pass"
	default:
		return "unsure"
	}
}

// Span is a range of bytes of the original text, on rune boundaries.
type Span struct{ Start, End int }

// Judgement is the verdict on one requirement and what decided it.
type Judgement struct {
	Verdict  Verdict
	Reason   string // stable snake_case name, see Explain
	Language string // tag of the lexicon that decided; empty if none did
	Spans    []Span // the words that decided, in text order
}

// Result is what a text says.
type Result struct {
	Statement, Name Judgement
	Placeholders    []Span

	// Signals of good practice; empty means not seen.
	Bundled    []Span // terms accepted in the same breath
	Categories []Span // kinds of messages named
	OptOut     []Span // how to stop
	Value      []Span // what the person gains
}

// MaxLen is the length in bytes up to which texts are read.
const MaxLen = 16 << 10

// Review reads an opt-in text. names are what the business is called, its main
// name first. tag is the text's language if the caller knows it: it breaks
// ties, and a text in another language is still read.
//
// The result may be shared with other callers and must not be modified.
func Review(text string, tag language.Tag, names []string) *Result {
	key := hashText(text, tag, names)
	if r := reviews.get(key, text, tag, names); r != nil {
		return r
	}
	r := review(text, tag, names)
	reviews.put(key, text, tag, names, r)
	return r
}

// scratch is the memory of one review, used again for the next.
type scratch struct {
	folded     folded
	reading    reading
	candidates []candidate
	matches    []nameMatch
	masks      []mask
	blanks     []mask
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func unread(reason string) *Result {
	j := Judgement{Reason: reason}
	return &Result{Statement: j, Name: j}
}

func review(text string, tag language.Tag, given []string) *Result {
	switch {
	case len(text) > MaxLen:
		return unread("too_long")
	case !utf8.ValidString(text):
		return unread("invalid_utf8")
	}
	lib := open()
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	f := &sc.folded
	f.text(text)
	// Folded first: a text of characters that nobody sees is empty as well.
	if !slices.ContainsFunc(f.runes, func(r rune) bool { return !unicode.IsSpace(r) }) {
		return &Result{Statement: Judgement{Verdict: Fail, Reason: "empty"}, Name: Judgement{Verdict: Fail, Reason: "none"}}
	}

	sc.candidates = lib.detect(f, noMask, lib.index(tag), sc.candidates)
	n := compileNames(lib, given)
	if len(sc.candidates) == 0 {
		return sc.readName(unread("language"), lib.fallback(), n)
	}
	res := sc.readIn(lib.languages[sc.candidates[0].index], sc.candidates[0], n)
	for _, c := range sc.candidates[1:] {
		if c.own < 4 || c.own*4 < sc.candidates[0].score {
			continue // they are sorted by all their words, not by their own
		}
		res = both(res, sc.readIn(lib.languages[c.index], c, n))
	}
	if f.override && res.Statement.Verdict == Pass {
		res.Statement.Verdict, res.Statement.Reason = Unsure, "bidi_override"
	}
	return res
}

func noMask(i int) int { return i }

// index finds the lexicon for a language tag, or -1.
func (lib *library) index(tag language.Tag) int {
	base, _ := tag.Base()
	if i, ok := lib.byTag[base.String()]; ok && tag != language.Und {
		return i
	}
	return -1
}

// fallback is the lexicon that reads names when no language is known.
func (lib *library) fallback() *lexicon {
	if i, ok := lib.byTag["en"]; ok {
		return lib.languages[i].lex()
	}
	return lib.languages[0].lex()
}

// readIn reads the folded text in one language.
func (sc *scratch) readIn(t *tongue, c candidate, n *names) *Result {
	res := sc.readName(&Result{}, t.lex(), n)
	r := &sc.reading
	verdict, reason, items := r.statement()
	res.Statement = Judgement{Verdict: verdict, Reason: reason, Language: t.tag, Spans: r.spans(items)}
	r.practice(res)
	// A text of which little is understood may say anything.
	known := r.known * 100 / max(r.words, 1)
	switch {
	case verdict == Pass && (c.score*4 < c.total || known < 30):
		res.Statement.Verdict, res.Statement.Reason = Unsure, "language"
	case verdict == Fail && reason == "none" && known < 45:
		res.Statement.Verdict, res.Statement.Reason = Unsure, "language"
	}
	return res
}

// readName finds placeholders and names, and leaves the text cut into items.
func (sc *scratch) readName(res *Result, lex *lexicon, n *names) *Result {
	f, r := &sc.folded, &sc.reading
	word := func(c class) func(int) bool {
		t := lex.text()
		return func(i int) bool {
			_, rec := t.longest(f, i)
			return rec != 0 && t.recs[rec-1].class&c != 0
		}
	}
	sc.blanks = placeholders(f, word(cBrand), word(cFrom), sc.blanks[:0])
	sc.matches = n.find(f, lex, sc.matches)
	letters := caseOf(f)
	sc.masks = sc.masks[:0]
	b := sc.blanks
	for i := range sc.matches {
		m := &sc.matches[i]
		for len(b) > 0 && b[0].to <= m.from {
			sc.masks = append(sc.masks, b[0])
			b = b[1:]
		}
		if len(b) > 0 && b[0].from < m.to {
			continue // inside a placeholder
		}
		sc.masks = append(sc.masks, mask{m.from, m.to, cName | lex.wordClass(f, m)})
	}
	sc.masks = append(sc.masks, b...)
	r.read(lex, f, sc.masks)
	sc.plainNames()

	for _, s := range sc.blanks {
		res.Placeholders = append(res.Placeholders, f.span(s.from, s.to))
	}
	for i := range r.items {
		if it := &r.items[i]; it.class&cPlaceholder != 0 && it.rec != 0 {
			res.Placeholders = append(res.Placeholders, f.span(it.from, it.to))
		}
	}
	res.Name = sc.name(letters)
	if res.Name.Verdict != Pass && len(res.Placeholders) > 0 {
		res.Name = Judgement{Verdict: Fail, Reason: "placeholder", Spans: res.Placeholders}
	}
	if res.Name.Verdict == Fail && res.Name.Reason == "none" {
		if s, ok := n.lookalike(f); ok {
			res.Name.Reason, res.Name.Spans = "lookalike", []Span{s}
		}
	}
	res.Name.Language = lex.tag
	return res
}

// plainNames takes the part that a name's word plays elsewhere from it where
// it stands as a name does: "news from Never".
func (sc *scratch) plainNames() {
	r, n := &sc.reading, 0
	for i := range sc.matches {
		m := &sc.matches[i]
		for n < len(r.items) && r.items[n].from < m.from {
			n++
		}
		if n < len(r.items) && r.items[n].from == m.from && r.items[n].class&cName != 0 && r.items[n].class != cName && r.named(m, n) {
			r.items[n].class = cName
		}
	}
}

// name judges the name by its best place in the text.
func (sc *scratch) name(letters letterCase) Judgement {
	f, r := &sc.folded, &sc.reading
	best := Judgement{Verdict: Fail, Reason: "none"}
	if len(sc.matches) > 0 {
		letters.low = letters.none || r.low(false)
		letters.tiny = letters.none || letters.low && r.low(true)
	}
	n := 0
	for i := range sc.matches {
		m := &sc.matches[i]
		for n < len(r.items) && r.items[n].from < m.from {
			n++
		}
		if n >= len(r.items) || r.items[n].from != m.from || r.items[n].class&cName == 0 {
			continue
		}
		switch r.judge(m, n, letters) {
		case standSure:
			reason := "named"
			if m.inflected {
				reason = "inflected"
			}
			return Judgement{Verdict: Pass, Reason: reason, Spans: []Span{f.span(m.from, m.to)}}
		case standDoubtful:
			best = Judgement{Verdict: Unsure, Reason: "ordinary_word", Spans: []Span{f.span(m.from, m.to)}}
		}
	}
	return best
}

// spans lists the original words of items.
func (r *reading) spans(items []int) []Span {
	var out []Span
	for _, i := range items {
		out = append(out, r.f.span(r.items[i].from, r.items[i].to))
	}
	sortSpans(out)
	return out
}

// practice gathers the signals of good practice.
func (r *reading) practice(res *Result) {
	for _, s := range r.sentences {
		agreed := r.has(s.from, s.to)&cAssent != 0
		for i := s.from; i < s.to; i++ {
			it := &r.items[i]
			span := func() Span { return r.f.span(it.from, it.to) }
			if it.class&(cMarketing|cUtility|cAuth|cCalls) != 0 {
				res.Categories = append(res.Categories, span())
			}
			if it.class&(cOptInfo|cOptOut) != 0 || it.class&cStop != 0 && it.dead {
				res.OptOut = append(res.OptOut, span())
			}
			if it.class&cValue != 0 {
				res.Value = append(res.Value, span())
			}
			if agreed && !it.dead && it.class&cTerms != 0 && res.Statement.Verdict == Pass {
				res.Bundled = append(res.Bundled, span())
			}
		}
	}
}

// both joins what two languages made of one text: a pass in either holds
// unless the other refuses.
func both(a, b *Result) *Result {
	refuses := func(j Judgement) bool {
		switch j.Reason {
		case "refusal", "opt_out_box", "silence", "double_negative", "contradiction", "third_party_only":
			return true
		}
		return false
	}
	out := *a
	switch {
	case a.Statement.Verdict == Pass && refuses(b.Statement):
		out.Statement = b.Statement
		out.Statement.Verdict, out.Statement.Reason = Unsure, "contradiction"
	case b.Statement.Verdict == Pass && refuses(a.Statement):
		out.Statement.Verdict, out.Statement.Reason = Unsure, "contradiction"
	case b.Statement.Verdict == Pass:
		out.Statement = b.Statement
	}
	if a.Name.Verdict != Pass && b.Name.Verdict == Pass {
		out.Name = b.Name
	}
	join := func(x, y []Span) []Span {
		if len(x) == 0 {
			return y
		}
		return x
	}
	out.Bundled, out.Categories = join(a.Bundled, b.Bundled), join(a.Categories, b.Categories)
	out.OptOut, out.Value = join(a.OptOut, b.OptOut), join(a.Value, b.Value)
	return &out
}
