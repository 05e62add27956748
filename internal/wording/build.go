package wording

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// builder turns entries into a trie. An entry such as "(a|b) (c|d) (e|f)" is
// never written out: it is built from its end towards its start, as a graph in
// which what follows the variants is stored once, and equal nodes are one node.
// The graphs of all entries are then laid over one another.
type builder struct {
	nodes []draft
	edges []edge
	index []uint32 // hash table of nodes, plus one
	recs  []meaning
	known map[string]uint32 // records
	pairs map[uint64]uint32 // records joined
	sets  map[[4]uint32]uint32
	roots []uint32
	ends  map[string]uint16 // second halves of gapped forms
	gaps  uint16

	bare   bool // of the entry at hand: leave accents out
	accent bool // an accent was seen
	fold   folded
	pool   []edge // memory used again
	err    error
}

// draft is a node before it is laid out.
type draft struct {
	first uint32
	n     uint32
	rec   uint32 // plus one
	hash  uint32
}

// Node 0 of a builder leads nowhere and means nothing.
const nowhere = 0

// maxNodes bounds what a file may be built into, so that a slip in it cannot
// fill the memory.
const maxNodes = 1 << 22

func newBuilder() *builder {
	return &builder{
		nodes: make([]draft, 1, 1<<15), edges: make([]edge, 0, 1<<15), index: make([]uint32, 1<<16),
		known: map[string]uint32{}, pairs: map[uint64]uint32{}, sets: map[[4]uint32]uint32{}, ends: map[string]uint16{},
	}
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

// add adds one entry, with all its variants.
func (b *builder) add(p string, c class, stems bool, sp spelling) error {
	if strings.Contains(p, "..") || crosses(p) {
		if first, second, ok := strings.Cut(p, gapMark); ok && depthAt(p, len(first)) == 0 && !strings.Contains(second, "..") && !crosses(p) {
			return b.gapped(first, second, c, stems, sp)
		}
		forms, err := expand(p)
		if err != nil {
			return err
		}
		for _, form := range forms {
			if first, second, ok := strings.Cut(form, gapMark); !ok {
				err = b.entry(form, meaning{class: c}, stems, sp)
			} else if strings.Contains(second, gapMark) {
				err = fmt.Errorf("%q has two gaps", form)
			} else {
				err = b.gapped(first, second, c, stems, sp)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return b.entry(p, meaning{class: c}, stems, sp)
}

// depthAt is the number of parentheses open at p[i].
func depthAt(p string, i int) int {
	return strings.Count(p[:i], "(") - strings.Count(p[:i], ")")
}

// crosses reports a conjunct of a nasal that goes on in parentheses: folding
// must see both its letters.
func crosses(p string) bool {
	return strings.Contains(p, string(virama)+"(") || strings.Contains(p, string(virama)+"|") || strings.Contains(p, string(virama)+")")
}

func (b *builder) gapped(first, second string, c class, stems bool, sp spelling) error {
	id, known := b.ends[second]
	if !known {
		b.gaps++
		id = b.gaps
		b.ends[second] = id
		if err := b.entry(second, meaning{close: []uint16{id}}, stems, sp); err != nil {
			return err
		}
	}
	return b.entry(first, meaning{open: []gap{{id, c}}}, stems, sp)
}

func (b *builder) entry(p string, rec meaning, stems bool, sp spelling) error {
	end := b.node(b.record(rec), nil)
	if stems {
		end = b.node(0, []edge{{edgeTail, end}})
	}
	b.accent = false
	for _, spelt := range []spelling{spellProper, spellBare} {
		b.bare = spelt == spellBare
		if sp&spelt == 0 || b.bare && sp != spellBare && !b.accent {
			continue
		}
		p, head := strings.CutPrefix(p, "*")
		n, rest := b.build(p, end, 0)
		switch {
		case b.err != nil:
			return b.err
		case rest != "":
			return fmt.Errorf("unmatched ) in %q", p)
		case len(b.nodes) > maxNodes:
			return fmt.Errorf("%q has too many forms", p)
		}
		if n = b.trimmed(n); n == nowhere && b.bare {
			continue
		}
		if d := &b.nodes[n]; n == nowhere || d.rec != 0 || b.follow(n, edgeTail) != nowhere || b.follow(n, edgeWord) != nowhere {
			return fmt.Errorf("%q has an empty form, or one that starts with an ending or any word", p)
		}
		if head {
			n = b.node(0, []edge{{edgeHead, n}})
		}
		b.roots = append(b.roots, n)
	}
	return nil
}

// build builds p in front of node next, up to the end of p or the bar or
// parenthesis that ends an alternative: the rest is returned.
func (b *builder) build(p string, next uint32, depth int) (uint32, string) {
	// The parts are found from the left and built from the right.
	type part struct {
		text   string
		group  bool
		inside string
	}
	var local [16]part
	parts := local[:0]
	rest := ""
	lit := 0
	i := 0
loop:
	for ; i < len(p); i++ {
		switch p[i] {
		case '(':
			j := closing(p, i)
			if j < 0 {
				b.err = fmt.Errorf("unmatched ( in %q", p)
				return nowhere, ""
			}
			if lit < i {
				parts = append(parts, part{text: p[lit:i]})
			}
			parts = append(parts, part{group: true, inside: p[i+1 : j]})
			i, lit = j, j+1
		case '|':
			if depth == 0 {
				b.err = fmt.Errorf("| outside parentheses in %q", p)
				return nowhere, ""
			}
			rest = p[i:]
			break loop
		case ')':
			rest = p[i:]
			break loop
		}
	}
	if lit < i {
		parts = append(parts, part{text: p[lit:i]})
	}
	for k := len(parts) - 1; k >= 0; k-- {
		if !parts[k].group {
			next = b.literal(parts[k].text, next)
			continue
		}
		var set []uint32
		for in := parts[k].inside; ; {
			n, rest := b.build(in, next, depth+1)
			set = append(set, n)
			if rest == "" {
				break
			}
			in = rest[1:]
		}
		next = b.union(set)
	}
	return next, rest
}

// closing finds the parenthesis that closes the one at p[i].
func closing(p string, i int) int {
	depth := 0
	for ; i < len(p); i++ {
		switch p[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// literal builds s, which has no variants, in front of node next.
func (b *builder) literal(s string, next uint32) uint32 {
	f := &b.fold
	f.text(s)
	for i := len(f.runes) - 1; i >= 0; i-- {
		r := f.runes[i]
		switch r {
		case '"': // read over, see quoteAt
			continue
		case '!': // the accents of this form count
			if b.bare {
				return nowhere
			}
			continue
		case '$': // no ending
			if t := b.follow(next, edgeTail); t != nowhere {
				next = b.union([]uint32{b.without(next, edgeTail), t})
			}
			continue
		case '*':
			if b.follow(next, edgeTail) != nowhere {
				continue
			}
			r = edgeTail
		case '#':
			r = edgeNumber
		case '?':
			r = edgeWord
		case '-', ' ', '\n':
			next = b.space(next)
			continue
		default:
			if p := bare(r); p != r {
				b.accent = true
				if b.bare {
					r = p
				}
			}
		}
		if next == nowhere {
			return nowhere
		}
		next = b.node(0, []edge{{r, next}})
	}
	return next
}

// space puts a space before next: one, however many there are, and none at the
// end of a form.
func (b *builder) space(next uint32) uint32 {
	rest, ends := b.trimmed(next), uint32(nowhere)
	if t := b.follow(rest, edgeTail); t != nowhere { // "word (stem|)*": nothing to end
		rest, ends = b.without(rest, edgeTail), t
	}
	if d := b.nodes[rest]; d.rec != 0 {
		ends = b.union([]uint32{ends, b.node(d.rec, nil)})
		rest = b.node(0, b.edges[d.first:d.first+d.n])
	}
	if rest == nowhere {
		return ends
	}
	return b.union([]uint32{b.node(0, []edge{{' ', rest}}), ends})
}

// trimmed is n without a space at its start.
func (b *builder) trimmed(n uint32) uint32 {
	if t := b.follow(n, ' '); t != nowhere {
		return b.union([]uint32{b.without(n, ' '), t})
	}
	return n
}

func (b *builder) follow(n uint32, r rune) uint32 {
	d := b.nodes[n]
	for _, e := range b.edges[d.first : d.first+d.n] {
		if e.r == r {
			return e.to
		}
	}
	return nowhere
}

func (b *builder) without(n uint32, r rune) uint32 {
	d := b.nodes[n]
	var edges []edge
	for _, e := range b.edges[d.first : d.first+d.n] {
		if e.r != r {
			edges = append(edges, e)
		}
	}
	return b.node(d.rec, edges)
}

// node is the one node with this record and these edges, sorted by rune.
func (b *builder) node(rec uint32, edges []edge) uint32 {
	if rec == 0 && len(edges) == 0 {
		return nowhere
	}
	h := rec*0x9E3779B1 + 1
	for _, e := range edges {
		h = (h ^ uint32(e.r)) * 0x85EBCA6B
		h = (h ^ e.to ^ h>>15) * 0xC2B2AE35
	}
	h ^= h >> 16
	mask := uint32(len(b.index) - 1)
	slot := h & mask
	for ; b.index[slot] != 0; slot = (slot + 1) & mask {
		i := b.index[slot] - 1
		if d := &b.nodes[i]; d.hash == h && d.rec == rec && int(d.n) == len(edges) && slices.Equal(b.edges[d.first:d.first+d.n], edges) {
			return i
		}
	}
	i := uint32(len(b.nodes))
	b.nodes = append(b.nodes, draft{uint32(len(b.edges)), uint32(len(edges)), rec, h})
	b.edges = append(b.edges, edges...)
	b.index[slot] = i + 1
	if len(b.nodes)*2 > len(b.index) {
		b.grow()
	}
	return i
}

func (b *builder) grow() {
	b.index = make([]uint32, 2*len(b.index))
	mask := uint32(len(b.index) - 1)
	for i := 1; i < len(b.nodes); i++ {
		slot := b.nodes[i].hash & mask
		for b.index[slot] != 0 {
			slot = (slot + 1) & mask
		}
		b.index[slot] = uint32(i) + 1
	}
}

// union is the node that means all that the nodes of set mean. It sorts set.
func (b *builder) union(set []uint32) uint32 {
	slices.Sort(set)
	set = slices.Compact(set)
	if len(set) > 0 && set[0] == nowhere {
		set = set[1:]
	}
	switch len(set) {
	case 0:
		return nowhere
	case 1:
		return set[0]
	}
	var key [4]uint32
	if len(set) <= len(key) {
		copy(key[:], set)
		if n, ok := b.sets[key]; ok {
			return n
		}
	}
	var rec uint32
	low := len(b.pool)
	for _, n := range set {
		d := b.nodes[n]
		rec = b.join(rec, d.rec)
		b.pool = append(b.pool, b.edges[d.first:d.first+d.n]...)
	}
	edges := b.pool[low:]
	slices.SortFunc(edges, func(x, y edge) int { return int(x.r) - int(y.r) })
	high := len(b.pool)
	var out, next []uint32
	var runes []rune
	for i := low; i < high; {
		j := i
		next = next[:0]
		r := b.pool[i].r
		for ; j < high && b.pool[j].r == r; j++ {
			next = append(next, b.pool[j].to)
		}
		to := next[0]
		if len(next) > 1 {
			to = b.union(next)
		}
		runes, out = append(runes, r), append(out, to)
		i = j
	}
	b.pool = b.pool[:low]
	for i, r := range runes {
		b.pool = append(b.pool, edge{r, out[i]})
	}
	n := b.node(rec, b.pool[low:])
	b.pool = b.pool[:low]
	if len(set) <= len(key) {
		b.sets[key] = n
	}
	return n
}

// meaning is a record that is being built.
type meaning struct {
	class class
	open  []gap
	close []uint16
}

// record is the number of r, plus one.
func (b *builder) record(r meaning) uint32 {
	var key []byte
	key = binary.LittleEndian.AppendUint64(key, uint64(r.class))
	for _, g := range r.open {
		key = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint16(key, g.id), uint64(g.class))
	}
	key = append(key, '/')
	for _, id := range r.close {
		key = binary.LittleEndian.AppendUint16(key, id)
	}
	if i, ok := b.known[string(key)]; ok {
		return i
	}
	b.recs = append(b.recs, r)
	i := uint32(len(b.recs))
	b.known[string(key)] = i
	return i
}

// join is the record of a form that has both records.
func (b *builder) join(x, y uint32) uint32 {
	if x == 0 || y == 0 || x == y {
		return max(x, y)
	}
	key := uint64(min(x, y))<<32 | uint64(max(x, y))
	if n, ok := b.pairs[key]; ok {
		return n
	}
	p, q := b.recs[x-1], b.recs[y-1]
	r := meaning{class: p.class | q.class}
	r.open = append(slices.Clone(p.open), q.open...)
	slices.SortFunc(r.open, func(a, b gap) int {
		if a.id != b.id {
			return int(a.id) - int(b.id)
		}
		return int(a.class>>1&(1<<62-1)) - int(b.class>>1&(1<<62-1))
	})
	r.open = slices.Compact(r.open)
	r.close = append(slices.Clone(p.close), q.close...)
	slices.Sort(r.close)
	r.close = slices.Compact(r.close)
	n := b.record(r)
	b.pairs[key] = n
	return n
}

// trie lays the entries over one another and lays the nodes in use out.
func (b *builder) trie() (*trie, error) {
	root := b.union(b.roots)
	t := new(trie)
	var runes []rune
	for _, e := range b.edges {
		runes = append(runes, e.r)
		if len(runes) == cap(runes) {
			slices.Sort(runes)
			runes = slices.Grow(slices.Compact(runes), 1<<12)
		}
	}
	var err error
	var labels int
	if t.numbers, labels, err = newNumbers(runes); err != nil {
		return nil, err
	}
	t.slots = append(t.slots, 0) // no node: 0 is the root
	nodes := map[uint32]uint32{}
	recs := map[uint32]uint32{}
	var place func(n uint32) uint32
	// edges lays out what the edges of d lead to.
	edges := func(d draft) []uint32 {
		out := make([]uint32, d.n)
		for i, e := range b.edges[d.first : d.first+d.n] {
			out[i] = t.numbers.of(e.r)<<labelShift | place(e.to)
		}
		return out
	}
	place = func(n uint32) uint32 {
		if i, ok := nodes[n]; ok {
			return i
		}
		d := b.nodes[n]
		run := edges(d)
		i := uint32(len(t.slots))
		if d.rec != 0 {
			rec, ok := recs[d.rec]
			if !ok {
				m := &b.recs[d.rec-1]
				r := record{class: m.class}
				r.opens[0], r.closing[0] = uint16(len(t.gaps)), uint16(len(t.closing))
				t.gaps, t.closing = append(t.gaps, m.open...), append(t.closing, m.close...)
				r.opens[1], r.closing[1] = uint16(len(t.gaps)), uint16(len(t.closing))
				t.recs = append(t.recs, r)
				rec = uint32(len(t.recs))
				recs[d.rec] = rec
			}
			t.slots = append(t.slots, rec)
		}
		t.slots = append(t.slots, run...)
		t.slots[len(t.slots)-1] |= lastSlot
		nodes[n] = i
		return i
	}
	for _, e := range edges(b.nodes[root]) {
		for int(e>>labelShift) >= len(t.root) {
			t.root = append(t.root, 0)
		}
		t.root[e>>labelShift] = e & toMask
	}
	t.root = append(t.root, make([]uint32, labels-len(t.root))...)
	t.slots, t.root, t.recs = slices.Clip(t.slots), slices.Clip(t.root), slices.Clip(t.recs)
	t.gaps, t.closing = slices.Clip(t.gaps), slices.Clip(t.closing)
	if len(t.slots) > toMask || max(len(t.recs), len(t.gaps), len(t.closing)) > math.MaxUint16 {
		return nil, errors.New("too many forms")
	}
	return t, nil
}
