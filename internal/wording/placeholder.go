package wording

// placeholders finds blanks that were meant to be filled with a name:
// {{business_name}}, [Company], <insert name>, %s, ____ from a template.
func placeholders(f *folded, brand, sender func(i int) bool, out []mask) []mask {
	closing := func(i int, open, shut rune) int {
		depth := 0
		for j := i; j < len(f.runes) && j < i+80 && f.runes[j] != '\n'; j++ {
			switch f.runes[j] {
			case open:
				depth++
			case shut:
				if depth--; depth == 0 {
					return j + 1
				}
			}
		}
		return 0
	}
	for i := 0; i < len(f.runes); i++ {
		end := 0
		switch r := f.runes[i]; r {
		case '{':
			end = closing(i, '{', '}')
		case '$':
			if i+1 < len(f.runes) && f.runes[i+1] == '{' {
				end = closing(i+1, '{', '}')
			}
		case '[':
			if e := closing(i, '[', ']'); e > 0 && fillIn(f, i+1, e-1, brand) {
				end = e
			}
		case '<':
			if e := closing(i, '<', '>'); e > 0 && fillIn(f, i+1, e-1, brand) {
				end = e
			}
		case '(':
			if e := closing(i, '(', ')'); e > 0 && snake(f, i+1, e-1) {
				end = e
			}
		case '%':
			end = percent(f, i)
		case '_':
			j := i
			for j < len(f.runes) && f.runes[j] == r {
				j++
			}
			if j-i >= 3 && inSlot(f, i, j, sender) {
				end = j
			} else {
				i = j - 1
			}
		case '.':
			j := i
			for j < len(f.runes) && f.runes[j] == '.' {
				j++
			}
			if j-i >= 5 && inSlot(f, i, j, sender) {
				end = j
			} else {
				i = j - 1
			}
		}
		if end > i {
			out = append(out, mask{i, end, cPlaceholder})
			i = end - 1
		}
	}
	return out
}

// fillIn reports bracket contents that call for a name: a word for a business,
// snake_case, or nothing but capitals joined by underscores.
func fillIn(f *folded, from, to int, brand func(int) bool) bool {
	if snake(f, from, to) {
		return true
	}
	for i := from; i < to; i++ {
		if !f.joined(i) && brand(i) {
			return true
		}
	}
	return false
}

func snake(f *folded, from, to int) bool {
	for i := from + 1; i < to-1; i++ {
		if f.runes[i] == '_' && f.kinds[i-1] != kindNone && f.kinds[i+1] != kindNone {
			return true
		}
	}
	return false
}

// percent finds %s, %1$s, %NAME% and the like.
func percent(f *folded, i int) int {
	if i > 0 && f.kinds[i-1] == kindDigit {
		return 0 // 20% off
	}
	j := i + 1
	for j < len(f.runes) && (f.kinds[j] == kindDigit || f.runes[j] == '$') {
		j++
	}
	if j < len(f.runes) && (f.runes[j] == 's' || f.runes[j] == 'd' || f.runes[j] == '@') && !f.joined(j+1) {
		return j + 1
	}
	for j = i + 1; j < len(f.runes) && j < i+40; j++ {
		switch {
		case f.runes[j] == '%':
			if j > i+1 {
				return j + 1
			}
			return 0
		case f.kinds[j] != kindLatin && f.kinds[j] != kindDigit && f.runes[j] != '_' && f.runes[j] != '.' && f.runes[j] != '-':
			return 0
		}
	}
	return 0
}

// inSlot reports a blank from i to j beside a word that introduces a sender;
// other blanks are for a signature or a date.
func inSlot(f *folded, i, j int, sender func(int) bool) bool {
	for i > 0 && f.runes[i-1] == ' ' {
		i--
	}
	if i > 0 && f.kinds[i-1] != kindNone {
		for i--; i > 0 && f.joined(i); i-- {
		}
		if sender(i) {
			return true
		}
	}
	for j < len(f.runes) && f.runes[j] == ' ' {
		j++
	}
	return j < len(f.runes) && sender(j)
}
