package wording

// item is a word, or a run of words, that has a part to play.
type item struct {
	from, to int // folded positions
	class    class
	rec      uint16
	unknown  int  // unknown words since the item before
	dead     bool // spent on information that does not count as a frame
	half     bool // the second half of a gapped form, which the first speaks for
}

// sentence is a run of items between full stops.
type sentence struct {
	from, to int // items
	question bool
	text     [2]int // folded positions
	unknown  int    // unknown words, letters where no spaces part them
	leaves   bool   // a refusal that only tells the way out
}

// reading is a text as one lexicon reads it.
type reading struct {
	lex       *lexicon
	f         *folded
	items     []item
	sentences []sentence
	known     int // runes of words that the lexicon knows
	words     int // runes of all words
	pending   gaps
	fields    []field // memory used again
}

// mask is a run of folded positions that is read as one item: a name or a
// placeholder. Masks do not overlap and stand in text order.
type mask struct {
	from, to int
	class    class
}

// read cuts the text into sentences and items.
func (r *reading) read(lex *lexicon, f *folded, masks []mask) {
	r.lex, r.f = lex, f
	r.items, r.sentences, r.known, r.words = r.items[:0], r.sentences[:0], 0, 0
	t := lex.trie(forText, f, masks)
	unknown, strays, first, start := 0, 0, 0, 0
	add := func(from, to int, c class, rec uint16) {
		r.items = append(r.items, item{from: from, to: to, class: c, rec: rec, unknown: unknown})
		unknown = 0
	}
	end := func(i int, question bool) {
		if len(r.items) > first {
			r.sentences = append(r.sentences, sentence{first, len(r.items), question, [2]int{start, i}, strays, false})
		}
		first, start, unknown, strays = len(r.items), i, 0, 0
		r.pending = r.pending[:0]
	}
	for i := 0; i < len(f.runes); {
		if len(masks) > 0 && masks[0].from == i {
			add(i, masks[0].to, masks[0].class, 0)
			i = masks[0].to
			masks = masks[1:]
			continue
		}
		if f.kinds[i] == kindNone {
			switch m := markAt(f, i, lex.tag); m {
			case markStop, markQuestion:
				if boxes[f.runes[i]] != noBox && unknown == 0 && len(r.items) > first && r.items[len(r.items)-1].ticks(f, i) {
					break // "tick ☑ to receive": no box to tick, but the sign for it
				}
				end(i+1, m == markQuestion)
			case markComma:
				add(i, i+1, cComma, 0)
			}
			i++
			continue
		}
		if f.joined(i) {
			i++
			continue
		}
		limit := len(f.runes)
		if len(masks) > 0 {
			limit = masks[0].from
		}
		pending := len(r.pending)
		to, rec, and := r.match(t, i)
		if rec != 0 && to > limit {
			// The longest form runs into the name: "let the clinic" before Clinic Sol.
			runes, kinds := f.runes, f.kinds
			r.pending = r.pending[:pending]
			f.runes, f.kinds = runes[:limit], kinds[:limit]
			to, rec, and = r.match(t, i)
			f.runes, f.kinds = runes, kinds
		}
		if and > i && to <= limit {
			add(i, and, cAnd, 0)
		}
		if rec == 0 || to > limit {
			unknown++
			strays++
			to = i + 1
			if !f.kinds[i].unspaced() {
				to = max(to, f.wordEnd(to))
			}
			if f.kinds[i] != kindDigit {
				r.words += to - i
			}
			i = to
			continue
		}
		r.known += to - i
		r.words += to - i
		add(max(i, and), to, t.recs[rec-1].class, rec)
		i = max(to, i+1)
	}
	end(len(f.runes), false)
	r.join(t)
	r.waysOut()
	r.announce()
}

// ticks reports that the item is a tick, nothing but a space stands between it
// and position i, and no option is written on to that.
func (it *item) ticks(f *folded, i int) bool {
	return it.class&cTick != 0 && (it.to == i || it.to+1 == i && f.runes[it.to] == ' ') && i+1 < len(f.runes) && (f.runes[i+1] == ' ' || f.runes[i+1] == ',')
}

// match finds the longest form at i, or after a word joined to its front, or
// at the end of a compound. and is where an "and" joined to the front ends.
func (r *reading) match(t *trie, i int) (to int, rec uint16, and int) {
	f := r.f
	if to, rec = t.longestJoined(f, i, &r.pending, 0); rec != 0 {
		return to, rec, 0
	}
	if to, rec = r.unstressed(t, i); rec != 0 {
		return to, rec, 0
	}
	if to, rec, n := r.lex.cliticMatch(t, f, i, &r.pending); rec != 0 {
		for _, c := range r.lex.ands {
			if len(c) <= n-i && hasPrefix(f.runes[i:], c) {
				and = i + len(c)
			}
		}
		return to, rec, and
	}
	to, rec = t.compound(f, i)
	return to, rec, 0
}

// unstressed finds the longest form at i if the word there has an accent for
// emphasis, géén, where the language allows to leave accents out.
func (r *reading) unstressed(t *trie, i int) (to int, rec uint16) {
	f := r.f
	if !r.lex.stress || f.kinds[i] != kindLatin {
		return i, 0
	}
	end := f.wordEnd(i + 1)
	var word [16]rune
	if end-i > len(word) {
		return i, 0
	}
	copy(word[:], f.runes[i:end])
	changed := false
	for k := i; k < end; k++ {
		b := bare(f.runes[k])
		changed = changed || b != f.runes[k]
		f.runes[k] = b
	}
	if changed {
		to, rec = t.longestJoined(f, i, &r.pending, 0)
	}
	copy(f.runes[i:end], word[:])
	return to, rec
}

// cliticMatch finds the longest form behind a word joined to its front; from
// is where it begins.
func (l *lexicon) cliticMatch(t *trie, f *folded, i int, pending *gaps) (to int, rec uint16, from int) {
	for _, c := range l.clitics {
		if n := i + len(c); n < len(f.runes) && f.joined(n) && hasPrefix(f.runes[i:], c) {
			if to, rec := t.longestJoined(f, n, pending, 0); rec != 0 {
				return to, rec, n
			}
		}
	}
	return i, 0, i
}

func hasPrefix(s, p []rune) bool {
	if len(s) < len(p) {
		return false
	}
	for i := range p {
		if s[i] != p[i] {
			return false
		}
	}
	return true
}

// plainText reports a text typed without any accent.
func plainText(f *folded, masks []mask) bool {
	for i, r := range f.runes {
		for len(masks) > 0 && masks[0].to <= i {
			masks = masks[1:]
		}
		if r >= 0x80 && f.kinds[i] == kindLatin && (len(masks) == 0 || i < masks[0].from) {
			return false
		}
	}
	return true
}

// waysOut reads an act whose word is a STOP as information on how to stop:
// "text STOP to 36888" fits "text ? to #" and asks for nothing. In small letters
// a stop word may be a plain one.
func (r *reading) waysOut() {
	f := r.f
	if !f.small(0, len(f.runes)) {
		return // capitals tell nothing
	}
	for i := range r.items {
		it := &r.items[i]
		if it.class&cAct == 0 || it.rec == 0 {
			continue
		}
		t := r.lex.reply()
		for p := it.from; p < it.to; p++ {
			if f.kinds[p] <= kindDigit || f.joined(p) {
				continue
			}
			if end, rec := t.longest(f, p); rec != 0 && end <= it.to && t.recs[rec-1].class&rStop != 0 && f.upper[p] && f.upper[end-1] {
				it.class = it.class&^cAct | cOptInfo
				break
			}
		}
	}
}

// announce turns the verb behind "will" or "may" into an announcement. "May"
// before "text me" is a permission and stays one.
func (r *reading) announce() {
	for _, s := range r.sentences {
		own := false
		for i := s.from; i < s.to; i++ {
			own = own || r.items[i].class&cMe != 0
		}
		for i := s.from; i < s.to; i++ {
			if it := &r.items[i]; it.class&cCan != 0 && it.class&verbs != 0 {
				it.class &^= cCan
				if own {
					it.class |= cPermit
				} else {
					it.class |= cNotice
				}
			}
		}
		for i := s.from; i+1 < s.to; i++ {
			it, next := &r.items[i], &r.items[i+1]
			if it.class&(cWill|cCan) == 0 || next.class&verbs == 0 || next.unknown > 2 {
				continue
			}
			if it.class&cWill != 0 {
				next.class = next.class&^cRequest | cNotice
			} else if next.class&cRequest == 0 {
				next.class |= cNotice
			}
		}
	}
}

// A gapped form's halves may stand this far apart.
const gapRunes = 90

// join finds the second halves of gapped forms.
func (r *reading) join(t *trie) {
	for _, s := range r.sentences {
		for i := s.from; i < s.to; i++ {
			if r.items[i].rec == 0 {
				continue
			}
			for _, g := range t.opens(r.items[i].rec) {
				for j := i + 1; j < s.to && r.items[j].from-r.items[i].to < gapRunes; j++ {
					if r.items[j].rec == 0 || r.items[j].half || !t.closes(r.items[j].rec, g.id) {
						continue
					}
					r.items[i].class |= g.class
					r.items[j].class, r.items[j].half = 0, true
					break
				}
			}
		}
	}
}

// A mark is what punctuation does to a text.
type mark uint8

const (
	markNone mark = iota
	markComma
	markStop
	markQuestion
)

func markAt(f *folded, i int, tag string) mark {
	next := func(n int) rune {
		if i+n < 0 || i+n >= len(f.runes) {
			return '\n'
		}
		return f.runes[i+n]
	}
	switch f.runes[i] {
	case '.':
		if n := next(1); n != ' ' && n != '\n' && n != '"' && n != '\'' && n != ')' && kindOf(n).cased() {
			return markNone
		}
		if k := kindOf(next(1)); k == kindDigit || k == kindThai { // บมจ.สยาม
			return markNone
		}
		if n := kindOf(next(1)); n > kindDigit && !n.unspaced() && shortWord(f, i) || initials(f, i) {
			return markNone // एस.एम.एस.
		}
		// An initial is not the end of a sentence.
		if i > 0 && f.kinds[i-1].cased() && !f.joined(i-1) && i+1 < len(f.runes) {
			return markNone
		}
		return markStop
	case '?', '؟', '¿':
		if f.runes[i] == '¿' {
			return markStop
		}
		return markQuestion
	case ';':
		if tag == "el" {
			return markQuestion
		}
		return markStop
	case '·':
		if next(-1) != ' ' && kindOf(next(-1)).cased() && kindOf(next(1)).cased() {
			return markNone // contacté·e
		}
		return markStop
	case '!', '¡', '\n', '。', '।', '॥', '۔', '؛', '•', '●', '▪', '☐', '☑', '☒', '□', '▢', '✓', '✔', '✅', '⬜', '◻', '▫', '○', '◯', '►', '▶', '★':
		return markStop
	case '■', '◉', '⬛', '◼':
		if b, _ := boxRune(f, i); b != noBox {
			return markStop
		}
	case '[':
		if b, _ := boxRune(f, i); b != noBox || kindOf(next(1)) == kindLatin && next(2) == ']' {
			return markStop
		}
		return markComma
	case '(':
		// "Put a cross (X) here" is no box.
		if b, _ := boxRune(f, i); b == openBox || b == tickedBox && (optionAt(f, i) || besideOpen(f, i)) {
			return markStop
		}
		return markComma
	case ',', '、', '،', '→', '➡', ')', ':', '|', ']', '{', '}', '<', '>', '/', '\\':
		if f.runes[i] == '/' && next(-1) != ' ' && next(1) != ' ' {
			return markNone
		}
		return markComma
	case '-':
		if next(-1) == ' ' && next(1) == ' ' {
			return markComma
		}
	}
	return markNone
}

// shortWord reports that a word of few letters ends at position i, in a
// writing without capitals.
func shortWord(f *folded, i int) bool {
	from := i
	for from > 0 && i-from < 4 && f.kinds[from-1] > kindDigit {
		from--
	}
	return from < i && i-from < 4 && !f.kinds[from].cased() && !f.kinds[from].unspaced()
}

// initials reports that the dot at position i ends a row of them, एस.एम.एस.,
// and no line.
func initials(f *folded, i int) bool {
	from := i
	for from > 0 && f.kinds[from-1] > kindDigit {
		from--
	}
	return from > 0 && f.runes[from-1] == '.' && shortWord(f, from-1) && shortWord(f, i) && i+2 < len(f.runes) && f.runes[i+1] == ' '
}

// optionAt reports that position i opens an option: it begins a line, or
// follows a colon or the option before.
func optionAt(f *folded, i int) bool {
	for i--; i >= 0 && f.runes[i] == ' '; i-- {
	}
	return i < 0 || f.runes[i] == '\n' || f.runes[i] == ':' || f.runes[i] == '?'
}
