package wording

// spend marks the words of harmless negations and of opt-out information, so
// that neither makes nor undoes an opt-in.
func (r *reading) spend(s *sentence) {
	r.occasions(s)
	r.topics(s)
	r.stopped(s)
	for i := s.from; i < s.to; i++ {
		it := &r.items[i]
		if it.dead {
			continue
		}
		if it.class&(cRefuse|cNeg) != 0 && it.class&cHarmless == 0 {
			if m := r.missing(s, i); m >= 0 {
				r.items[m].dead, it.dead = true, true // "I do not want to miss the sale"
				continue
			}
		}
		from, to := r.region(s, i, breaks)
		switch {
		case it.class&cHarmless != 0:
			it.dead = true
		case it.class&cOptInfo != 0:
			r.kill(r.back(i, from), to)
		case it.class&cNeg != 0 && r.has(from, to)&cMild != 0:
			r.kill(from, to)
		case it.class&(cStop|cOptOut|cRefuse|cRevoke) != 0:
			c := r.has(from, to)
			if it.class&(cRefuse|cStop|cOptOut|cRevoke) == cRefuse && c&(cAnytime|cCan) != cAnytime|cCan {
				// Who refuses at any time refuses, and so does who refuses what others may.
				if c &^= cAnytime; r.lex.order == orderAfter && r.has(from, i+1)&cCan == 0 {
					c &^= cCan
				}
			}
			if c&(cTick|cUntick|cUnless|cSilence) != 0 || c&(cAnytime|cCan|cAct) == 0 {
				continue
			}
			if c&cAct != 0 && c&(cAnytime|cCan) == 0 && it.class&cRefuse != 0 && c&cIf == 0 {
				continue // "reply YES, I do not want" is no way out
			}
			r.kill(r.back(i, from), to)
		}
	}
	// More than one way out may be told: once one is, the rest are too.
	if i := r.spent(s); i >= 0 && r.has(s.from, s.to)&(cTick|cUntick) == 0 {
		if r.lex.order != orderAfter {
			i = s.from
		}
		for ; i < s.to; i++ {
			if r.items[i].class&(cStop|cOptOut) != 0 && r.items[i].class&(cNeg|cRevoke) == 0 {
				r.items[i].dead = true
			}
		}
	}
	// "If you no longer want them, tell us": a condition, not a refusal.
	for i := s.from; i < s.to; i++ {
		it := &r.items[i]
		if it.dead || it.class&cIf == 0 {
			continue
		}
		from, to := i, i+1
		for to < s.to && r.items[to].class&breaks == 0 {
			to++
		}
		if r.lex.order == orderBefore {
			for from > s.from && r.items[from-1].class&breaks == 0 {
				from--
			}
		}
		if r.has(from, to)&negatives == 0 {
			continue
		}
		all := r.has(s.from, s.to)
		if all&(cTick|cUntick) != 0 {
			continue // blocked below
		}
		rest := r.has(s.from, from) | r.has(to, s.to)
		if rest&(cAssent|cPermit|cNotice|cAnswer) != 0 && all&(verbs|cComm) != 0 {
			r.items[i].class |= cSilence
			continue
		}
		r.kill(from, to)
	}
}

// missing finds what refusal i does not want to do if that is to miss
// something, the word beside it, or reports -1.
func (r *reading) missing(s *sentence, i int) int {
	const miss = cMild | cValue
	if j := i + 1; j < s.to && r.items[j].class&miss == miss && r.items[j].unknown <= 1 && r.lex.order != orderBefore {
		return j
	}
	if j := i - 1; j >= s.from && r.items[j].class&miss == miss && r.items[i].unknown <= 1 && r.lex.order != orderAfter {
		return j
	}
	return -1
}

// occasions takes from the clauses that "when" opens all that would refuse or
// be received: "text me when the water is cut off". It does so only where what
// the clause hangs on stands outside, and the clause agrees to nothing itself.
func (r *reading) occasions(s *sentence) {
	const frame = anchors &^ (cTick | cGive)
	const turns = cAssent | cPermit | cWish | cRefuse | cOptOut | cUntick | cTick | cUnless | cSilence | cDeemed | cIf
	const mute = negatives | cOther | cTerms | cData | cNotice | cWill | cCan | cThird
	for i := s.from; i < s.to; i++ {
		if r.items[i].class&cWhen == 0 || r.items[i].dead {
			continue
		}
		from, to := i+1, i+1
		var outside class
		if r.lex.order == orderBefore {
			for from, to = i, i; from > s.from && r.items[from-1].class&(breaks|cName|cFrom|frame) == 0; from-- {
			}
			outside = r.has(i+1, s.to)
		} else {
			for to < s.to && r.items[to].class&(breaks|cIf) == 0 && !r.leadsOn(to, s.to) {
				to++
			}
			outside = r.has(s.from, i) | r.has(to, s.to)
		}
		inside := r.has(from, to)
		if outside&frame == 0 || outside&(verbs|cComm|cRequest) == 0 || inside&turns != 0 ||
			inside&(cNeg|cStop) != 0 && inside&(cSend|cContact|cYou|cUs|cName|cComm) != 0 {
			continue
		}
		for k := from; k < to; k++ {
			if it := &r.items[k]; it.class&cComm == 0 {
				it.class &^= mute
			} else {
				it.class &^= mute &^ cOther
			}
		}
	}
}

// topics takes the stop from words that only name what messages are about:
// "messages about delays, cancellations and prices". The list must go on behind
// such a word, or end with it behind an "and": "consent to messages about
// offers, withdrawn" is consent withdrawn.
func (r *reading) topics(s *sentence) {
	const fill = cWord | cUtility | cOther | cMarketing
	if r.lex.order == orderBefore {
		return
	}
	var before class
	for i := s.from; i < s.to; i++ {
		if it := &r.items[i]; it.class&cAbout == 0 || before&cComm == 0 {
			before |= it.class
			continue
		}
		head := cAbout // what stands before the word at hand, articles aside
		for k := i + 1; k < s.to && r.items[k].unknown <= 1; k++ {
			it := &r.items[k]
			switch {
			case r.listed(k):
				head = it.class & (cComma | cAnd)
				continue
			case it.class == cWord:
				continue
			case it.class&cStop != 0 && it.class&(cNeg|cRefuse|cOptOut|cRequest|cWish) == 0 && r.topical(s, k, head):
				it.class &^= cStop
			case it.class&fill == 0 || it.class&(verbs|anchors|negatives|cMe) != 0:
				k = s.to
			}
			head = 0
		}
	}
}

// stopped takes the stop from a word that says it of something else than
// messages: "tell me when a ferry is cancelled", "closed roads". It must
// touch no word of the frame, nor end the sentence.
func (r *reading) stopped(s *sentence) {
	const own = cComm | verbs | cAssent | cPermit | cWish | cChannel | cMe | cYou | cUs | cName | cSignup | cData | cRequest | cCan | cAnytime | cWill | cNotice | negatives | cAct | cTick | cGive | cThird | cOptInfo | cIf
	if c := r.has(s.from, s.to); c&(cAssent|cPermit|cWish|cRequest) == 0 || c&(cTick|cUntick|cUnless|cSilence|cDeemed) != 0 {
		return
	}
	for k := s.from; k < s.to; k++ {
		it := &r.items[k]
		if it.dead || it.class&cStop == 0 || it.class&(own&^cStop) != 0 || r.has(s.from, k)&(cNeg|cRefuse) != 0 {
			continue
		}
		before, after := k-1, k+1
		for before >= s.from && r.items[before].class&^(cWord|cNaming|cOf|cFrom) == 0 && r.items[before+1].unknown <= 1 {
			before--
		}
		for after < s.to && r.items[after].class == cWord && r.items[after].unknown == 0 {
			after++
		}
		if before < s.from || k+1 == s.to || r.items[before+1].unknown <= 2 && r.items[before].class&own != 0 ||
			after < s.to && r.items[after].unknown == 0 && r.items[after].class&own != 0 ||
			after == s.to && !r.joinsTopics(s, before) {
			continue
		}
		it.class &^= cStop
	}
}

// joinsTopics reports that item i is no comma, and no "and" behind a word of the
// frame: "delay or cancellation before we sail", not "from X and cancel it".
func (r *reading) joinsTopics(s *sentence, i int) bool {
	switch c := r.items[i].class; {
	case c&cComma != 0:
		return false
	case c&cAnd == 0:
		return true
	}
	return i > s.from && (r.items[i].unknown > 0 || r.items[i-1].class&(cName|cMe|cYou|cChannel) == 0 && (r.items[i-1].class&cComm == 0 || r.items[i-1].class&cUtility != 0))
}

// listed reports a comma or an "and" that may part the elements of a list.
func (r *reading) listed(k int) bool {
	it := &r.items[k]
	if it.class&cComma != 0 {
		c := r.f.runes[it.from]
		return c == ',' || c == '،'
	}
	return it.class&cAnd != 0
}

// topical reports that stop word k, with head before it, is an element of a
// list of topics.
func (r *reading) topical(s *sentence, k int, head class) bool {
	switch {
	case k+1 == s.to:
		return head == cAnd || head == cAbout
	case r.items[k+1].class&(cOf|cFrom) != 0:
		return head == cAbout
	case head == 0 || !r.listed(k+1):
		return false
	}
	for k += 2; k < s.to && r.items[k].class == cWord; k++ {
	}
	return k < s.to && r.items[k].unknown <= 1 && r.items[k].class&(cUtility|cOther|cMarketing) != 0
}

// leadsOn reports an "and" behind which a new clause begins, no list.
func (r *reading) leadsOn(i, to int) bool {
	if r.items[i].class&cAnd == 0 {
		return false
	}
	for k := i + 1; k < to && r.items[k].class&breaks == 0; k++ {
		if r.items[k].class&(anchors|verbs|cNeg|cMe) != 0 {
			return true
		}
	}
	return false
}

// spent finds opt-out information in sentence s, or reports -1.
func (r *reading) spent(s *sentence) int {
	for i := s.from; i < s.to; i++ {
		if it := &r.items[i]; it.dead && it.class&(cOptInfo|cStop|cOptOut) != 0 {
			return i
		}
	}
	return -1
}

// back is where opt-out information begins that ends with item i: behind the
// last word of a frame.
func (r *reading) back(i, from int) int {
	if r.lex.order == orderBefore {
		const frame = cAssent | cPermit | cWish | cAnd
		for i > from && r.items[i-1].class&frame == 0 {
			i--
		}
		return i
	}
	const frame = cAssent | cPermit | cWish | cRequest | verbs | cComm | cName | cThird | cTerms
	for i > from && (r.items[i-1].class&frame == 0 || r.items[i-1].class&(cCan|cAct|cIf) != 0) {
		i--
	}
	return i
}

// ellipsis spends negators that only trim the list of what is received:
// "order updates, no advertising".
func (r *reading) ellipsis(s *sentence) {
	const noun = cComm | cThird | cOther | cMild | cValue | cMarketing | cCalls | cData
	for i := s.from; i < s.to; i++ {
		it := &r.items[i]
		if it.dead || it.class&(cNeg|cRefuse) == 0 {
			continue
		}
		from, to := r.region(s, i, breaks|cAnd)
		if from > s.from && r.f.runes[r.items[from-1].from] == '[' && r.buttons(s) > 1 {
			// A button: [Not now].
			r.kill(from, to)
			r.items[from-1].class |= cAnswer
			continue
		}
		if it.class&cNeg == 0 {
			continue
		}
		c := r.has(from, to)
		but := from > s.from && r.items[from-1].class&cBut != 0 && r.plainMessage(from, to)
		if !but && c&(anchors|verbs|cRefuse|cStop|cOptOut|cMe) == 0 && c&noun != 0 && (from > s.from || to < s.to) {
			r.kill(from, to)
		}
	}
}

// buttons counts the brackets that open in sentence s.
func (r *reading) buttons(s *sentence) int {
	n := 0
	for i := s.from; i < s.to; i++ {
		if it := &r.items[i]; it.class&cComma != 0 && r.f.runes[it.from] == '[' {
			n++
		}
	}
	return n
}

// blocked finds the constructions that turn a text around.
func (r *reading) blocked(s *sentence) finding {
	c := r.has(s.from, s.to)
	block := func(reason string, of class) finding {
		return finding{stance: stanceBlock, reason: reason, items: r.of(s.from, s.to, of)}
	}
	about := c & (verbs | cComm | cChannel | cAssent | cWish | cPermit | cRequest | cQuestion)
	switch {
	case c&cUntick != 0:
		return block("opt_out_box", cUntick|negatives)
	case c&cTick != 0 && c&negatives != 0 && about != 0:
		return block("opt_out_box", cTick|negatives)
	case c&cSilence != 0:
		if c&cNeg != 0 && c&cDeemed == 0 {
			// "If you do not reply, we send nothing": no reply, no messages.
			r.kill(s.from, s.to)
			return finding{}
		}
		if about|c&(cNotice|cDeemed) != 0 {
			return block("silence", cSilence|cDeemed|negatives)
		}
	case c&cDeemed != 0 && c&(cAct|cTick|cGive) == 0 && about != 0, c&cDeemed != 0 && c&negatives != 0:
		return block("silence", cDeemed|negatives)
	case c&cUnless != 0 && about != 0:
		return block("silence", cUnless)
	}
	return finding{}
}
