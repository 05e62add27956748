package wording

import "slices"

// confusable maps letters and digits that look like a Latin letter to it. It
// only serves to explain a failure: a look-alike is never the name.
var confusable = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ј': 'j', 'ѕ': 's', 'в': 'b', 'м': 'm', 'н': 'h', 'к': 'k', 'т': 't', 'ԁ': 'd', 'ո': 'n', 'г': 'r',
	'α': 'a', 'ε': 'e', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'η': 'n', 'μ': 'm', 'β': 'b', 'ζ': 'z',
	'0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', 'i': 'l', '|': 'l', '!': 'l',
}

func skeleton(r rune) rune {
	r = bare(r)
	if s, ok := confusable[r]; ok {
		r = s
		if s, ok := confusable[r]; ok {
			r = s
		}
	}
	return r
}

// shape is what a name looks like, without its spaces; nil if too short to be
// looked for.
func (g *nameForm) shape() []rune {
	shape := slices.Concat(g.words...)
	if len(shape) < 4 {
		return nil
	}
	for i, r := range shape {
		shape[i] = skeleton(r)
	}
	return shape
}

// lookalike finds a spelling that only looks like one of the names.
func (n *names) lookalike(f *folded) (Span, bool) {
	for i := range f.runes {
		if f.kinds[i] == kindNone || i > 0 && f.kinds[i-1] != kindNone {
			continue
		}
		first := skeleton(f.runes[i])
		for _, want := range n.shapes {
			if len(want) == 0 || want[0] != first {
				continue
			}
			p, j, end := i, 0, 0
			for j < len(want) && p < len(f.runes) {
				if skeleton(f.runes[p]) != want[j] {
					if f.kinds[p] == kindNone && j > 0 && f.runes[p] != '\n' {
						p++
						continue
					}
					break
				}
				j++
				p++
				end = p
			}
			if j == len(want) && (end >= len(f.kinds) || f.kinds[end] == kindNone) {
				return f.span(i, end), true
			}
		}
	}
	return Span{}, false
}

func sortSpans(s []Span) {
	slices.SortFunc(s, func(a, b Span) int { return a.Start - b.Start })
}
