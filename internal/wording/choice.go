package wording

// A box is what stands before or behind an option: "☒ I agree ☐ I do not".
type box uint8

const (
	noBox box = iota
	openBox
	tickedBox
)

var boxes = map[rune]box{
	'☐': openBox, '□': openBox, '▢': openBox, '⬜': openBox, '◻': openBox, '▫': openBox, '○': openBox, '◯': openBox,
	'☑': tickedBox, '☒': tickedBox, '✓': tickedBox, '✔': tickedBox, '✅': tickedBox,
}

// boxRune finds a box to tick at position i, and how long it is.
func boxRune(f *folded, i int) (box, int) {
	r := f.runes[i]
	if filled(r) && besideOpen(f, i) {
		return tickedBox, 1 // elsewhere it adorns a heading
	}
	if r != '[' && r != '(' {
		return boxes[r], 1
	}
	shut := rune(']')
	if r == '(' {
		shut = ')'
	}
	j := i + 1
	for j < len(f.runes) && j < i+5 && (f.runes[j] == ' ' || f.runes[j] == '_') {
		j++
	}
	switch {
	case j < len(f.runes) && f.runes[j] == shut:
		return openBox, j + 1 - i
	case j+1 < len(f.runes) && (f.runes[j] == 'x' || f.runes[j] == '×' || r == '[' && (f.runes[j] == '/' || f.runes[j] == 'v') || boxes[f.runes[j]] == tickedBox):
		for k := j + 1; k < len(f.runes) && k < j+4; k++ {
			if f.runes[k] == shut {
				return tickedBox, k + 1 - i
			}
		}
	}
	return noBox, 1
}

// filled reports a sign that is a ticked box beside an empty one.
func filled(r rune) bool { return r == '■' || r == '●' || r == '◉' || r == '⬛' || r == '◼' }

// besideOpen reports an open box in the line of position i, not far from it.
func besideOpen(f *folded, i int) bool {
	for _, step := range [...]int{-1, 1} {
		for j := i + step; j >= 0 && j < len(f.runes) && f.runes[j] != '\n' && (j-i)*step <= 24; j += step {
			if filled(f.runes[j]) {
				continue // it asks for the same
			}
			if b, _ := boxRune(f, j); b == openBox {
				return true
			}
		}
	}
	return false
}

// boxAt finds a box before folded position i, or behind it.
func (r *reading) boxAt(i, step int) box {
	f := r.f
	at := func(i int) rune {
		if i < 0 || i >= len(f.runes) {
			return 0
		}
		return f.runes[i]
	}
	if step < 0 {
		i--
	}
	for at(i) == ' ' || at(i) == '\n' {
		i += step
	}
	if i < 0 || i >= len(f.runes) {
		return noBox
	}
	b, _ := boxRune(f, i)
	return b
}

// choose reads two boxes, one for and one against, as a choice: the one
// against is no refusal unless it alone is ticked.
func (r *reading) choose(found []finding) {
	for i := 1; i < len(found); i++ {
		a, b := &r.sentences[i-1], &r.sentences[i]
		first, second := r.boxAt(a.text[0], -1), r.boxAt(b.text[0], -1)
		if first == noBox {
			first, second = second, r.boxAt(b.text[1]-1, 1)
		}
		if first == noBox || second == noBox {
			continue
		}
		yes, no := &found[i-1], &found[i]
		if r.against(a) {
			yes, no = no, yes
			first, second = second, first
		} else if !r.against(b) {
			continue
		}
		if yes == &found[i] {
			r.agreed(b, yes)
		} else {
			r.agreed(a, yes)
		}
		switch {
		case yes.stance != stancePass && yes.stance != stanceAgree && yes.stance != stanceAnswer && yes.stance != stanceAsks:
		case second == tickedBox && first != tickedBox:
			*no = finding{stance: stanceNegative, reason: "refusal", items: r.of(a.from, b.to, negatives)}
		case no.stance == stanceNegative || no.stance == stanceNone:
			*no = finding{}
		}
	}
}

// marked makes a ticked option that says yes, "☒ yes, by text", an answer.
func (r *reading) marked(found []finding) {
	for i := range r.sentences {
		s := &r.sentences[i]
		c := r.has(s.from, s.to)
		if f := &found[i]; (f.stance == stanceNone || f.stance == stanceTopic) && c&cAnswer != 0 && c&(oppose|cTerms|cData|cOther|cThird) == 0 && r.boxAt(s.text[0], -1) == tickedBox {
			*f = finding{stance: stanceAnswer, items: r.of(s.from, s.to, cAnswer), agrees: true}
		}
	}
}

// agreed makes an option that agrees, "☑ I agree to receive", an answer.
func (r *reading) agreed(s *sentence, f *finding) {
	c := r.has(s.from, s.to)
	if f.stance == stanceNone && c&(cAssent|cWish) != 0 && c&(cTerms|cData|cOther|cThird) == 0 {
		*f = finding{stance: stanceAgree, items: r.of(s.from, s.to, cAssent|cWish), agrees: r.bare(s)}
	}
}

// against reports a sentence with a live negator.
func (r *reading) against(s *sentence) bool { return r.has(s.from, s.to)&(cNeg|cRefuse) != 0 }
