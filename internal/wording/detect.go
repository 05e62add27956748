package wording

import "slices"

// detector tells the languages of one script apart by their words.
type detector struct {
	languages []int             // indices into the library
	words     map[uint64]uint64 // word hash to set of languages
}

// Short words are shared by chance and stems are matched by their beginning.
const stemLetters = 4

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	stemSalt  = 0x9E3779B97F4A7C15
)

func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(r)) * fnvPrime }

func (lib *library) detector(k kind) *detector {
	d := &detector{}
	for i, l := range lib.languages {
		if slices.Contains(l.source().scripts, k) {
			d.languages = append(d.languages, i)
		}
	}
	if len(d.languages) < 2 || k.unspaced() {
		return d
	}
	d.words = map[uint64]uint64{}
	for _, i := range d.languages {
		src := lib.languages[i].source()
		for _, e := range src.entries {
			if e.reply {
				continue
			}
			for _, chunk := range chunks(e.forms) {
				forms, _, err := alternatives(chunk, 0)
				if err != nil {
					panic(err)
				}
				for _, form := range forms {
					d.add(form, src, uint64(1)<<i)
				}
			}
		}
	}
	return d
}

func (d *detector) add(form string, src *source, set uint64) {
	word := func(rs []rune, stem bool) {
		h, n := uint64(fnvOffset), 0
		for _, r := range rs {
			h = hashRune(h, r)
			if n++; n == stemLetters && stem {
				d.words[h^stemSalt] |= set
			}
		}
		if n > 0 {
			d.words[h] |= set
		}
	}
	for _, spelt := range []bool{false, true} {
		rs := foldString(form)
		if spelt {
			if src.accents == "strict" {
				return
			}
			for i := range rs {
				rs[i] = bare(rs[i])
			}
		}
		from := 0
		for i := 0; i <= len(rs); i++ {
			if i < len(rs) && kindOf(rs[i]) != kindNone {
				continue
			}
			stem := i < len(rs) && rs[i] == '*' || src.stems && (i == len(rs) || rs[i] != '$')
			word(rs[from:i], stem)
			from = i + 1
		}
	}
}

// candidate is a language that a text may be in.
type candidate struct {
	index int // into the library
	score int // words known
	own   int // words known to it and not to the better ones
	total int // words of its scripts
}

// detect ranks the languages of f. The caller's language wins ties and near ties.
func (lib *library) detect(f *folded, masked func(int) int, hint int, out []candidate) []candidate {
	var letters [kinds]int
	total := 0
	for i := 0; i < len(f.kinds); i++ {
		if j := masked(i); j > i {
			i = j - 1
			continue
		}
		if k := f.kinds[i]; k > kindDigit {
			letters[k]++
			total++
		}
	}
	out = out[:0]
	if total == 0 {
		return out
	}
	var score, words [64]int
	var known []uint64
	for k := kindLatin; k < kindOther; k++ {
		// A few foreign letters are a brand or an e-mail address.
		if letters[k] == 0 || letters[k]*8 < total && letters[k] < 24 {
			continue
		}
		d := lib.group[k]()
		switch {
		case len(d.languages) == 0:
		case len(d.languages) == 1:
			i := d.languages[0]
			n := max(1, letters[k]/4)
			if k.unspaced() {
				n = max(1, letters[k]/2)
			}
			score[i] += n
			words[i] += n
		case k == kindHan:
			for _, i := range d.languages {
				kana := slices.Contains(lib.languages[i].source().scripts, kindKana)
				if n := letters[k] / 2; n > 0 && (kana == (letters[kindKana] > 0) || i == hint) {
					score[i] += n
					words[i] += n
				}
			}
		default:
			for i := 0; i < len(f.kinds); {
				if j := masked(i); j > i {
					i = j
					continue
				}
				if f.kinds[i] != k {
					i++
					continue
				}
				h, n := uint64(fnvOffset), 0
				var set uint64
				for {
					h = hashRune(h, f.runes[i])
					if n++; n == stemLetters {
						set = d.words[h^stemSalt]
					}
					if i++; i >= len(f.kinds) || !f.joined(i) {
						break
					}
				}
				if exact := d.words[h]; exact != 0 {
					set = exact
				}
				for _, l := range d.languages {
					words[l]++
					if set&(1<<l) != 0 {
						score[l]++
					}
				}
				if set != 0 {
					known = append(known, set)
				}
			}
		}
	}
	for i := range lib.languages {
		if score[i] > 0 {
			out = append(out, candidate{index: i, score: score[i], total: words[i]})
		}
	}
	weight := func(c candidate) int {
		if c.index == hint {
			return c.score*5 + 5
		}
		return c.score * 4
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return weight(b) - weight(a) })
	if len(out) > 1 {
		var better uint64
		for i := range out {
			bit := uint64(1) << out[i].index
			for _, set := range known {
				if set&bit != 0 && set&better == 0 {
					out[i].own++
				}
			}
			if len(known) == 0 || lib.languages[out[i].index].unspacedOnly() {
				out[i].own = out[i].score
			}
			better |= bit
		}
	}
	return out
}

// unspacedOnly reports languages that are not told apart by words.
func (t *tongue) unspacedOnly() bool {
	for _, k := range t.source().scripts {
		if !k.unspaced() {
			return false
		}
	}
	return true
}
