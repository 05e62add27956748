package wording

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// names is what a business is called, compiled: every form under which its
// name may stand in a text.
type names struct {
	forms []nameForm

	firsts [2]uint32 // a set of the letters that forms begin with, by their last bits
	shapes [][]rune  // what look-alikes of the forms look like
}

// nameForm is a name as words. Names are compared word by word and never as
// joined strings: joined, "Ion" would stand in "station".
type nameForm struct {
	words  [][]rune
	marks  [][]rune // punctuation inside the name, before each word
	lower  bool     // the name is written without a capital
	single bool     // one word: may be an ordinary word too
	short  bool     // without its article
	joined bool     // words of the name are written as one: Technikhaus for Technik-Haus
	parts  [][]int  // where a word may be written as two: Fresh Mart for FreshMart
	end    rune     // a mark that would end a sentence, and ends the name: Yahoo!, Tea & Co.
}

// nameMatch is a place where a form stands.
type nameMatch struct {
	from, to  int
	form      *nameForm
	inflected bool // with an ending or a joined preposition
	changed   bool // its last letters differ: only a naming position counts
	parted    bool // a word of the name is written as two
	tail      int  // where the ending joined to it begins, if it has one
}

var compiled struct {
	sync.Mutex
	m map[string]*names
}

// maxCompiled bounds how many businesses' names are kept compiled.
const maxCompiled = 1024

// compileNames compiles the names of a business, or finds them compiled.
func compileNames(lib *library, given []string) *names {
	size := 0
	for _, n := range given {
		size += len(n) + 1
	}
	key := make([]byte, 0, 128)
	for _, n := range given {
		key = append(append(key, n...), 0)
	}
	compiled.Lock()
	n := compiled.m[string(key)]
	compiled.Unlock()
	if n != nil {
		return n
	}
	n = newNames(lib, given)
	if size > 4096 {
		return n
	}
	compiled.Lock()
	defer compiled.Unlock()
	if compiled.m == nil || len(compiled.m) >= maxCompiled {
		compiled.m = map[string]*names{}
	}
	compiled.m[string(key)] = n
	return n
}

func newNames(lib *library, given []string) *names {
	n := &names{}
	for _, g := range given {
		for _, g := range append([]string{g}, spellings(g)...) {
			base := parseName(g)
			if len(base.words) == 0 || len(base.words) > 24 {
				continue
			}
			parts := inner(g)
			for _, form := range append([]nameForm{base}, withoutLegal(base, lib.legal())...) {
				for _, w := range form.words {
					form.parts = append(form.parts, parts[string(w)])
				}
				n.add(form)
				if len(form.words) > 1 && lib.articles()[string(form.words[0])] {
					n.add(nameForm{words: form.words[1:], marks: form.marks[1:], parts: form.parts[1:], lower: form.lower, short: string(form.words[0]) != "the"})
				}
				for _, j := range form.joinedUp() {
					n.add(j)
				}
			}
		}
	}
	letters := func(g nameForm) (n int) {
		for _, w := range g.words {
			n += len(w)
		}
		return n
	}
	for k := range n.forms {
		first := n.forms[k].words[0][0]
		n.firsts[first&63>>5] |= 1 << (first & 31)
		n.shapes = append(n.shapes, n.forms[k].shape())
	}
	slices.SortStableFunc(n.forms, func(a, b nameForm) int {
		return cmp.Or(len(b.words)-len(a.words), letters(b)-letters(a))
	})
	return n
}

// Below this many letters, words written as one may be any word.
const joinedLetters = 6

// joinedUp is form g with two of its words, and with all of them, written as
// one: a space less is the same name.
func (g *nameForm) joinedUp() []nameForm {
	if len(g.words) < 2 || len(g.words) > 6 {
		return nil
	}
	letters := 0
	for _, w := range g.words {
		letters += baseLetters(w)
	}
	var out []nameForm
	join := func(from, to int) {
		digit := false
		for k := from; k < to; k++ {
			if string(g.words[k]) == "&" {
				return
			}
			digit = digit || k > from && (kindOf(g.words[k][0]) == kindDigit || kindOf(g.words[k-1][len(g.words[k-1])-1]) == kindDigit)
		}
		if letters < joinedLetters && !digit {
			return
		}
		words := slices.Concat(g.words[:from], [][]rune{slices.Concat(g.words[from:to]...)}, g.words[to:])
		out = append(out, nameForm{words: words, marks: slices.Concat(g.marks[:from+1], g.marks[to:]), lower: g.lower, joined: true})
	}
	for k := 1; k < len(g.words); k++ {
		join(k-1, k+1)
	}
	if len(g.words) > 2 {
		join(0, len(g.words))
	}
	return out
}

// inner finds the places in the words of a name where a capital or a digit
// begins: FreshMart, Zone24. There people write a space more.
func inner(s string) map[string][]int {
	var f folded
	f.text(s)
	var out map[string][]int
	for i, word := 1, 0; i < len(f.runes); i++ {
		if !f.joined(i) {
			word = i
			continue
		}
		digit := f.kinds[i] == kindDigit != (f.kinds[i-1] == kindDigit)
		if !digit && (!f.upper[i] || f.upper[i-1]) {
			continue
		}
		if out == nil {
			out = map[string][]int{}
		}
		key := make([]rune, 0, 16)
		for _, r := range f.runes[word:f.wordEnd(i)] {
			key = append(key, bare(r))
		}
		out[string(key)] = append(out[string(key)], i-word)
	}
	return out
}

func (n *names) add(f nameForm) {
	if len(f.words) == 0 {
		return
	}
	f.single = len(f.words) == 1
	for _, g := range n.forms {
		if slices.EqualFunc(g.words, f.words, slices.Equal) {
			return
		}
	}
	n.forms = append(n.forms, f)
}

// parseName cuts a name into words, without accents.
func parseName(s string) nameForm {
	var f folded
	f.text(s)
	form := nameForm{lower: !slices.Contains(f.upper, true)}
	mark := 0
	for i := 0; i < len(f.runes); {
		and := f.runes[i] == '&' || f.runes[i] == '+'
		if f.kinds[i] == kindNone && !and {
			i++
			continue
		}
		j := i + 1
		if and {
			f.runes[i] = '&'
		} else {
			for j < len(f.runes) && f.kinds[j] != kindNone && (f.joined(j) || f.kinds[i].unspaced() && f.kinds[j].unspaced()) {
				j++
			}
		}
		word := make([]rune, 0, j-i)
		for _, r := range f.runes[i:j] {
			word = append(word, bare(r))
		}
		form.words = append(form.words, word)
		form.marks = append(form.marks, slices.Clone(f.runes[mark:i]))
		i, mark = j, j
	}
	if mark > 0 && mark == len(f.runes)-1 && (f.runes[mark] == '.' || f.runes[mark] == '!' || f.runes[mark] == '?') {
		form.end = f.runes[mark]
	}
	return form
}

func nameTokens(s string) [][]rune { return parseName(s).words }

// Legal forms that are also words or initials count only as the last word.
var lastOnly = map[string]bool{"sa": true, "as": true, "ab": true, "co": true, "se": true, "ag": true, "ug": true, "cv": true}

// withoutLegal strips legal forms from either end, longest first and again
// until nothing changes, but never down to nothing.
func withoutLegal(base nameForm, legal [][][]rune) []nameForm {
	var out []nameForm
	form := base
	for {
		next := form
		for _, l := range legal {
			if len(l) >= len(form.words) {
				continue
			}
			n := len(form.words)
			if slices.EqualFunc(form.words[n-len(l):], l, slices.Equal) {
				next = nameForm{words: form.words[:n-len(l)], marks: form.marks[:n-len(l)], lower: base.lower}
				if m := form.marks[n-len(l)]; len(m) > 0 && m[0] == '.' {
					next.end = '.' // De Vries & Zn. B.V.
				}
				break
			}
			if (!lastOnly[string(l[0])] || string(l[0]) == "cv" && n-len(l) > 1) && slices.EqualFunc(form.words[:len(l)], l, slices.Equal) {
				next = nameForm{words: form.words[len(l):], marks: form.marks[len(l):], lower: base.lower}
				break
			}
		}
		if len(next.words) == len(form.words) {
			joined := joinedLegal(form, legal)
			if len(joined) == 0 {
				return out
			}
			last := len(joined) - 1
			out, next = append(out, joined[:last]...), joined[last]
		}
		for len(next.words) > 1 && string(next.words[len(next.words)-1]) == "&" {
			next.words, next.marks = next.words[:len(next.words)-1], next.marks[:len(next.marks)-1]
		}
		form = next
		out = append(out, form)
	}
}

// joinedLegal strips legal forms written without a space, 株式会社サクラ: every
// one that fits, the longest last, as 海蓝科技有限公司 may be called 海蓝科技.
func joinedLegal(form nameForm, legal [][][]rune) []nameForm {
	var out []nameForm
	first, last := form.words[0], form.words[len(form.words)-1]
	strip := func(at int, rest []rune) {
		words := slices.Clone(form.words)
		words[at] = rest
		out = append(out, nameForm{words: words, marks: form.marks, lower: form.lower})
	}
	for _, l := range legal {
		if len(l) != 1 || !kindOf(l[0][0]).unspaced() {
			continue
		}
		if len(first) > len(l[0]) && hasPrefix(first, l[0]) {
			strip(0, first[len(l[0]):])
		}
		if n := len(last) - len(l[0]); n > 0 && slices.Equal(last[n:], l[0]) {
			strip(len(form.words)-1, last[:n])
		}
	}
	letters := func(g nameForm) int { return len(g.words[0]) + len(g.words[len(g.words)-1]) }
	slices.SortStableFunc(out, func(a, b nameForm) int { return letters(b) - letters(a) })
	return out
}

// spellings spells the name as people do without umlauts on their keyboard, ae
// for ä, or with them where the name writes ae, and with spaces for joiners.
func spellings(s string) []string {
	out := []string{spelt.Replace(s), unspelt.Replace(s), strings.ReplaceAll(s, "\u200c", " ")}
	return slices.DeleteFunc(out, func(v string) bool { return v == s })
}

var (
	spelt   = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")
	unspelt = strings.NewReplacer("ae", "ä", "oe", "ö", "ue", "ü", "Ae", "Ä", "Oe", "Ö", "Ue", "Ü")
)

// ands are the words that "&" is read as, without their accents.
var ands = sync.OnceValue(func() map[string]bool {
	return bareKeys(map[string]bool{
		"&": true, "and": true, "y": true, "e": true, "et": true, "und": true, "и": true, "та": true, "en": true, "i": true,
		"ve": true, "dan": true, "και": true, "si": true, "va": true, "na": true, "و": true, "และ": true, "और": true, "আর": true, "এবং": true,
		"och": true, "ו": true, "与": true, "和": true, "と": true, "및": true, "와": true, "과": true, "आणि": true, "अने": true, "અને": true, "మరియు": true, "மற்றும்": true,
		// "And" itself, as names spell it in other writings.
		"اند": true, "آند": true, "اينڈ": true, "اینڈ": true, "एंड": true, "एण्ड": true, "एन्ड": true, "ऐंड": true, "अँड": true, "ॲण्ड": true, "अ\u200dॅण्ड": true, "ॲंड": true, "ॲन्ड": true, "अॅन्ड": true, "अॅण्ड": true,
		"এন্ড": true, "অ্যান্ড": true, "এ্যান্ড": true, "এণ্ড": true, "એન્ડ": true, "ઍન્ડ": true, "એંડ": true, "అండ్": true, "అండ": true, "ఆండ్": true, "ஆண்ட்": true, "அண்ட்": true, "அன்ட்": true, "แอนด์": true, "앤": true, "앤드": true, "アンド": true, "энд": true, "эндъ": true,
		"dhe": true, "és": true, "ja": true,
	})
})

func bareKeys(m map[string]bool) map[string]bool {
	out := make(map[string]bool, len(m))
	for k, v := range m {
		out[string(bareString(k))] = v
	}
	return out
}

// find finds all forms in f, longest first at each place. lex gives the endings
// that its language puts on names; it may be nil.
func (n *names) find(f *folded, lex *lexicon, out []nameMatch) []nameMatch {
	out = out[:0]
	longest := 0 // of what may be joined before a name
	if lex != nil {
		longest = lex.longestPrefix
	}
	for i, word := 0, 0; i < len(f.runes); i++ {
		if f.kinds[i] == kindNone && f.runes[i] != '&' {
			continue
		}
		if !f.joined(i) {
			word = i
		} else if i-word > longest {
			continue
		}
		if m, ok := n.findAt(f, i, word, lex); ok {
			out = append(out, m)
			i = m.to - 1
		}
	}
	return out
}

// findAt finds the longest form at i: at the start of a word, or behind a
// preposition or an article that is joined to it and begins the word.
func (n *names) findAt(f *folded, i, from int, lex *lexicon) (nameMatch, bool) {
	if i == from {
		return n.formAt(f, i, nil, lex)
	}
	for k := range lex.prefix {
		p := &lex.prefix[k]
		if len(p.text) != i-from || !hasPrefix(f.runes[from:], p.text) {
			continue
		}
		if m, ok := n.formAt(f, i, p.swallows, lex); ok {
			m.from, m.inflected = from, true
			return m, true
		}
	}
	return nameMatch{}, false
}

func (n *names) formAt(f *folded, i int, swallowed []rune, lex *lexicon) (nameMatch, bool) {
	if r := bare(f.runes[i]); len(swallowed) == 0 && r != '&' && n.firsts[r&63>>5]&(1<<(r&31)) == 0 {
		return nameMatch{}, false
	}
	for k := range n.forms {
		if m, ok := n.forms[k].at(f, i, swallowed, lex); ok {
			return m, true
		}
	}
	return nameMatch{}, false
}

// at matches form g at position i. swallowed is the beginning of the name that
// a preposition before i has taken.
func (g *nameForm) at(f *folded, i int, swallowed []rune, lex *lexicon) (nameMatch, bool) {
	m := nameMatch{from: i, form: g}
	first := g.words[0]
	if len(swallowed) > 0 {
		if len(first) <= len(swallowed)+1 || !hasPrefix(first, swallowed) {
			return m, false
		}
		first = first[len(swallowed):]
	}
	if bare(f.runes[i]) != first[0] && f.runes[i] != '&' {
		return m, false
	}
	p := i
	quoted, glued := false, false
	for k, w := range g.words {
		if k == 0 {
			w = first
		}
		if k > 0 && glued {
			glued = false
		} else if k > 0 {
			q := g.separator(f, p, k)
			if q < 0 {
				return m, false
			}
			quoted = quoted || slices.Contains(f.runes[p:q], '"')
			p = q
		}
		if string(w) == "&" {
			q := andAt(f, p)
			if q < 0 && k < len(g.words)-1 {
				q = joinedAndAt(f, p)
				glued = q >= 0
			}
			if q < 0 {
				return m, false
			}
			p = q
			continue
		}
		j := 0
		for part := 0; j < len(w) && p+j < len(f.runes); {
			if bare(f.runes[p+j]) == w[j] {
				j++
			} else if g.parts != nil && g.partsAt(f, p+j, k, j-part, j) {
				p++ // the space more
				part, m.parted = j, true
			} else {
				break
			}
		}
		last := k == len(g.words)-1
		switch {
		case j == len(w) && (!f.joined(p + j)):
			p += j
			if last && w != nil && p+1 < len(f.runes) && f.runes[p] == '\'' && f.kinds[p+1] != kindNone {
				m.inflected = true
			}
		case j == len(w) && (last || lex != nil && lex.inner) && tail(f, p+j, lex):
			m.tail = p + j
			p = f.wordEnd(p + j)
			m.inflected = true
		case last && j > 1 && j == len(w)-1 && mute(w[j]) && tail(f, p+j, lex):
			p = f.wordEnd(p + j) // ஸ்டோர்ஸ்: an ending's vowel takes the place of the sign
			m.inflected = true
		case g.swapped(f, p, j, w, lex):
			p = f.wordEnd(p + j)
			m.inflected = true
		case k > 0 && !last && ands()[string(w)] && andAt(f, p) >= 0:
			p = andAt(f, p) // "and" may be spelt otherwise: অ্যান্ড, এন্ড, &
		default:
			if p >= len(f.runes) {
				return m, false // the text ends before the name does
			}
			end := f.wordEnd(p + j)
			if !last && lex != nil && lex.inner && f.kinds[p].cased() && j >= 3 && len(w)-j <= 2 && end-p-j <= 2 && len(w)-j+end-p-j <= 3 {
				p = end // the adjective of a name: Alten Zollhauses
				m.inflected = true
				break
			}
			if lex == nil || lex.change == 0 || j < 3 || len(w) < 4 || !f.kinds[p].cased() ||
				len(w)-j > min(lex.change, 2) || end-p-j > lex.change {
				return m, false
			}
			p = end
			m.inflected, m.changed = true, true
		}
	}
	if quoted && p < len(f.runes) && f.runes[p] == '"' {
		p++
	}
	if g.end != 0 && p < len(f.runes) && f.runes[p] == g.end && sentenceGoesOn(f, p+1) {
		p++
	}
	m.to = p
	return m, true
}

// sentenceGoesOn reports that the sentence does not end before position p: no line
// follows, and no word that alone has a capital.
func sentenceGoesOn(f *folded, p int) bool {
	if p < len(f.runes) && f.runes[p] == ' ' {
		p++
	}
	return p < len(f.runes) && f.kinds[p] != kindNone && (!f.upper[p] || f.joined(p+1) && f.upper[p+1])
}

// partsAt reports that a space stands at position i where word k of the name
// goes on with letter j, n letters behind the last such space, and that people
// may write one there.
func (g *nameForm) partsAt(f *folded, i, k, n, j int) bool {
	w := g.words[k]
	if f.runes[i] != ' ' && f.runes[i] != '-' || i+1 >= len(f.runes) || f.kinds[i+1] == kindNone || j == 0 {
		return false
	}
	if slices.Contains(g.parts[k], j) {
		digit := kindOf(w[j]) == kindDigit || kindOf(w[j-1]) == kindDigit
		return digit || n >= 2 && len(w)-j >= 2
	}
	kind := kindOf(w[j])
	return kind > kindDigit && !kind.cased() && n >= 2 && len(w)-j >= 2 && len(w) >= joinedLetters
}

// mute reports the sign that a Tamil or Telugu consonant has no vowel.
func mute(r rune) bool { return r == '\u0BCD' || r == '\u0C4D' }

// swapped reports that word w stands at p with another ending: the first j
// letters agree, and the rest is a pair that the language lists.
func (g *nameForm) swapped(f *folded, p, j int, w []rune, lex *lexicon) bool {
	if lex == nil || len(lex.swaps) == 0 || j < 1 || j < 2 && f.kinds[p].cased() {
		return false
	}
	end := f.wordEnd(p + j)
	var pair [24]rune
	for k := j; k >= max(1, j-2); k-- { // the endings may begin alike
		if len(w)-k+end-p-k >= len(pair) {
			return false
		}
		b := append(pair[:0], w[k:]...)
		b = append(b, '>')
		for _, r := range f.runes[p+k : end] {
			b = append(b, bare(r))
		}
		if lex.swaps[string(b)] {
			return true
		}
	}
	return false
}

// separator skips what may stand between two words of a name: spaces, hyphens,
// dots, slashes, apostrophes, or the name's own punctuation.
func (g *nameForm) separator(f *folded, p, k int) int {
	q := p
	for q < len(f.runes) && f.kinds[q] == kindNone && f.runes[q] != '&' {
		switch r := f.runes[q]; {
		case r == '.' && q+1 < len(f.runes) && f.runes[q+1] == ' ' && len(g.words[k-1]) > 3 && !slices.Contains(g.marks[k], r):
			return -1 // a sentence ends
		case r == '+' && string(g.words[k]) == "&":
			return q // BioMed+
		case r == ' ' || r == '-' || r == '.' || r == '/' || r == '\'' || r == '_' || r == '·' || r == '+' || r == '"' || r == '(':
		case slices.Contains(g.marks[k], r):
		default:
			return -1
		}
		if q++; q-p > 4 {
			return -1
		}
	}
	if q == p && f.joined(p) {
		return -1
	}
	return q
}

// joinedAndAt finds an "and" that is joined to the word behind it: ألفا وبيتا.
func joinedAndAt(f *folded, p int) int {
	if p < len(f.runes) && !f.kinds[p].cased() && !f.kinds[p].unspaced() && f.joined(p+1) && ands()[string(f.runes[p:p+1])] {
		return p + 1
	}
	return -1
}

func andAt(f *folded, p int) int {
	if p < len(f.runes) && (f.runes[p] == '&' || f.runes[p] == '+') {
		return p + 1
	}
	if p >= len(f.runes) {
		return -1
	}
	end := f.wordEnd(p + 1)
	var word [8]rune
	if f.kinds[p].unspaced() {
		end = min(end, p+len(word)) // where the word ends is not written
	}
	if end-p > len(word) {
		return -1
	}
	for i, r := range f.runes[p:end] {
		word[i] = bare(r)
	}
	for ; end > p; end-- {
		if ands()[string(word[:end-p])] {
			return end
		}
		if !f.kinds[p].unspaced() {
			break
		}
	}
	return -1
}

// tail reports that the rest of the word from p is an ending that names take.
func tail(f *folded, p int, lex *lexicon) bool {
	if lex == nil || len(lex.tails) == 0 {
		return false
	}
	end := f.wordEnd(p)
	return end-p <= 16 && lex.tails[string(f.runes[p:end])]
}
