package wording

import (
	"cmp"
	"slices"
	"strings"
)

// detector tells the languages of one script apart by their words.
type detector struct {
	languages []int // indices into the library
	words     wordTable
}

// wordTable is a hash table from words, by their hash, to the languages that
// have them: bits in the order of detector.languages.
type wordTable struct {
	slots []wordSlot
	n     int
}

type wordSlot struct {
	word uint32 // never 0
	set  uint32
}

// maxScriptLanguages is how many languages one script may have.
const maxScriptLanguages = 32

// newWordTable makes a table that n words fill to four fifths at most.
func newWordTable(n int) wordTable {
	return wordTable{slots: make([]wordSlot, n+n/4+1)}
}

// fitted is t without room for more.
func (t *wordTable) fitted() wordTable {
	out := newWordTable(t.n)
	for _, s := range t.slots {
		if s.word != 0 {
			*out.place(s.word) = s
		}
	}
	return out
}

func fingerprint(h uint64) uint32 { return uint32(h>>32) | 1 }

func (t *wordTable) slot(h uint64) *wordSlot { return t.place(fingerprint(h)) }

// place is where a word stands, or where it belongs.
func (t *wordTable) place(word uint32) *wordSlot {
	i := int(uint64(word*0x9E3779B1) * uint64(len(t.slots)) >> 32)
	for ; ; i++ {
		if i == len(t.slots) {
			i = 0
		}
		if s := &t.slots[i]; s.word == word || s.word == 0 {
			return s
		}
	}
}

func (t *wordTable) get(h uint64) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	return t.slot(h).set
}

func (t *wordTable) put(h uint64, set uint32) {
	s := t.slot(h)
	if s.word == 0 {
		s.word = fingerprint(h)
		t.n++
	}
	s.set |= set
}

// Short words are shared by chance and stems are matched by their beginning.
const stemLetters = 4

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	stemSalt  = 0x9E3779B97F4A7C15
)

func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(r)) * fnvPrime }

func (lib *library) detector(k kind) *detector {
	d := &detector{}
	for i, l := range lib.languages {
		if slices.Contains(l.header().scripts, k) {
			d.languages = append(d.languages, i)
		}
	}
	if len(d.languages) < 2 || k.unspaced() {
		return d
	}
	if len(d.languages) > maxScriptLanguages {
		panic("wording: a script has too many languages")
	}
	// Sorted lists are merged into a table of the right size.
	g := gatherer{}
	var lists [maxScriptLanguages][]uint64
	total := 0
	for n, i := range d.languages {
		lists[n] = g.gather(lib.languages[i].source(), k)
		total += len(lists[n])
	}
	big := newWordTable(total)
	for n := range d.languages {
		for _, h := range lists[n] {
			big.put(h, 1<<n)
		}
	}
	d.words = big.fitted()
	return d
}

// gatherer gathers the words of a source. Like builder, it does not write the
// variants of an entry out: where variants end at the same place in a word they
// go on together.
type gatherer struct {
	fold  folded
	src   *source
	kind  kind
	words []uint64
	seen  wordTable
}

// beginning is the beginning of a word, with its accents and without.
type beginning struct {
	proper, bare         uint64
	properStem, bareStem uint64 // of its first letters
	letters              int
	kind                 kind // of the first
	stem, exact          bool
}

var noLetters = beginning{proper: fnvOffset, bare: fnvOffset}

// gather lists the words of src that are written in script k.
func (g *gatherer) gather(src *source, k kind) []uint64 {
	g.src, g.kind, g.words = src, k, nil
	g.seen = wordTable{slots: make([]wordSlot, 1<<15)}
	for _, e := range src.entries {
		if e.reply {
			continue
		}
		var start [1]beginning
		start[0] = noLetters
		for _, w := range g.walk(e.forms, start[:]) {
			g.end(w)
		}
	}
	return g.words
}

func (g *gatherer) add(h uint64) {
	if s := g.seen.slot(h); s.word != 0 {
		return
	}
	if g.seen.n*2 > len(g.seen.slots) {
		// Crowded: forget what was seen, a word twice does no harm.
		g.seen = wordTable{slots: make([]wordSlot, len(g.seen.slots))}
	}
	g.seen.put(h, 1)
	g.words = append(g.words, h)
}

// end adds a whole word.
func (g *gatherer) end(w beginning) {
	if w.letters == 0 || w.kind != g.kind {
		return
	}
	stem := w.letters >= stemLetters && (w.stem || g.src.stems && !w.exact)
	g.add(w.proper)
	if stem {
		g.add(w.properStem ^ stemSalt)
	}
	if w.bare == w.proper || g.src.accents == "strict" {
		return
	}
	g.add(w.bare)
	if stem {
		g.add(w.bareStem ^ stemSalt)
	}
}

// walk goes on from the beginnings in with p, to its end.
func (g *gatherer) walk(p string, in []beginning) []beginning {
	for len(p) > 0 {
		i := strings.IndexByte(p, '(')
		if i < 0 {
			return g.literal(p, in)
		}
		in = g.literal(p[:i], in)
		j := closing(p, i)
		var out []beginning
		for inside := p[i+1 : j]; ; {
			k := bar(inside)
			alternative := inside
			if k >= 0 {
				alternative = inside[:k]
			}
			out = append(out, g.walk(alternative, slices.Clone(in))...)
			if k < 0 {
				break
			}
			inside = inside[k+1:]
		}
		slices.SortFunc(out, func(a, b beginning) int { return cmp.Compare(a.proper, b.proper) })
		in = slices.Compact(out)
		p = p[j+1:]
	}
	return in
}

// bar finds the first bar of p outside parentheses.
func bar(p string) int {
	depth := 0
	for i := range len(p) {
		switch p[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (g *gatherer) literal(p string, in []beginning) []beginning {
	if p == "" {
		return in
	}
	g.fold.text(p)
	for i, r := range g.fold.runes {
		switch {
		case r == '*':
			for k := range in {
				in[k].stem = true
			}
		case r == '$':
			for k := range in {
				in[k].exact = true
			}
		case g.fold.kinds[i] == kindNone:
			for k := range in {
				g.end(in[k])
			}
			in = append(in[:0], noLetters)
		default:
			b := bare(r)
			for k := range in {
				w := &in[k]
				w.proper, w.bare = hashRune(w.proper, r), hashRune(w.bare, b)
				if w.letters++; w.letters == 1 {
					w.kind = g.fold.kinds[i]
				}
				if w.letters == stemLetters {
					w.properStem, w.bareStem = w.proper, w.bare
				}
			}
		}
	}
	return in
}

// candidate is a language that a text may be in.
type candidate struct {
	index int // into the library
	score int // words known
	own   int // words known to it and not to the better ones
	total int // words of its scripts
}

// detect ranks the languages of f. The caller's language wins ties and near ties.
func (lib *library) detect(f *folded, masked func(int) int, hint int, out []candidate) []candidate {
	var letters [kinds]int
	total := 0
	for i := 0; i < len(f.kinds); i++ {
		if j := masked(i); j > i {
			i = j - 1
			continue
		}
		if k := f.kinds[i]; k > kindDigit {
			letters[k]++
			total++
		}
	}
	out = out[:0]
	if total == 0 {
		return out
	}
	var score, words [64]int
	var known []uint64
	for k := kindLatin; k < kindOther; k++ {
		// A few foreign letters are a brand or an e-mail address.
		if letters[k] == 0 || letters[k]*8 < total && letters[k] < 24 {
			continue
		}
		d := lib.group[k]()
		switch {
		case len(d.languages) == 0:
		case len(d.languages) == 1:
			i := d.languages[0]
			n := max(1, letters[k]/4)
			if k.unspaced() {
				n = max(1, letters[k]/2)
			}
			score[i] += n
			words[i] += n
		case k == kindHan:
			for _, i := range d.languages {
				kana := slices.Contains(lib.languages[i].header().scripts, kindKana)
				if n := letters[k] / 2; n > 0 && (kana == (letters[kindKana] > 0) || i == hint) {
					score[i] += n
					words[i] += n
				}
			}
		default:
			for i := 0; i < len(f.kinds); {
				if j := masked(i); j > i {
					i = j
					continue
				}
				if f.kinds[i] != k {
					i++
					continue
				}
				h, n := uint64(fnvOffset), 0
				var set uint32
				for {
					h = hashRune(h, f.runes[i])
					if n++; n == stemLetters {
						set = d.words.get(h ^ stemSalt)
					}
					if i++; i >= len(f.kinds) || !f.joined(i) {
						break
					}
				}
				if exact := d.words.get(h); exact != 0 {
					set = exact
				}
				var all uint64
				for n, l := range d.languages {
					words[l]++
					if set&(1<<n) != 0 {
						score[l]++
						all |= 1 << l
					}
				}
				if all != 0 {
					known = append(known, all)
				}
			}
		}
	}
	for i := range lib.languages {
		if score[i] > 0 {
			out = append(out, candidate{index: i, score: score[i], total: words[i]})
		}
	}
	weight := func(c candidate) int {
		if c.index == hint {
			return c.score*5 + 5
		}
		return c.score * 4
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return weight(b) - weight(a) })
	if len(out) > 1 {
		var better uint64
		for i := range out {
			bit := uint64(1) << out[i].index
			for _, set := range known {
				if set&bit != 0 && set&better == 0 {
					out[i].own++
				}
			}
			if len(known) == 0 || lib.languages[out[i].index].unspacedOnly() {
				out[i].own = out[i].score
			}
			better |= bit
		}
	}
	return out
}

// writes reports that f has a letter in one of the language's scripts.
func (t *tongue) writes(f *folded) bool {
	letters := false
	for _, k := range f.kinds {
		if k > kindDigit {
			if letters = true; slices.Contains(t.header().scripts, k) {
				return true
			}
		}
	}
	return !letters
}

// unspacedOnly reports languages that are not told apart by words.
func (t *tongue) unspacedOnly() bool {
	for _, k := range t.header().scripts {
		if !k.unspaced() {
			return false
		}
	}
	return true
}
