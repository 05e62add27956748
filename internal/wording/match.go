package wording

import (
	"errors"
	"slices"
)

// A trie holds the forms of one lexicon, shared suffixes stored once.
//
// A node is a run of slots, and its number is where the run begins: the record
// of the form that ends there, if one does, and its edges, sorted by label. A
// slot has the number of the label (none for a record), a mark on the last of
// the run, and the node the edge leads to, or the record. Node 0 is the root,
// which is kept as a table by label instead, because every search begins there.
type trie struct {
	slots   []uint32
	root    []uint32
	recs    []record
	gaps    []gap    // that forms open
	closing []uint16 // gaps that forms close
	numbers numbers
}

// numbers gives the labels of a trie's edges small numbers, in their order.
type numbers struct {
	pages []uint16 // by the upper bits of a rune: number of its page, plus one
	page  [][64]uint16
}

const (
	labelShift = 20
	lastSlot   = 1 << 19
	toMask     = lastSlot - 1
	maxLabels  = 1 << (32 - labelShift)
)

func (n *numbers) of(r rune) uint32 {
	if r < 0 {
		return uint32(r - edgeLowest + 1)
	}
	if p := int(r >> 6); p < len(n.pages) && n.pages[p] != 0 {
		return uint32(n.page[n.pages[p]-1][r&63])
	}
	return 0
}

// newNumbers numbers the runes of edges. All numbers are below labels.
func newNumbers(runes []rune) (n numbers, labels int, err error) {
	slices.Sort(runes)
	next := uint16(1 - edgeLowest)
	for _, r := range slices.Compact(runes) {
		if r < 0 {
			continue
		}
		p := int(r >> 6)
		for p >= len(n.pages) {
			n.pages = append(n.pages, 0)
		}
		if n.pages[p] == 0 {
			n.page = append(n.page, [64]uint16{})
			n.pages[p] = uint16(len(n.page))
		}
		n.page[n.pages[p]-1][r&63] = next
		if next++; next >= maxLabels {
			return n, 0, errLabels
		}
	}
	n.pages, n.page = slices.Clip(n.pages), slices.Clip(n.page)
	return n, int(next), nil
}

var errLabels = errors.New("too many different letters")

// edge is an edge of a trie that is being built.
type edge struct {
	r  rune
	to uint32
}

// record is what a form means. A form with a gap ("stimme .. zu") is two
// forms: the first opens gaps, the second closes them. They stand in the trie,
// from one place to the other.
type record struct {
	class   class
	opens   [2]uint16
	closing [2]uint16
}

// opens are the gaps that form rec opens.
func (t *trie) opens(rec uint16) []gap {
	r := &t.recs[rec-1]
	return t.gaps[r.opens[0]:r.opens[1]]
}

// closes reports that form rec closes gap id.
func (t *trie) closes(rec, id uint16) bool {
	r := &t.recs[rec-1]
	return slices.Contains(t.closing[r.closing[0]:r.closing[1]], id)
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
	edgeLowest = edgeHead
)

func (t *trie) next(n uint32, r rune) (uint32, bool) {
	label := t.numbers.of(r)
	if label == 0 {
		return 0, false
	}
	if n == 0 {
		to := t.root[label]
		return to, to != 0
	}
	for {
		slot := t.slots[n]
		if l := slot >> labelShift; l >= label {
			return slot & toMask, l == label
		}
		if slot&lastSlot != 0 {
			return 0, false
		}
		n++
	}
}

// node takes node n apart: the record of the form that ends there, plus one,
// and its edges, but not those of the root.
func (t *trie) node(n uint32) (rec uint16, edges []uint32) {
	if n == 0 {
		return 0, nil
	}
	end := n
	for t.slots[end]&lastSlot == 0 {
		end++
	}
	edges = t.slots[n : end+1]
	if edges[0]>>labelShift == 0 {
		rec, edges = uint16(edges[0]&toMask), edges[1:]
	}
	return rec, edges
}

// inner reports that node n may have edges with labels outside Unicode, which
// sort first, and is the record of the form that ends at n.
func (t *trie) inner(n uint32) (inner bool, rec uint16) {
	if n == 0 {
		return true, 0
	}
	slot := t.slots[n]
	if slot>>labelShift == 0 {
		rec = uint16(slot & toMask)
		if slot&lastSlot != 0 {
			return false, rec
		}
		slot = t.slots[n+1]
	}
	return slot>>labelShift <= -edgeLowest, rec
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

// leadingVowel reports a Thai vowel that is written before its consonant.
func leadingVowel(r rune) bool { return r >= 'เ' && r <= 'ไ' }

// gaps are the gapped forms that have been opened and not closed.
type gaps []uint16

// longestJoined is longest for texts read in order: half of a gapped form
// counts only if the other half stands in its place. Forms of more than a word
// that have no class but those of hide are passed over.
func (t *trie) longestJoined(f *folded, i int, pending *gaps, hide class) (end int, rec uint16) {
	if i > 0 && f.kinds[i] == kindThai && leadingVowel(f.runes[i-1]) {
		return i, 0 // the middle of a syllable: ปิด in เปิด
	}
	m := matching{trie: t, f: f, from: i, hide: hide}
	m.walk(0, i, 0)
	if m.rec == 0 || t.recs[m.rec-1].class != 0 {
		if m.rec != 0 {
			for _, g := range t.opens(m.rec) {
				*pending = append(*pending, g.id)
			}
		}
		return m.end, m.rec
	}
	for _, id := range *pending {
		if t.closes(m.rec, id) {
			return m.end, m.rec
		}
	}
	for _, g := range t.opens(m.rec) {
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
		if m.rec != 0 && t.closes(m.rec, id) {
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
	from    int   // where the form begins, for hide
	hide    class // forms of more than a word with these classes alone do not count
	end     int
	rec     uint16
	literal int

	// The longest form that means something by itself.
	plainEnd     int
	plain        uint16
	plainLiteral int
}

// hidden reports that form rec, which ends at i, is passed over.
func (m *matching) hidden(rec uint16, i int) bool {
	c := m.recs[rec-1].class
	return c != 0 && c&^m.hide == 0 && (m.f.kinds[m.from].unspaced() && i-m.from > 3 || slices.Contains(m.f.runes[m.from:i], ' '))
}

func (m *matching) walk(n uint32, i, literal int) {
	for {
		inner, rec := m.inner(n)
		if rec != 0 && literal > m.plainLiteral && !m.f.joined(i) && !(m.hide != 0 && m.hidden(rec, i)) {
			if literal > m.literal {
				m.end, m.rec, m.literal = i, rec, literal
			}
			if m.recs[rec-1].class != 0 {
				m.plainEnd, m.plain, m.plainLiteral = i, rec, literal
			}
		}
		if inner {
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
