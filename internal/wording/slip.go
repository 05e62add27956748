package wording

// Below this many letters, slips other than letters swapped or doubled make
// other words.
const slipLetters = 7

// slip reports that word is a form of class c with a slip of the finger: two
// letters swapped or one doubled and, in long words, one left out, put in or
// replaced. The first letter is right unless it is swapped.
func (t *trie) slip(word []rune, c class) bool {
	if len(word) < 4 || !kindOf(word[0]).cased() {
		return false
	}
	return t.slipFrom(0, word, 0, len(word), c, false)
}

func (t *trie) slipFrom(n uint32, word []rune, i, size int, c class, slipped bool) bool {
	rec, edges := t.node(n)
	if i == len(word) {
		if slipped && rec != 0 && t.recs[rec-1].class&c != 0 {
			return true
		}
	} else if to, ok := t.next(n, word[i]); ok && t.slipFrom(to, word, i+1, size, c, slipped) {
		return true
	}
	if slipped {
		return false
	}
	if i+1 < len(word) && word[i] != word[i+1] {
		if a, ok := t.next(n, word[i+1]); ok {
			if b, ok := t.next(a, word[i]); ok && t.slipFrom(b, word, i+2, size, c, true) {
				return true
			}
		}
	}
	if i > 0 && i < len(word) && word[i] == word[i-1] && t.slipFrom(n, word, i+1, size, c, true) {
		return true
	}
	if size < slipLetters || i == 0 {
		return false
	}
	if i < len(word) && t.slipFrom(n, word, i+1, size, c, true) { // one put in
		return true
	}
	for _, e := range edges {
		if e>>labelShift <= -edgeLowest {
			continue
		}
		if t.slipFrom(e&toMask, word, i, size, c, true) { // one left out
			return true
		}
		if i < len(word) && t.slipFrom(e&toMask, word, i+1, size, c, true) { // one replaced
			return true
		}
	}
	return false
}
