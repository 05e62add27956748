package wording

// Below this many letters, slips other than letters swapped or doubled make
// other words.
const slipLetters = 7

// mended finds the longest form that begins at position i if the word there has
// a slip of the finger: two letters swapped or one doubled and, in long words,
// one left out, put in or replaced. The first letter is right unless it is
// swapped. A word of its own has four letters or more.
func (t *trie) mended(f *folded, i int) (end int, rec uint16) {
	if !f.kinds[i].cased() { // elsewhere one letter makes a no of a yes
		return i, 0
	}
	s := slip{matching: matching{trie: t, f: f}, from: i, to: f.wordEnd(i + 1)}
	s.follow(0, i)
	if s.rec == 0 || s.to-s.from < 4 && s.end <= s.to {
		return i, 0
	}
	return s.end, s.rec
}

// slip looks for the forms that the word at [from, to), and what follows it,
// may have been meant to be.
type slip struct {
	matching
	from, to int
}

// follow walks on from node n, position i being right so far, and leaves the
// rest of the form to walk wherever one slip may be.
func (s *slip) follow(n uint32, i int) {
	r := s.f.runes
	literal := i - s.from
	if i+1 < s.to && r[i] != r[i+1] {
		if a, ok := s.next(n, r[i+1]); ok {
			if b, ok := s.next(a, r[i]); ok {
				s.walk(b, i+2, literal+2)
			}
		}
	}
	if i > s.from && i < s.to && r[i] == r[i-1] {
		s.walk(n, i+1, literal)
	}
	if s.to-s.from >= slipLetters && i > s.from {
		if i < s.to {
			s.walk(n, i+1, literal) // one put in
		}
		_, edges := s.node(n)
		for _, e := range edges {
			if e>>labelShift <= -edgeLowest {
				continue
			}
			s.walk(e&toMask, i, literal+1) // one left out
			if i < s.to {
				s.walk(e&toMask, i+1, literal+1) // one replaced
			}
		}
	}
	if i < s.to {
		if to, ok := s.next(n, r[i]); ok {
			s.follow(to, i+1)
		}
	}
}
