package wording

import (
	"slices"
	"unicode"
)

// standing is how surely a match is the name and not a word.
type standing uint8

const (
	standNone standing = iota // part of something else
	standDoubtful
	standSure
)

// letterCase sums up how a text uses capitals.
type letterCase struct {
	none bool // no capitals at all
	all  bool // nearly all letters are capitals: they tell nothing
	low  bool // none but where sentences begin and in words that the language knows: SMS
	tiny bool // low, and none where sentences begin
}

// caseOf sums up the capitals of f.
func caseOf(f *folded) letterCase {
	up, cased := 0, 0
	for i, k := range f.kinds {
		if k.cased() {
			cased++
			if f.upper[i] {
				up++
			}
		}
	}
	return letterCase{none: up == 0, all: up*10 > cased*6}
}

// low reports a text typed in small letters: a capital stands nowhere but in
// a word that the language knows and, unless strictly, where a sentence begins.
func (r *reading) low(strictly bool) bool {
	f := r.f
	for i := range f.runes {
		if !f.upper[i] || f.joined(i) {
			continue
		}
		if startsSentence(f, i) && !strictly {
			continue
		}
		_, rec := r.lex.text().longest(f, i)
		if rec == 0 || strictly && f.joined(i+1) && !f.upper[i+1] && r.lex.text().recs[rec-1].class&cChannel == 0 {
			return false
		}
	}
	return true
}

// strange reports that the language does not know a word of at least n letters
// in m, the name as it stands in the text.
func (r *reading) strange(m *nameMatch, n int) bool {
	f := r.f
	for i := m.from; i < m.to; {
		if f.kinds[i] == kindNone || f.joined(i) {
			i++
			continue
		}
		end, rec := r.lex.text().longest(f, i)
		if rec == 0 {
			if end = f.wordEnd(i + 1); min(end, m.to)-i >= n {
				return true
			}
		}
		i = max(end, i+1)
	}
	return false
}

// made reports a name in small letters that is surely made up to be one: in a
// text typed in small letters a word that the language does not know beside
// what stands beside names, and in any text a long name with such a word.
func (r *reading) made(m *nameMatch, n int, c letterCase) bool {
	words := len(m.form.words)
	switch {
	case m.parted:
		return false
	case words >= 3:
		return r.strange(m, 4)
	case words == 2:
		return c.low && r.strange(m, 4)
	}
	sent := n > 0 && r.items[n].unknown == 0 && r.items[n-1].class&(cSend|cContact|cPermit) != 0
	return c.tiny && !m.changed && r.strange(m, longWord) && (sent || r.beside(m, n))
}

// wordClass is the part that a name of one word plays in a statement if it is
// the language's own word: "offers" is what is received, whatever the shop is
// called. Capitals do not decide it, or a text would say one thing in small
// letters and another in capitals.
func (l *lexicon) wordClass(f *folded, m *nameMatch) class {
	if !m.form.single || !f.kinds[m.from].cased() && !l.knows(f, m) {
		return 0
	}
	t := l.text()
	if _, rec := t.longest(f, m.from); rec != 0 {
		return t.recs[rec-1].class &^ (cWord | cNaming | cBrand | cPlaceholder | cFrom | cOf)
	}
	return 0
}

// knows reports that the language has the name for a word or a phrase of its
// own: Hope, 今天, drum bun. Stems that only begin the name do not count.
func (l *lexicon) knows(f *folded, m *nameMatch) bool {
	letters := 0
	for _, w := range m.form.words {
		letters += len(w)
	}
	spelt := func(i int) bool {
		k := matching{trie: l.text(), f: f}
		k.walk(0, i, 0)
		return k.plain != 0 && k.plainEnd <= m.to+1 && k.plainLiteral*10 >= letters*8
	}
	if spelt(m.from) {
		return true
	}
	for _, c := range l.clitics {
		if n := m.from + len(c); n < m.to && hasPrefix(f.runes[m.from:m.to], c) && spelt(n) {
			return true
		}
	}
	return false
}

// judge decides how surely match m, item n of r, is the name.
func (r *reading) judge(m *nameMatch, n int, c letterCase) standing {
	if !r.f.kinds[m.from].cased() {
		return r.judgeCaseless(m, n)
	}
	naming := r.naming(m, n)
	capital := slices.Contains(r.f.upper[m.from:m.to], true)
	inner := slices.Contains(r.f.upper[m.from+1:m.to], true) // a made-up name
	tells := capital && !c.all && !(r.lex.nouns && !inner)   // the capital says that it is a name
	switch {
	case r.tied(m):
		return standDoubtful
	case !m.form.single && !inner && capital && !naming && !c.all && !m.form.lower && r.opens(m) && r.lowered(m):
		return standDoubtful // "Good news! …"
	case m.form.joined && r.lex.knows(r.f, m):
		return standDoubtful // "Sunday" for Sun Day
	case !capital && r.made(m, n, c):
		return standSure
	case (m.changed || m.parted) && !naming && !capital:
		return standDoubtful
	case !tells && r.lex.knows(r.f, m):
		if r.strictlyNamed(m, n, capital) {
			return standSure
		}
		return standDoubtful
	case !m.form.single && capital && !r.lex.nouns && r.nameGoesOn(m, c):
		return standDoubtful // Mai Linh Taxi is not Mai Linh
	case !m.form.single:
		if capital || c.none || m.form.lower || naming {
			return standSure
		}
		return standDoubtful
	case m.form.short && !naming, r.longer(m, c):
		return standDoubtful
	case r.lex.nouns && !inner && !naming && len(m.form.words[0]) <= 6:
		return standDoubtful // "vor Anker": any noun has a capital
	case naming && (capital || c.none || m.form.lower):
		return standSure
	case !capital || c.all:
		return standDoubtful
	case r.opens(m) && r.maybeWord(m):
		return standDoubtful
	case len(m.form.words[0]) <= 3 && !naming:
		return standDoubtful
	}
	return standSure
}

// lowered reports a word of m behind the first that begins with a small letter.
func (r *reading) lowered(m *nameMatch) bool {
	for i := m.from + 1; i < m.to; i++ {
		if r.f.kinds[i].cased() && !r.f.joined(i) && !r.f.upper[i] {
			return true
		}
	}
	return false
}

// tied reports that an apostrophe ties m to more than an ending: Rock'n'Roll, Dunkin'Brands.
func (r *reading) tied(m *nameMatch) bool {
	f, p := r.f, m.to
	if p+1 >= len(f.runes) || f.runes[p] != '\'' || !f.kinds[p+1].cased() {
		return false
	}
	end := f.wordEnd(p + 2)
	return f.upper[p+1] && !f.upper[p-1] || end+1 < len(f.runes) && f.runes[end] == '\'' && f.kinds[end+1] != kindNone
}

// judgeCaseless is judge for writings that have no capitals. A word that the
// language does not know is most likely made up to be a name.
func (r *reading) judgeCaseless(m *nameMatch, n int) standing {
	f := r.f
	switch {
	case f.kinds[m.from] == kindDigit && m.form.single && !r.naming(m, n):
		return standDoubtful // a number
	case f.kinds[m.from] == kindDigit:
		return standSure
	case m.form.joined && r.lex.knows(f, m):
		return standDoubtful
	case m.parted && m.form.single:
		if r.naming(m, n) || r.beside(m, n) {
			return standSure
		}
		return standDoubtful
	case r.lex.knows(f, m):
		if r.strictlyNamed(m, n, false) {
			return standSure
		}
		return standDoubtful
	case !m.form.single:
		return standSure
	}
	if end, rec := r.lex.text().longest(f, m.from); rec != 0 && end > m.to && !f.kinds[m.from].unspaced() {
		return standDoubtful // the beginning of an idiom
	}
	letters, long := baseLetters(m.form.words[0]), longWord
	if f.kinds[m.from] == kindHangul {
		long-- // a syllable is two letters or three
	}
	if f.kinds[m.from].unspaced() {
		if r.edges(m, n) && (letters >= 4 || r.naming(m, n)) {
			return standSure
		}
		return standDoubtful
	}
	switch {
	case letters >= long:
		return standSure
	case letters*2 < long: // nearly any such word is a word of the language too
		if r.strictlyNamed(m, n, false) {
			return standSure
		}
	case r.naming(m, n), m.inflected && letters*4 > long*3, r.beside(m, n):
		return standSure
	}
	return standDoubtful
}

// baseLetters counts letters without the signs over, under and behind them.
func baseLetters(word []rune) int {
	n := 0
	for _, r := range word {
		if !unicode.IsMark(r) {
			n++
		}
	}
	return n
}

// longWord is from how many letters on a word that the lexicon does not know
// is hardly a common one.
const longWord = 5

// beside reports mild evidence for a short name that is no known word: what
// stands beside it is what stands beside a name.
func (r *reading) beside(m *nameMatch, n int) bool {
	const near = cFrom | cOf | cComm | cNaming | cSend | cContact | cNotice | cPermit
	if n+1 < len(r.items) && r.items[n+1].unknown == 0 && r.items[n+1].class&near != 0 {
		return true
	}
	return n > 0 && r.items[n].unknown == 0 && r.items[n-1].class&(cNaming|cPermit) != 0
}

// strictlyNamed reports that a word the language knows stands where even such
// a word is a name: in quotes, behind "this is", as the value of a sender's
// field, behind a "from" that is no mere genitive, or, with its capital, as the
// one who may or will send.
func (r *reading) strictlyNamed(m *nameMatch, n int, capital bool) bool {
	f := r.f
	if r.quoted(m, false) || r.titled(m) || r.fieldValue(m, n) || r.sentBy(m) {
		return true
	}
	// Label words that mean something else beside are no label.
	label := func(i int) bool {
		it := &r.items[i]
		const besides = anchors | verbs | cComm | cChannel | cUtility | cMarketing | cCalls | cOther | cData | cTerms | cOf | cVia | cAnd | cWill | cCan
		return it.class&cNaming != 0 && it.class&besides == 0 && it.to-it.from >= 2
	}
	sender := func(i int) bool {
		it := &r.items[i]
		return it.class&cFrom != 0 && it.class&cOf == 0 && it.to-it.from >= 2
	}
	cased := f.kinds[m.from].cased()
	if n > 0 && r.items[n].unknown == 0 {
		p := &r.items[n-1]
		switch {
		case label(n - 1):
			return true
		case r.lex.order != orderBefore && sender(n-1) && (capital || !cased):
			return true
		case p.class&(cPermit|cBehalf) != 0 && (capital || !cased):
			return true
		}
	}
	if n+1 < len(r.items) && r.items[n+1].unknown == 0 && r.items[n+1].from-m.to <= 1 {
		q := r.items[n+1].class
		switch {
		case label(n + 1):
			return true
		case r.lex.order == orderBefore && sender(n+1):
			return true
		case capital && (q&cNotice != 0 || q&cPermit != 0 && q&verbs != 0): // "Sol may text me"
			return true
		}
	}
	return false
}

// sentBy reports that the ending of m means "from", as such words do that
// stand apart: अंगणकडून.
func (r *reading) sentBy(m *nameMatch) bool {
	if m.tail == 0 || r.f.kinds[m.tail].cased() {
		return false
	}
	end, rec := r.lex.text().longest(r.f, m.tail)
	if rec == 0 || end != m.to || end-m.tail < 2 {
		return false
	}
	c := r.lex.text().recs[rec-1].class
	return c&cFrom != 0 && c&cOf == 0
}

// quoted reports that m stands in quotation marks or the like.
func (r *reading) quoted(m *nameMatch, parentheses bool) bool {
	at := func(i int) rune {
		if i < 0 || i >= len(r.f.runes) {
			return ' '
		}
		return r.f.runes[i]
	}
	quote := func(i int) bool {
		switch at(i) {
		case '"', '【', '】', '《', '》', '〈', '〉', '[', ']', '*':
			return true
		case '\'':
			return kindOf(at(i-1)) == kindNone || kindOf(at(i+1)) == kindNone
		case '(', ')':
			return parentheses
		}
		return false
	}
	return quote(m.from-1) && quote(m.to)
}

// titled reports that the text opens with the name and a colon: "X: …".
func (r *reading) titled(m *nameMatch) bool {
	f := r.f
	return m.from == 0 && m.to < len(f.runes) && (f.runes[m.to] == ':' || f.runes[m.to] == '@')
}

// fieldValue reports that m, item n, is what stands behind a sender's label:
// "Sender: X".
func (r *reading) fieldValue(m *nameMatch, n int) bool {
	f := r.f
	i := m.from - 1
	for i >= 0 && f.runes[i] == ' ' {
		i--
	}
	if i < 0 || f.runes[i] != ':' {
		return false
	}
	to := m.to
	for to < len(f.runes) && (f.runes[to] == ' ' || f.runes[to] == '"') {
		to++
	}
	if to < len(f.runes) && f.kinds[to] != kindNone {
		return false // the value goes on
	}
	var label class
	for k := n - 2; k >= 0 && r.items[k].class != cComma && r.items[k].from >= r.lineStart(m.from); k-- {
		if label |= r.items[k].class; m.from-r.items[k].from > 40 {
			return false // no label, but a sentence
		}
	}
	return label&(cNaming|cFrom|cSend|cBrand|cBehalf) != 0 && label&(cAssent|cPermit|cWish|cRequest|cReceive) == 0
}

// lineStart is where the line of position i begins.
func (r *reading) lineStart(i int) int {
	for i > 0 && r.f.runes[i-1] != '\n' {
		i--
	}
	return i
}

// maybeWord reports a name that opens a sentence and may be a plain word there:
// the lexicon knows it, the text uses it in lower case, or it is short and the
// sentence goes on in lower case.
func (r *reading) maybeWord(m *nameMatch) bool {
	f := r.f
	if slices.Contains(f.upper[m.from+1:m.to], true) {
		return false // a capital inside: a made-up name
	}
	if _, rec := r.lex.text().longest(f, m.from); rec != 0 {
		return true
	}
	word := m.form.words[0]
	for i := range f.runes {
		if !f.upper[i] && !f.joined(i) && hasPrefix(f.runes[i:], word) {
			return true
		}
	}
	i := m.to
	return len(word) <= 4 && i+1 < len(f.runes) && f.runes[i] == ' ' && f.kinds[i+1].cased() && !f.upper[i+1]
}

// opens reports that m stands at the start of a sentence.
func (r *reading) opens(m *nameMatch) bool {
	for i := m.from - 1; i >= 0; i-- {
		switch r.f.runes[i] {
		case ' ', '"', '\'', '(':
			continue
		case ',', '/', '&', '-', ':', '|':
			return false
		}
		return r.f.kinds[i] == kindNone
	}
	return true
}

// longer reports that m is part of a longer name: a capitalised stranger
// stands beside it.
func (r *reading) longer(m *nameMatch, c letterCase) bool {
	f := r.f
	if c.all || c.none {
		return false
	}
	stranger := r.stranger
	if i := m.to; i+1 < len(f.runes) && f.runes[i] == ' ' {
		if stranger(i + 1) {
			return true
		}
		// "Rosa dei Venti": a genitive and another name.
		end, rec := r.lex.text().longest(f, i+1)
		if rec != 0 && end-i <= 4 && r.lex.text().recs[rec-1].class&cFrom != 0 && end < len(f.runes) && f.runes[end] == ' ' && stranger(end+1) {
			return true
		}
	}
	if i := m.from; i > 1 && f.runes[i-1] == ' ' && f.kinds[i-2].cased() {
		from := i - 2
		for from > 0 && f.joined(from) {
			from--
		}
		return f.upper[from] && stranger(from) && !startsSentence(f, from)
	}
	return false
}

// nameGoesOn reports that a capitalised stranger follows m directly.
func (r *reading) nameGoesOn(m *nameMatch, c letterCase) bool {
	i := m.to
	return !c.all && !c.none && i+1 < len(r.f.runes) && r.f.runes[i] == ' ' && r.stranger(i+1)
}

// stranger reports that position i stands in a capitalised word that the
// language does not know or knows as a plain word, and no legal form begins with.
func (r *reading) stranger(i int) bool {
	f := r.f
	if i < 0 || i >= len(f.runes) || !f.kinds[i].cased() || !f.upper[i] {
		return false
	}
	from := i
	for from > 0 && f.joined(from) {
		from--
	}
	if end, rec := r.lex.text().longest(f, from); rec != 0 {
		// Luna Street Pharmacy, but Luna SA, and the polite Вам.
		return r.lex.text().recs[rec-1].class == cWord && end == f.wordEnd(from+1) && end-from > 3 && !f.upper[end-1]
	}
	word := f.runes[from:f.wordEnd(from+1)]
	for _, l := range open().legal() {
		if slices.Equal(l[0], word) {
			return false
		}
	}
	return true
}

// startsSentence reports that the word at position i opens a sentence, where any
// word has a capital.
func startsSentence(f *folded, i int) bool {
	i--
	for i >= 0 && (f.runes[i] == ' ' || f.runes[i] == '"') {
		i--
	}
	return i < 0 || f.runes[i] == '.' || f.runes[i] == '!' || f.runes[i] == '?' || f.runes[i] == '\n' || f.runes[i] == ':'
}

// edges reports, for writings without spaces, that m does not run on into
// other letters of the same word.
func (r *reading) edges(m *nameMatch, n int) bool {
	f := r.f
	if m.to < len(f.kinds) && f.kinds[m.to].unspaced() {
		if (n+1 >= len(r.items) || r.items[n+1].from != m.to) && !r.legalAt(m.to) {
			return false
		}
	}
	// 新大同書店 is not 大同書店.
	other := m.from > 0 && slices.Contains(r.lex.before, f.runes[m.from-1]) && f.kinds[m.from] == kindHan
	if m.from > 0 && f.kinds[m.from-1].unspaced() && (m.to-m.from < 4 || other) {
		if n == 0 || r.items[n-1].to != m.from || other && r.items[n-1].to-r.items[n-1].from == 1 {
			return false
		}
	}
	return true
}

// legalAt reports a legal form written on to a name.
func (r *reading) legalAt(i int) bool {
	for _, l := range open().legal() {
		if len(l) == 1 && hasPrefix(r.f.runes[i:], l[0]) {
			return true
		}
	}
	return false
}

// naming reports that match m, item n, stands where only a name can stand: in
// the sender slot, in quotes, behind "this is", before a colon, or as the one
// who sends.
func (r *reading) naming(m *nameMatch, n int) bool {
	f := r.f
	if r.quoted(m, true) || r.titled(m) || r.fieldValue(m, n) || r.sentBy(m) {
		return true
	}
	if m.from > 0 && m.to < len(f.runes) && f.runes[m.from-1] == '-' && f.runes[m.to] == '-' {
		return true // a signature
	}
	if m.to+1 < len(f.runes) && f.runes[m.to] == '\'' && f.runes[m.to+1] == 's' {
		return true
	}
	const before = cFrom | cNaming | cPermit | cBehalf | cAnd
	const after = cFrom | cNaming | cNotice | cCan | cSend | cContact
	if n > 0 && r.items[n].unknown == 0 {
		p := &r.items[n-1]
		if p.class&before&^cAnd != 0 && r.lex.order != orderBefore {
			return true
		}
		if p.class&cNaming != 0 {
			return true
		}
		if p.class&cAnd != 0 && n > 1 && r.items[n-2].class&(cName|cUs) != 0 {
			return true
		}
	}
	if n+1 < len(r.items) && r.items[n+1].unknown == 0 && r.items[n+1].from-m.to <= 1 {
		q := r.items[n+1].class
		if q&cMe != 0 && r.lex.order == orderBefore && r.opens(m) && r.sends(n+2) {
			return true // "X to me … may write"
		}
		if q&(cFrom|cOf) != 0 && r.lex.order == orderBefore || q&after&^cFrom != 0 {
			return true
		}
	}
	return false
}

// sends reports a permission or an announcement to send or to call in what is
// left of item i's sentence.
func (r *reading) sends(i int) bool {
	for _, s := range r.sentences {
		if i >= s.from && i < s.to {
			for ; i < s.to; i++ {
				if c := r.items[i].class; c&(cSend|cContact) != 0 && c&(cNotice|cPermit|cRequest) != 0 {
					return true
				}
			}
		}
	}
	return false
}

// named reports a naming position that is good enough for the word that m is.
func (r *reading) named(m *nameMatch, n int) bool {
	if !r.f.kinds[m.from].cased() {
		return r.strictlyNamed(m, n, false)
	}
	return r.naming(m, n)
}
