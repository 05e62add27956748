package wording

import "slices"

// thirdOnly finds the partners that are the only senders of sentence s, or
// reports -1.
func (r *reading) thirdOnly(s *sentence) int {
	third := slices.DeleteFunc(r.of(s.from, s.to, cThird), func(t int) bool {
		return t == s.from && t+1 < s.to && r.f.runes[r.items[t+1].from] == ':' // "Agent: …" speaks
	})
	if len(third) == 0 {
		return -1
	}
	c := r.has(s.from, s.to)
	if c&cBehalf != 0 {
		return -1
	}
	senders := r.of(s.from, s.to, cName|cUs)
	if c&cName != 0 {
		senders = slices.DeleteFunc(senders, func(n int) bool { // "the offers of those companies"
			return r.items[n].class&cUs != 0 && r.items[n].class&(cBrand|cNaming) != 0
		})
	}
	silent := r.silent(false)
	for _, n := range senders {
		if r.owner(s, n) {
			continue // of the partners who do
		}
		// "X and its partners", "our partners and us".
		for _, t := range third {
			lo, hi := min(n, t), max(n, t)
			gap, and := 0, false
			for i := lo + 1; i <= hi; i++ {
				gap += r.items[i].unknown
				and = and || i < hi && r.pairs(n, t, i)
			}
			if and && gap <= 4 && hi-lo <= 5 && r.has(lo+1, hi)&(verbs|cShare|cPermit|cAssent) == 0 && (c&cShare == 0 || hi-lo <= 3) {
				return -1
			}
		}
		if silent {
			continue
		}
		if c&cShare == 0 && r.slot(s, n) {
			return -1
		}
		// "X may send me offers of its partners".
		if c&cShare == 0 && n+1 < s.to {
			for i := n + 1; i < s.to && i <= n+4; i++ {
				if r.items[i].class&(cSend|cContact) != 0 && r.items[i].class&cThird == 0 && third[0] > i {
					return -1
				}
				if r.items[i].class&(cThird|cNeg|cRefuse) != 0 {
					break
				}
			}
		}
	}
	return third[0]
}

// pairs reports that item i, an "and" or a comma between name n and partners t,
// joins them. "X's airline and hotel partners" are not, and behind "partners, whose goods X sells" a new clause begins.
func (r *reading) pairs(n, t, i int) bool {
	switch lo, hi := min(n, t), max(n, t); {
	case r.has(lo+1, i)&cThird != 0, r.has(i+1, hi)&cThird != 0:
		return false // "X's banks and insurers" are partners of one kind and another
	case r.items[i].class&cComma != 0:
		return hi-lo <= 3 && (n < t || i+1 == n && r.items[n].unknown == 0)
	case r.items[i].class&cAnd == 0:
		return false
	case n < t:
		return gapless(r.items[n+1 : i+1])
	default:
		return r.items[n].unknown <= 2 && gapless(r.items[t+1:n])
	}
}

// gapless reports items that no unknown word stands between.
func gapless(items []item) bool {
	for _, it := range items {
		if it.unknown > 0 {
			return false
		}
	}
	return true
}

// silent reports that the text says of the business itself that it sends
// nothing: "… from the partners of X alone. X itself does not send messages."
// plainly asks for a clause that says so of its messages as such and no more.
func (r *reading) silent(plainly bool) bool {
	const no = cShare | cThird | cHarmless | cMild | cIf | cUnless | cWhen | anchors&^cRequest
	const kinds = cMarketing | cUtility | cCalls | cAuth | cMail | cOther | cData
	for k := range r.sentences {
		s := &r.sentences[k]
		if s.leaves {
			continue
		}
		for from := s.from; from < s.to; {
			to := from + 1
			for to < s.to && r.items[to].class&breaks == 0 {
				to++
			}
			var c class
			unknown := 0
			for _, it := range r.items[from:to] {
				c |= it.class
				unknown += it.unknown
			}
			sends := c&cNeg != 0 && c&(cSend|cContact|cNotice) != 0 || c&cRefuse != 0
			if sends && c&no == 0 && (!plainly && c&(cName|cUs) != 0 || c&cName != 0 && c&(cMe|kinds) == 0 && unknown <= 3) {
				return true
			}
			from = to
		}
	}
	return false
}

// owner reports that name n only says whose the partners are: "partners of X".
func (r *reading) owner(s *sentence, n int) bool {
	if r.lex.order == orderBefore {
		return n+1 < s.to && r.items[n+1].unknown <= 1 && (r.items[n+1].class&cThird != 0 ||
			n+2 < s.to && r.items[n+1].class&(cFrom|cOf) != 0 && r.items[n+2].class&cThird != 0 && r.items[n+2].unknown == 0)
	}
	return n > s.from && r.items[n].unknown == 0 && (r.items[n-1].class&cThird != 0 ||
		n-1 > s.from && r.items[n-1].unknown == 0 && r.items[n-1].class&(cFrom|cOf|cWord) != 0 && r.items[n-1].class&cAnd == 0 && r.items[n-2].class&cThird != 0)
}

// slot reports whether item n stands in the sender slot and is not merely the
// owner of the partners that do.
func (r *reading) slot(s *sentence, n int) bool {
	third := func(i int) bool { return i >= s.from && i < s.to && r.items[i].class&cThird != 0 }
	if n+1 < s.to && third(n+1) && r.items[n+1].unknown <= 2 {
		return false
	}
	if r.lex.order == orderBefore {
		// A genitive may look like a sender: "Gül'ün iş ortakları".
		near := 0
		if n+1 < s.to && r.items[n+1].class&cOf != 0 {
			near = 3 // so may a subject: "the banks that Gül chose"
		}
		return n+1 < s.to && r.items[n+1].class&cFrom != 0 && r.items[n+1].unknown == 0 && !(third(n+2) && r.items[n+2].unknown <= near)
	}
	// Nothing but words of what they are stands between an owner and partners.
	const kinds = cWord | cAnd | cUtility | cOther | cMarketing | cNaming
	for i := n + 1; i < s.to && i <= n+4; i++ {
		if third(i) {
			return false
		}
		if r.items[i].class&^kinds != 0 || r.items[i].class == 0 {
			break
		}
	}
	// Nor between partners and who picked them: "firms and lawyers picked by X".
	for i := n - 2; i >= s.from && i >= n-4; i-- {
		if third(i) {
			return false
		}
		if r.items[i].class&^(kinds|cFrom) != 0 || r.items[i].class == 0 {
			break
		}
	}
	return n > s.from && r.items[n-1].class&cFrom != 0 && r.items[n].unknown <= 2 && !third(n-2)
}

// elsewhere reports that what [from, to) sends goes to somebody else: "I
// authorise X to send my results to the school".
func (r *reading) elsewhere(from, to int) bool {
	const person = cMe | cYou | cReceive | cContact | cRequest | cSignup
	c := r.has(from, to)
	if c&cRecipient == 0 || c&cSend == 0 || c&person != 0 {
		return false
	}
	for _, i := range r.of(from, to, cAbout) { // "news about the way to the school"
		if r.has(i, to)&cRecipient != 0 && r.has(i, to)&cSend == 0 && r.lex.order != orderBefore {
			return false
		}
	}
	return true
}
