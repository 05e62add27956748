package wording

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

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
)

// builder collects forms before they are laid out as a trie.
type builder struct {
	forms []form
	recs  []record
	gaps  uint16
	ends  map[string]uint16
}

type form struct {
	path []rune
	rec  record
}

const gapMark = " .. "

// spelling says which spellings of a form are entered. The unaccented one
// matches words written without accents; a word written with accents must
// have the right ones.
type spelling uint8

const (
	spellProper spelling = 1 << iota
	spellBare
)

// add adds one expanded form.
func (b *builder) add(s string, c class, stems bool, sp spelling) error {
	if first, second, ok := strings.Cut(s, gapMark); ok {
		if strings.Contains(second, gapMark) {
			return fmt.Errorf("%q has two gaps", s)
		}
		if b.ends == nil {
			b.ends = map[string]uint16{}
		}
		id, known := b.ends[second]
		if !known {
			b.gaps++
			id = b.gaps
			b.ends[second] = id
			if err := b.path(second, record{close: []uint16{id}}, stems, sp); err != nil {
				return err
			}
		}
		return b.path(first, record{open: []gap{{id, c}}}, stems, sp)
	}
	return b.path(s, record{class: c}, stems, sp)
}

func (b *builder) path(s string, rec record, stems bool, sp spelling) error {
	if strings.HasSuffix(s, "!") {
		if sp == spellBare {
			return nil
		}
		s, sp = strings.TrimSuffix(s, "!"), spellProper
	}
	s = strings.ReplaceAll(s, "$*", "$") // (word$|stem)*
	s = strings.TrimSuffix(s, " *")      // word (stem|)*
	exact := strings.HasSuffix(s, "$")
	s = strings.ReplaceAll(s, "$", "")
	if stems && !exact && !strings.HasSuffix(s, "*") {
		s += "*"
	}
	var path, loose []rune
	for _, r := range foldString(s) {
		switch {
		case r == '*':
			r = edgeTail
		case r == '#':
			r = edgeNumber
		case r == '?':
			r = edgeWord
		case r == '-':
			r = ' '
		case r == '"':
			continue // transparent, see quoteAt
		case r == '\n':
			return fmt.Errorf("%q contains a line break", s)
		}
		path = append(path, r)
		loose = append(loose, bare(r))
	}
	for i, r := range path {
		if r == edgeTail && i > 0 && path[i-1] == ' ' {
			return fmt.Errorf("%q has a * that belongs to no word", s)
		}
	}
	if len(path) == 0 || path[0] == edgeTail || path[0] == edgeWord || path[0] == ' ' || path[len(path)-1] == ' ' {
		return fmt.Errorf("%q is not a form", s)
	}
	if sp&spellProper != 0 {
		b.forms = append(b.forms, form{path, rec})
	}
	if sp == spellBare || sp&spellBare != 0 && !slices.Equal(path, loose) {
		b.forms = append(b.forms, form{loose, rec})
	}
	return nil
}

// build lays the forms out, sharing equal subtrees.
func (b *builder) build() *trie {
	slices.SortStableFunc(b.forms, func(x, y form) int { return slices.Compare(x.path, y.path) })
	forms := b.forms[:0:0]
	for _, f := range b.forms {
		if n := len(forms); n > 0 && slices.Equal(forms[n-1].path, f.path) {
			last := &forms[n-1].rec
			last.class |= f.rec.class
			last.open = append(slices.Clip(last.open), f.rec.open...)
			last.close = append(slices.Clip(last.close), f.rec.close...)
			continue
		}
		forms = append(forms, f)
	}
	t := new(trie)
	l := layout{trie: t, recs: map[string]uint16{}, nodes: map[string]uint32{}}
	t.nodes = append(t.nodes, node{}) // kept for the root
	t.nodes[0] = t.nodes[l.node(forms, 0)]
	t.nodes = slices.Clip(t.nodes)
	t.edges = slices.Clip(t.edges)
	t.recs = slices.Clip(t.recs)
	return t
}

type layout struct {
	*trie
	recs  map[string]uint16
	nodes map[string]uint32
	key   []byte // of the node at hand, memory used again
}

func (l *layout) record(r record) uint16 {
	key := fmt.Sprint(r) // few forms have gaps, and most records are known
	if len(r.open)+len(r.close) == 0 {
		key = string(binary.LittleEndian.AppendUint64(nil, uint64(r.class)))
	}
	if i, ok := l.recs[key]; ok {
		return i
	}
	l.trie.recs = append(l.trie.recs, r)
	l.recs[key] = uint16(len(l.trie.recs))
	return l.recs[key]
}

func (l *layout) node(forms []form, depth int) uint32 {
	var n node
	if len(forms) > 0 && len(forms[0].path) == depth {
		n.rec = l.record(forms[0].rec)
		forms = forms[1:]
	}
	var edges []edge
	for len(forms) > 0 {
		r := forms[0].path[depth]
		end := 1
		for end < len(forms) && forms[end].path[depth] == r {
			end++
		}
		edges = append(edges, edge{r, l.node(forms[:end], depth+1)})
		forms = forms[end:]
	}
	key := binary.LittleEndian.AppendUint16(l.key[:0], n.rec)
	for _, e := range edges {
		key = binary.LittleEndian.AppendUint32(key, uint32(e.r))
		key = binary.LittleEndian.AppendUint32(key, e.to)
	}
	l.key = key
	if i, ok := l.nodes[string(key)]; ok {
		return i
	}
	n.first, n.n = uint32(len(l.trie.edges)), uint16(len(edges))
	l.trie.edges = append(l.trie.edges, edges...)
	l.trie.nodes = append(l.trie.nodes, n)
	i := uint32(len(l.trie.nodes) - 1)
	l.nodes[string(key)] = i
	return i
}

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
