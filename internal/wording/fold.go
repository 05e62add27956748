package wording

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text as the matcher sees it: one rune per position, lower case,
// compatibility forms resolved, invisible characters gone, and for every rune
// the bytes of the original text it came from.
type folded struct {
	runes      []rune
	kinds      []kind  // script of a word rune; kindNone for the rest
	start, end []int32 // original bytes
	upper      []bool  // the original letter was a capital
	override   bool    // a bidirectional override was seen
	drawn      bool    // runs of letters have been cut to two
}

func (f *folded) reset() {
	f.runes, f.kinds, f.start, f.end, f.upper = f.runes[:0], f.kinds[:0], f.start[:0], f.end[:0], f.upper[:0]
	f.override, f.drawn = false, false
}

// span turns a range of folded positions into a span of the original text.
func (f *folded) span(from, to int) Span {
	return Span{int(f.start[from]), int(f.end[to-1])}
}

// text folds s into f. Bytes that are no UTF-8 are read as U+FFFD, and spans are
// then those of the text with the replacement.
func (f *folded) text(s string) {
	f.reset()
	t := glyphs()
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		for i := range len(s) {
			f.emit(t, rune(s[i]), int32(i), int32(i+1))
		}
		return
	}
	var origin []int32 // byte of s for each byte of clean; nil when they are the same
	clean := s
	if strings.ContainsFunc(s, ignorable) {
		b := make([]byte, 0, len(s))
		origin = make([]int32, 0, len(s))
		for i, r := range s {
			if ignorable(r) {
				f.override = f.override || r == 0x202D || r == 0x202E
				continue
			}
			for j := range utf8.RuneLen(r) {
				b = append(b, s[i+j])
				origin = append(origin, int32(i+j))
			}
		}
		clean = string(b)
	}
	at := func(from, to int) (int32, int32) {
		if origin == nil {
			return int32(from), int32(to)
		}
		return origin[from], origin[to-1] + 1
	}
	var buf []byte
	normal := norm.NFKC.QuickSpanString(clean)
	for i := 0; i < len(clean); {
		r, n := utf8.DecodeRuneInString(clean[i:])
		if i+n <= normal || r < utf8.RuneSelf && (i+n == len(clean) || clean[i+n] < utf8.RuneSelf) || apostrophe(r) {
			from, to := at(i, i+n)
			f.emit(t, r, from, to)
			i += n
			continue
		}
		if i >= normal && i > 0 {
			if normal = i + norm.NFKC.QuickSpanString(clean[i:]); normal > i {
				continue
			}
		}
		n = norm.NFKC.NextBoundaryInString(clean[i:], true)
		if n <= 0 {
			n = len(clean) - i
		}
		from, to := at(i, i+n)
		buf = norm.NFKC.AppendString(buf[:0], clean[i:i+n])
		whole := utf8.RuneCount(buf) != utf8.RuneCountInString(clean[i:i+n])
		for j, k := 0, i; j < len(buf); {
			r, m := utf8.DecodeRune(buf[j:])
			if whole {
				f.emit(t, r, from, to)
			} else {
				_, w := utf8.DecodeRuneInString(clean[k:])
				from, to := at(k, k+w)
				f.emit(t, r, from, to)
				k += w
			}
			j += m
		}
		i += n
	}
}

// squeeze leaves n of each run of equal letters that is too long for a word,
// three or more, or two at the end of a word once n is one. It reports whether
// there was any.
func (f *folded) squeeze(n int) bool {
	out, found := 0, false
	for i := 0; i < len(f.runes); {
		j := i + 1
		for j < len(f.runes) && f.runes[j] == f.runes[i] && f.kinds[i] > kindDigit && f.kinds[j] > kindDigit {
			j++
		}
		keep := j - i
		if keep > 2 || keep > n && f.drawn {
			keep, found = n, true
		}
		for k := i; k < i+keep; k++ {
			f.runes[out], f.kinds[out], f.upper[out] = f.runes[k], f.kinds[k], f.upper[k]
			f.start[out], f.end[out] = f.start[k], f.end[k]
			if k == i+keep-1 {
				f.end[out] = f.end[j-1]
			}
			out++
		}
		i = j
	}
	f.runes, f.kinds, f.upper, f.start, f.end = f.runes[:out], f.kinds[:out], f.upper[:out], f.start[:out], f.end[:out]
	f.drawn = found && n > 1
	return found
}

// emit appends one rune of normalised text, folded further. One rune may
// become none (vowel points) or two (ß).
func (f *folded) emit(t *[glyphRunes]glyph, r rune, from, to int32) {
	if r >= glyphRunes || t[r].slow {
		f.fold(r, from, to)
	} else if g := &t[r]; g.folded != 0 {
		f.put(rune(g.folded), g.kind, from, to, g.upper)
	}
}

func (f *folded) fold(r rune, from, to int32) {
	upper := false
	if r < utf8.RuneSelf {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		case 'A' <= r && r <= 'Z':
			upper = true
			r += 'a' - 'A'
		case r == '`':
			r = '\''
		case r == '\r':
			r = '\n'
		case r == '\t', r == '\v', r == '\f', r < ' ' && r != '\n':
			r = ' '
		}
	} else {
		lower := unicode.ToLower(r)
		upper = lower != r
		r = lower
		switch {
		case apostrophe(r):
			r = '\''
		case ignorable(r):
			return
		case r == 'ß' || r == 'ẞ':
			f.put('s', kindLatin, from, to, upper)
			r = 's'
		default:
			to, ok := equals[r]
			switch {
			case ok && to == 0:
				return
			case ok:
				r = to
			case unicode.IsDigit(r):
				r = '0' + digit(r)
			case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0x05BE:
				r = '-'
			case unicode.IsSpace(r):
				r = ' '
			case r == 0x2028 || r == 0x2029:
				r = '\n'
			}
		}
	}
	f.put(r, kindOf(r), from, to, upper)
}

func (f *folded) put(r rune, k kind, from, to int32, upper bool) {
	if n := len(f.runes); n > 0 && (r == ' ' || r == '\n') && (f.runes[n-1] == ' ' || f.runes[n-1] == '\n') {
		if r == '\n' {
			f.runes[n-1] = '\n'
		}
		f.end[n-1] = max(f.end[n-1], to)
		return
	}
	if n := len(f.runes); n > 1 && f.runes[n-1] == virama && r >= 'क' && r <= 'ह' && nasal(f.runes[n-2]) {
		// हिन्दी is हिंदी: a nasal before a consonant is written either way.
		f.runes[n-2] = 'ं'
		f.end[n-2] = f.end[n-1]
		f.runes, f.kinds, f.start, f.end, f.upper = f.runes[:n-1], f.kinds[:n-1], f.start[:n-1], f.end[:n-1], f.upper[:n-1]
	}
	f.runes = append(f.runes, r)
	f.kinds = append(f.kinds, k)
	f.start = append(f.start, from)
	f.end = append(f.end, to)
	f.upper = append(f.upper, upper)
}

const virama = '\u094D'

func nasal(r rune) bool { return r == 'ङ' || r == 'ञ' || r == 'ण' || r == 'न' || r == 'म' }

// foldString folds a lexicon entry or a name part.
func foldString(s string) []rune {
	var f folded
	f.text(s)
	return f.runes
}

// bareString folds and strips the accents, as names are compared.
func bareString(s string) []rune {
	rs := foldString(strings.TrimSpace(s))
	for i, r := range rs {
		rs[i] = bare(r)
	}
	return rs
}

// ignorable reports runes that are not seen, and marks that a name may carry
// without changing (™, ®).
func ignorable(r rune) bool {
	switch {
	case r < 0xA9:
		return false
	case r == 0xA9, r == 0xAD, r == 0xAE, r == 0x2122, r == 0x2120, r == 0x034F, r == 0x061C, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0, r == 0xFEFF:
		return true
	case r >= 0x115F && r <= 0x1160, r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r >= 0x1BCA0 && r <= 0x1BCA3, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‛', '′', '＇', 'ʹ', 'ʼ', 'ʻ', '՚', 'ꞌ', '׳':
		return true
	}
	return false
}

// digit is the value of a decimal digit: in every Nd block digits come in runs
// of ten that start at a multiple of ten from the block's zero.
func digit(r rune) rune {
	d := rune(0)
	for d < 9 && unicode.IsDigit(r-d-1) {
		d++
	}
	return d % 10
}

// equals holds letters that are the same letter to a reader of their script,
// whatever the keyboard made of them. Zero means the mark is dropped.
var equals = func() map[rune]rune {
	m := map[rune]rune{
		'ı': 'i', 'ς': 'σ', 'ё': 'е', 'ѐ': 'е', 'ѝ': 'и', 'ș': 'ş', 'ț': 'ţ',
		'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ώ': 'ω', 'ϊ': 'ι', 'ΐ': 'ι', 'ϋ': 'υ', 'ΰ': 'υ',
		'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ئ': 'ي', 'ې': 'ي', 'ک': 'ك', 'ڪ': 'ك', 'ؤ': 'و', 'ة': 'ه', 'ۃ': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ۂ': 'ه', 'ۀ': 'ه',
		0x0640: 0, 0x0670: 0, 0x093C: 0, 0x09BC: 0, 0x0ABC: 0, 'ँ': 'ं', 'ઁ': 'ં',
		'“': '"', '”': '"', '„': '"', '‟': '"', '«': '"', '»': '"', '‹': '"', '›': '"', '″': '"', '״': '"', '〝': '"', '〞': '"', '「': '"', '」': '"', '『': '"', '』': '"', '＂': '"',
	}
	for r := rune(0x064B); r <= 0x065F; r++ {
		m[r] = 0
	}
	for r := rune(0x0591); r <= 0x05C7; r++ {
		if unicode.Is(unicode.Mn, r) {
			m[r] = 0
		}
	}
	return m
}()

// bare strips the diacritics that people leave out when they type fast: those
// of Latin letters only, by letter and never by category, so that Thai tones,
// Indic vowel signs and й stay what they are.
func bare(r rune) rune {
	if r < 0xC0 || r > 0x1EFF || r > 0x24F && r < 0x1E00 {
		return r
	}
	return rune(glyphs()[r].bare)
}

func strip(r rune) rune {
	switch r {
	case 'ł':
		return 'l'
	case 'đ', 'ð':
		return 'd'
	case 'ø':
		return 'o'
	case 'æ':
		return 'a'
	case 'œ':
		return 'o'
	}
	var b [4]byte
	d := norm.NFD.Properties(b[:utf8.EncodeRune(b[:], r)]).Decomposition()
	if len(d) == 0 {
		return r
	}
	base, _ := utf8.DecodeRune(d)
	if base >= 0xC0 {
		return strip(base)
	}
	return base
}

// glyph is what becomes of a rune that folds into one rune or none, worked out
// once: nearly all runes of a text are looked up here.
type glyph struct {
	folded uint16 // 0: dropped
	bare   uint16 // of the rune itself
	kind   kind
	upper  bool
	slow   bool // becomes two
}

// glyphRunes is how many runes, from 0, have a glyph: all scripts but those of
// East Asia.
const glyphRunes = 0x2000

var glyphs = sync.OnceValue(func() *[glyphRunes]glyph {
	t := new([glyphRunes]glyph)
	var f folded
	for r := range rune(glyphRunes) {
		g := &t[r]
		g.bare = uint16(strip(r))
		f.reset()
		f.fold(r, 0, 1)
		switch len(f.runes) {
		case 0:
		case 1:
			g.folded, g.kind, g.upper = uint16(f.runes[0]), f.kinds[0], f.upper[0]
		default:
			g.slow = true
		}
	}
	return t
})

// kind is the writing a rune belongs to.
type kind uint8

const (
	kindNone kind = iota
	kindDigit
	kindLatin
	kindGreek
	kindCyrillic
	kindHebrew
	kindArabic
	kindDevanagari
	kindBengali
	kindGujarati
	kindTamil
	kindTelugu
	kindThai
	kindHangul
	kindHan
	kindKana
	kindOther
	kinds
)

var kindNames = map[string]kind{
	"Latn": kindLatin, "Grek": kindGreek, "Cyrl": kindCyrillic, "Hebr": kindHebrew, "Arab": kindArabic, "Deva": kindDevanagari,
	"Beng": kindBengali, "Gujr": kindGujarati, "Taml": kindTamil, "Telu": kindTelugu, "Thai": kindThai, "Hang": kindHangul, "Hani": kindHan, "Kana": kindKana,
}

// unspaced reports writings without spaces between words.
func (k kind) unspaced() bool { return k == kindThai || k == kindHan || k == kindKana }

// cased reports writings with capitals.
func (k kind) cased() bool { return k == kindLatin || k == kindGreek || k == kindCyrillic }

func kindOf(r rune) kind {
	switch {
	case r < 0x80:
		switch {
		case 'a' <= r && r <= 'z':
			return kindLatin
		case '0' <= r && r <= '9':
			return kindDigit
		}
		return kindNone
	case r < 0x250:
		if r >= 0xC0 && r != 0xD7 && r != 0xF7 || r == 0xAA || r == 0xBA {
			return kindLatin
		}
		return kindNone
	case r >= 0x0900 && r <= 0x097F:
		if r == 0x0964 || r == 0x0965 || r == 0x0970 {
			return kindNone
		}
		return kindDevanagari
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r == '々', r == '〆', r >= 0x20000 && r <= 0x3FFFF:
		return kindHan
	case r >= 0x3041 && r <= 0x30FF && r != '・' && r != '゠':
		return kindKana
	case r >= 0xAC00 && r <= 0xD7A3, r >= 0x1100 && r <= 0x11FF, r >= 0x3131 && r <= 0x318E:
		return kindHangul
	}
	if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
		return kindNone
	}
	switch {
	case r >= 0x1E00 && r <= 0x1EFF, r >= 0x250 && r < 0x370:
		return kindLatin
	case r >= 0x0370 && r <= 0x03FF, r >= 0x1F00 && r <= 0x1FFF:
		return kindGreek
	case r >= 0x0400 && r <= 0x052F:
		return kindCyrillic
	case r >= 0x0590 && r <= 0x05FF:
		return kindHebrew
	case r >= 0x0600 && r <= 0x077F, r >= 0x08A0 && r <= 0x08FF:
		return kindArabic
	case r >= 0x0980 && r <= 0x09FF:
		return kindBengali
	case r >= 0x0A80 && r <= 0x0AFF:
		return kindGujarati
	case r >= 0x0B80 && r <= 0x0BFF:
		return kindTamil
	case r >= 0x0C00 && r <= 0x0C7F:
		return kindTelugu
	case r >= 0x0E00 && r <= 0x0E7F:
		return kindThai
	}
	return kindOther
}

// joined reports whether position i continues the word that ends before it.
// Writings without spaces have no words to continue, and a change of script
// ends a word as a space does; digits stick to the letters of spaced scripts.
func (f *folded) joined(i int) bool {
	if i <= 0 || i >= len(f.kinds) {
		return false
	}
	a, b := f.kinds[i-1], f.kinds[i]
	if a == kindNone || b == kindNone {
		return false
	}
	if a.unspaced() || b.unspaced() {
		return false
	}
	return a == b || a == kindDigit || b == kindDigit
}

// wordEnd is the position after the word that position i stands in.
func (f *folded) wordEnd(i int) int {
	for i < len(f.runes) && f.joined(i) {
		i++
	}
	return i
}

// small reports that most letters of [from, to) are no capitals, so that capitals
// tell something.
func (f *folded) small(from, to int) bool {
	n := 0
	for i := from; i < to; i++ {
		switch {
		case f.upper[i]:
			n--
		case f.kinds[i] > kindDigit:
			n++
		}
	}
	return n > 0
}
