package wording

import "slices"

// A trie holds the forms of one lexicon, shared suffixes stored once.
type trie struct {
	nodes []node
	edges []edge
	recs  []record
}

type node struct {
	first uint32 // of its edges, sorted by rune
	n     uint16
	rec   uint16 // record of the form that ends here, plus one
}

type edge struct {
	r  rune
	to uint32
}

// record is what a form means. A form with a gap ("stimme .. zu") is two
// forms: the first opens gaps, the second closes them.
type record struct {
	class class
	open  []gap
	close []uint16
}

type gap struct {
	id    uint16
	class class
}

// Edge labels outside Unicode.
const (
	edgeTail   = -1 // the rest of the word, if any
	edgeNumber = -2 // a run of digits
	edgeWord   = -3 // any one word
	edgeHead   = -4 // first only: the beginning of a compound
)

func (t *trie) next(n uint32, r rune) (uint32, bool) {
	nd := t.nodes[n]
	edges := t.edges[nd.first : nd.first+uint32(nd.n)]
	lo, hi := 0, len(edges)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if edges[m].r < r {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(edges) && edges[lo].r == r {
		return edges[lo].to, true
	}
	return 0, false
}

// longest finds the longest form that starts at position i: most literal runes
// first, so that an exact form beats a stem.
func (t *trie) longest(f *folded, i int) (end int, rec uint16) {
	m := matching{trie: t, f: f}
	m.walk(0, i, 0)
	return m.end, m.rec
}

// headRunes is how much of a compound must stand before the form that ends it.
const headRunes = 2

// compound finds the longest form that may end a compound, "*nachrichten", and
// ends the word at i.
func (t *trie) compound(f *folded, i int) (end int, rec uint16) {
	head, ok := t.next(0, edgeHead)
	if !ok {
		return i, 0
	}
	for k := i + 1; f.joined(k); k++ {
		if k < i+headRunes {
			continue
		}
		m := matching{trie: t, f: f}
		if m.walk(head, k, 0); m.rec != 0 {
			return m.end, m.rec
		}
	}
	return i, 0
}

// gaps are the gapped forms that have been opened and not closed.
type gaps []uint16

// longestJoined is longest for texts read in order: half of a gapped form
// counts only if the other half stands in its place.
func (t *trie) longestJoined(f *folded, i int, pending *gaps) (end int, rec uint16) {
	m := matching{trie: t, f: f}
	m.walk(0, i, 0)
	if m.rec == 0 || t.recs[m.rec-1].class != 0 {
		if m.rec != 0 {
			for _, g := range t.recs[m.rec-1].open {
				*pending = append(*pending, g.id)
			}
		}
		return m.end, m.rec
	}
	r := &t.recs[m.rec-1]
	for _, id := range r.close {
		if slices.Contains(*pending, id) {
			return m.end, m.rec
		}
	}
	for _, g := range r.open {
		if t.closer(f, m.end, g.id) {
			*pending = append(*pending, g.id)
			return m.end, m.rec
		}
	}
	return m.plainEnd, m.plain
}

// closer reports whether the second half of gap id follows position i in the
// same sentence.
func (t *trie) closer(f *folded, i int, id uint16) bool {
	for to := min(len(f.runes), i+gapRunes); i < to; i++ {
		switch f.runes[i] {
		case '.', '!', '?', '\n', '。', '।':
			return false
		}
		if f.kinds[i] == kindNone || f.joined(i) {
			continue
		}
		m := matching{trie: t, f: f}
		m.walk(0, i, 0)
		if m.rec != 0 && slices.Contains(t.recs[m.rec-1].close, id) {
			return true
		}
	}
	return false
}

// quoteAt reports a quotation mark or WhatsApp's asterisk for bold around a word
// of a phrase: reply "YES", reply *YES*.
func quoteAt(f *folded, i int) bool {
	switch f.runes[i] {
	case '"', '*':
		return true
	case '\'':
		return i == 0 || i+1 == len(f.runes) || f.kinds[i-1] == kindNone || f.kinds[i+1] == kindNone
	}
	return false
}

type matching struct {
	*trie
	f       *folded
	end     int
	rec     uint16
	literal int

	// The longest form that means something by itself.
	plainEnd     int
	plain        uint16
	plainLiteral int
}

func (m *matching) walk(n uint32, i, literal int) {
	for {
		nd := &m.nodes[n]
		if nd.rec != 0 && literal > m.plainLiteral && !m.f.joined(i) {
			if literal > m.literal {
				m.end, m.rec, m.literal = i, nd.rec, literal
			}
			if m.recs[nd.rec-1].class != 0 {
				m.plainEnd, m.plain, m.plainLiteral = i, nd.rec, literal
			}
		}
		if nd.n > 0 && m.edges[nd.first].r < 0 { // the inner labels sort first
			if to, ok := m.next(n, edgeTail); ok {
				m.walk(to, m.f.wordEnd(i), literal)
			}
			if to, ok := m.next(n, edgeNumber); ok && i < len(m.f.kinds) && m.f.kinds[i] == kindDigit {
				j := i
				for j < len(m.f.kinds) && m.f.kinds[j] == kindDigit {
					j++
				}
				m.walk(to, j, literal+1)
			}
			if to, ok := m.next(n, edgeWord); ok && i < len(m.f.kinds) && m.f.kinds[i] != kindNone {
				m.walk(to, m.f.wordEnd(i+1), literal)
			}
		}
		if i >= len(m.f.runes) {
			return
		}
		r := m.f.runes[i]
		if r == '-' {
			r = ' '
		}
		to, ok := m.next(n, r)
		if !ok && quoteAt(m.f, i) {
			i++
			continue
		}
		if !ok {
			return
		}
		n = to
		i++
		literal++
	}
}
