package wording

import "slices"

// clause looks for a frame among the items [from, to).
func (r *reading) clause(s *sentence, from, to int) finding {
	c := r.has(from, to)
	if c&negatives != 0 {
		return r.negative(s, from, to, c)
	}
	if c&cInitiate != 0 && c&(cAssent|cPermit|cWish|cRequest|cReceive|cQuestion|cSignup|cMe) == 0 {
		return finding{reason: "user_initiated", items: r.of(from, to, cInitiate)}
	}
	if v, a := r.frame(from, to); a >= 0 {
		return r.positive(s, v, a, c)
	}
	items := func(of class) []int { return r.of(from, to, of) }
	if v := r.asked(s, from, to); v >= 0 {
		f := finding{stance: stanceAsks, reason: "unanswered", items: []int{v}}
		if r.has(s.from, s.to)&cAnswer != 0 {
			f.stance, f.reason = stancePass, "question_answer"
		}
		return f
	}
	bad := c & (cTerms | cData | cOther | cRecipient | cShare)
	switch {
	case c&cInitiate != 0 && c&(cAssent|cPermit|cWish|cRequest) == 0:
		return finding{reason: "user_initiated", items: items(cInitiate)}
	case c&cNotice != 0 && c&cAssent == 0 && (c&(cComm|cContact|cChannel) != 0):
		return finding{stance: stanceOffer, reason: "notice", items: items(cNotice)}
	case c&(cAssent|cAnswer) != 0 && bad == 0 && c&cComm == 0 && r.onlyAsks(from, to):
		if c&cAssent != 0 {
			return finding{stance: stanceAgree, items: items(cAssent), agrees: r.bare(s)}
		}
		return finding{stance: stanceAnswer, items: items(cAnswer), agrees: to-from <= 5} // more is talk
	case c&(cAct|cTick) != 0 && bad == 0 && c&(cSend|cContact|cComm) == 0: // "reply YES to receive"
		return finding{stance: stanceAnswer, items: items(cAct | cTick)}
	case c&anchors != 0 && c&(cOther|cRecipient) != 0:
		return finding{reason: "other_object", items: items(cOther | cRecipient)}
	case c&cData != 0:
		return finding{reason: "data_only", items: items(cData)}
	case c&cTerms != 0:
		return finding{reason: "terms_only", items: items(cTerms)}
	case c&cNotice != 0:
		return finding{reason: "notice", items: items(cNotice)}
	case c&cThird != 0:
		return finding{reason: "third_party_only", items: items(cThird)}
	case c&cComm != 0 && c&(anchors|verbs|bad) == 0:
		return finding{stance: stanceTopic, items: items(cComm)}
	case c&verbs != 0 && c&cComm != 0:
		return finding{stance: stanceOffer, reason: "notice", items: items(verbs)} // "… that I get your news. I agree to this."
	}
	return finding{}
}

// bare reports that sentence s, an agreement, says of nothing else what is
// agreed to: few words are unknown.
func (r *reading) bare(s *sentence) bool {
	if r.f.kinds[r.items[s.from].from].unspaced() {
		return s.unknown <= 5
	}
	return s.unknown <= 2
}

// onlyAsks reports that every verb of the clause is a request, as in "yes, I
// agree, send them".
func (r *reading) onlyAsks(from, to int) bool {
	for _, i := range r.of(from, to, verbs) {
		if r.items[i].class&cRequest == 0 {
			return false
		}
	}
	return true
}

// negative reads a clause with a live negator.
func (r *reading) negative(s *sentence, from, to int, c class) finding {
	const own = cAssent | cPermit | cWish | cRequest | cRefuse | cMe | cQuestion | cAct | cGive
	about := c&(verbs|cComm|cChannel|cSignup) != 0
	if c&(cNeg|cRefuse|cWish|cRequest) == 0 {
		about = c&(cComm|cChannel|cContact|cMe) != 0 // consent may be withdrawn
	}
	items := r.of(from, to, negatives)
	switch {
	case c&(cStop|cOptOut) != 0 && c&(cNeg|cRefuse|cAssent|cPermit|cWish|cRequest) == 0:
		return finding{reason: "opt_out_info", items: items}
	case !about && c&(cAct|cTick|cAnswer) != 0 && (c&cRefuse == 0 || c&cAnswer != 0 && c&cAct != 0):
		return finding{stance: stanceAnswer, items: r.of(from, to, cAct|cTick|cAnswer), agrees: c&cAnswer != 0}
	case !about && c&cRefuse != 0:
		return finding{reason: "refusal", items: items}
	case !about, s.question && c&(own|cStop|cOptOut|cTick) == 0:
		return finding{} // "Don't know where the parcel is? Call us."
	case c&(cOther|cData) != 0 && c&(cComm|cChannel|cContact|cSignup|cMe|cRefuse|cRevoke) == 0:
		return finding{reason: "other_object", items: r.of(from, to, cOther|cData)} // "the coat without warranty"
	case c&cBut != 0 && c&(cNotice|cWill|cCan|cRefuse) == 0 && r.plainMessage(from, to):
		// "… by post, but not by phone or message."
		return finding{stance: stanceNegative, reason: "refusal", items: items}
	case c&own == 0, c&cShare != 0 && c&(own&^cMe|cReceive) == 0:
		return finding{reason: "notice", items: items} // "my number is given to nobody"
	}
	// Two refusals in one clause may undo each other; nobody should guess.
	n, last := 0, -10
	for _, i := range items {
		if r.items[i].from-last > 12 {
			n++
		}
		last = r.items[i].to
	}
	if n > 1 {
		return finding{stance: stanceUnsure, reason: "double_negative", items: items}
	}
	return finding{stance: stanceNegative, reason: "refusal", items: items}
}

// plainMessage reports messages of no particular kind among the items.
func (r *reading) plainMessage(from, to int) bool {
	for _, i := range r.of(from, to, cComm) {
		if r.items[i].class&(cMarketing|cUtility|cCalls|cAuth) == 0 {
			return true
		}
	}
	return false
}

// positive names the frame that verb (or noun) v and anchor a make.
func (r *reading) positive(s *sentence, v, a int, c class) finding {
	f := finding{stance: stancePass, items: []int{a}}
	if v != a {
		f.items = append(f.items, v)
		slices.Sort(f.items)
	}
	k := r.items[a].class
	if r.supposed(s, a) {
		k = cQuestion // "if I agree to …"
	}
	answered := r.has(s.from, s.to)&(cAct|cTick|cAnswer) != 0
	switch {
	case k&cQuestion != 0 && !s.question && c&cGive != 0 && c&cIf == 0:
		f.reason = "by_action" // "by entering your number you agree"
	case k&cRequest != 0:
		f.reason = "request"
	case k&cWish != 0 && r.items[v].class&(cSend|cContact) != 0 && a > s.from && r.items[a].unknown == 0 && r.items[a-1].class&cName != 0 && r.lex.order != orderBefore:
		f.stance, f.reason = stanceAsks, "unanswered" // the business's own wish
		if answered {
			f.stance, f.reason = stancePass, "question_answer"
		}
	case k&(cAssent|cPermit|cWish) != 0 && s.question && !answered && !(k&cWish != 0 && r.tagged(s, max(v, a))):
		f.stance = stanceAsks
	case k&cAssent != 0 && c&(cGive|cAct|cTick) != 0:
		f.reason = "by_action"
	case k&cAssent != 0:
		f.reason = "performative"
	case k&cPermit != 0:
		f.reason = "permission"
	case k&cWish != 0:
		f.reason = "wish"
	case k&cQuestion != 0:
		f.stance, f.reason = stanceAsks, ""
		if answered {
			f.stance, f.reason = stancePass, "question_answer"
		}
	default:
		f.reason = "act_to_receive"
	}
	return f
}

// tagged reports that what makes a question of sentence s is only a tag behind
// its last comma, and frame item i stands before that: "I want your news by
// text, is that possible?"
func (r *reading) tagged(s *sentence, i int) bool {
	last := -1
	for k := i + 1; k < s.to; k++ {
		if r.items[k].class == cComma && r.f.runes[r.items[k].from] == ',' {
			last = k
		}
	}
	return last >= 0 && s.to-last <= 5 && s.text[1]-r.items[last].to <= 30 &&
		r.has(last, s.to)&(verbs|cComm|cUtility|cQuestion|negatives|cOther|cYou) == 0
}

// supposed reports that anchor a stands behind an "if", with no more than its
// person between.
func (r *reading) supposed(s *sentence, a int) bool {
	if r.items[a].class&(cAssent|cPermit|cWish) == 0 || r.lex.order == orderBefore {
		return false
	}
	for i := a; i > s.from && r.items[i].unknown == 0; i-- {
		p := &r.items[i-1]
		switch {
		case p.dead:
			return false
		case p.class&cIf != 0:
			return true
		case p.class&^(cWord|cMe|cYou|cUs) != 0:
			return false
		}
	}
	return false
}

// mailed finds the e-mail that is all that sentence s speaks of, or reports
// -1: it is neither message nor call.
func (r *reading) mailed(s *sentence) int {
	mail := r.of(s.from, s.to, cMail)
	if len(mail) == 0 || r.has(s.from, s.to)&(cContact|cCalls) != 0 {
		return -1
	}
	for i := range r.items {
		if it := &r.items[i]; !it.dead && it.class&cChannel != 0 && it.class&cMail == 0 {
			return -1
		}
	}
	for _, i := range mail {
		// It is what is received, what kind, or the way; not what is filled in.
		v := i - 1
		for v > s.from && r.items[v].class == cWord {
			v-- // an article
		}
		if r.means(i, s.from, s.to) || r.compound(i, s.to) || r.items[i].class&cComm != 0 ||
			v >= s.from && r.items[i].unknown <= 1 && r.items[v].class&verbs != 0 {
			return i
		}
	}
	return -1
}

// asked finds the verb of a question that asks to message the person, in
// whatever words: "may X write to you about …?"
func (r *reading) asked(s *sentence, from, to int) int {
	if !s.question || r.has(from, to)&cInitiate != 0 {
		return -1
	}
	for v := from; v < to; v++ {
		it := &r.items[v]
		if !it.dead && it.class&verbs != 0 && (r.delivers(v, from, to) || r.somethingSent(v, from, to)) {
			return v
		}
	}
	return -1
}

// somethingSent reports that verb v of a question sends the person something
// that is neither goods nor papers: "shall we send you our puzzles here?"
func (r *reading) somethingSent(v, from, to int) bool {
	c := r.has(from, to)
	return r.items[v].class&cSend != 0 && c&(cYou|cMe|cQuestion) != 0 && c&(cOther|cTerms|cData|cRecipient) == 0 && r.object(v, from, to, true) < 0
}

// frame finds an anchor and what it is an anchor for: the verb of receiving,
// sending or contacting, or the messages themselves. a is negative if there
// is none.
func (r *reading) frame(from, to int) (v, a int) {
	if r.elsewhere(from, to) {
		return -1, -1
	}
	for v := from; v < to; v++ {
		it := &r.items[v]
		if it.dead || it.class&verbs == 0 || !r.delivers(v, from, to) {
			continue
		}
		if a := r.anchor(v, from, to); a >= 0 {
			return v, a
		}
	}
	// No verb: "I consent to marketing messages", "sign me up for offers".
	for _, k := range [...]class{cAssent, cPermit, cWish, cRequest, cQuestion, cAct | cTick, cSignup} {
		for a := from; a < to; a++ {
			if r.items[a].dead || r.items[a].class&k == 0 {
				continue
			}
			if r.items[a].class&cRequest != 0 && r.items[a].class&cSend == 0 && r.has(from, to)&(cOther|cTerms|cData) == 0 &&
				(r.items[a].class&(cContact|cComm) != 0 || r.has(from, to)&(cComm|cChannel) != 0) {
				return a, a
			}
			if h := r.object(a, from, to, true); h >= 0 && r.isMessage(h, from, to) && !r.way(h, from, to) && (r.items[h].class&cComm != 0 || k&(cAct|cTick|cSignup|cQuestion) == 0) && (r.items[h].class&verbs == 0 || r.delivers(h, from, to)) {
				return h, a
			}
		}
	}
	return -1, -1
}

// anchor finds the act that verb v hangs on.
func (r *reading) anchor(v, from, to int) int {
	notice := r.items[v].class&cNotice != 0
	for _, k := range [...]class{cAssent, cPermit, cWish, cRequest, cAct | cTick, cSignup, cQuestion, cGive} {
		if notice && k&(cGive|cSignup) != 0 {
			continue
		}
		best := -1 // the nearest: "I accept the terms and I agree to receive"
		for a := from; a < to; a++ {
			if !r.items[a].dead && r.items[a].class&k != 0 && r.bound(a, v) && (best < 0 || max(a, v)-min(a, v) < max(best, v)-min(best, v)) {
				best = a
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// bound reports whether anchor a reaches verb v: terms, data or goods between
// them take the anchor for themselves, unless an "and" leads on.
func (r *reading) bound(a, v int) bool {
	if a == v {
		return true
	}
	takes := cTerms | cData | cOther
	if a > v && r.lex.order == orderAfter && r.items[v].class&cNotice != 0 && r.items[a].class&(cAssent|cPermit) != 0 && r.agreesTo(a)&takes != 0 {
		return false // "X will send … I agree to the terms" without a full stop
	}
	if r.items[v].class&cContact != 0 && r.mentioned(v, v, min(a, v), max(a, v)+1) {
		takes &^= cOther // what the person is contacted about
	}
	lo, hi := min(a, v)+1, max(a, v)
	last := -1
	message := false // "reminders of the return of books": goods behind it belong to it
	for i := lo; i < hi; i++ {
		it := &r.items[i]
		if v < a && r.lex.order == orderAfter && r.items[a].class&(cAct|cTick) != 0 && !it.dead && it.class&takes == 0 && it.class&cComm != 0 {
			message = true
		}
		if !it.dead && it.class&takes != 0 && it.class&cComm == 0 && !message && !r.compound(i, hi) {
			if last < 0 || a < v {
				last = i
			}
		}
	}
	if last < 0 {
		return true
	}
	from, to := last+1, hi
	if v < a {
		from, to = lo, last
	} else if r.lex.order != orderAfter && r.has(lo, last)&cComma != 0 {
		return true // "einverstanden, dass Sie mir zu …": the clause behind the comma is what is agreed to
	}
	for i := from; i < to; i++ {
		if r.items[i].class&(cAnd|cComma) != 0 {
			return true
		}
	}
	return false
}

// agreesTo is what follows anchor a first: its object, or the verb it hangs on.
func (r *reading) agreesTo(a int) class {
	const what = cTerms | cData | cOther | cComm | cChannel | verbs | breaks
	for i := a + 1; i < len(r.items); i++ {
		if c := r.items[i].class; c&what != 0 {
			return c
		}
	}
	return 0
}

// compound reports that item i only qualifies the message word right behind
// it: "order updates".
func (r *reading) compound(i, to int) bool {
	// 检查报告领取通知: what is written on to a message word qualifies it.
	for k := i; k+1 < to && k < i+3 && r.f.kinds[r.items[k].from] == kindHan && r.items[k+1].from == r.items[k].to; k++ {
		switch c := r.items[k+1].class; {
		case c&(breaks|cAnd|cNeg|cMe|cFrom|cVia) != 0:
			k = to
		case c&cComm != 0:
			return !r.items[k+1].dead
		}
	}
	return i+1 < to && r.items[i+1].unknown <= 1 && r.items[i+1].class&cComm != 0 && !r.items[i+1].dead
}

// delivers reports whether verb v has messages, or the person, for its object.
func (r *reading) delivers(v, from, to int) bool {
	it := &r.items[v]
	if it.class&(cRequest|cContact) == cRequest|cContact {
		return true
	}
	if it.class&cContact != 0 {
		o := r.object(v, from, to, false)
		if o >= 0 && r.astray(v, o) {
			return true
		}
		return o < 0 || r.items[o].class&(cOther|cData|cTerms) == 0 || r.items[o].class&(cComm|cMe|cYou) != 0 || r.mentioned(v, o, from, to)
	}
	o := r.object(v, from, to, true)
	if o < 0 {
		return false
	}
	return r.isMessage(o, from, to)
}

// astray reports that object o was found against the direction of the
// language and beyond the act that verb v hangs on: "on this membership card I
// allow you to call".
func (r *reading) astray(v, o int) bool {
	if r.lex.order == orderEither || (o < v) != (r.lex.order == orderAfter) {
		return false
	}
	return r.has(min(o, v)+1, max(o, v))&(cAssent|cPermit|cWish|cRequest) != 0
}

// mentioned reports that the person stands between a verb and its object,
// "contact me about the order", in the verb itself, or, where the verb comes
// last, anywhere in [from, to): "mich zu Terminen anrufen".
func (r *reading) mentioned(v, o, from, to int) bool {
	if r.items[v].class&cMe != 0 || r.has(min(v, o)+1, max(v, o))&(cMe|cYou|cComm) != 0 {
		return true
	}
	if r.lex.order == orderAfter && o > v && r.has(v+1, o)&cRequest != 0 {
		return true // "call, and send me a message before the contract ends"
	}
	return r.lex.order == orderEither && r.has(from, to)&(cMe|cYou) != 0
}

// isMessage reports whether item o, an object, is a message.
func (r *reading) isMessage(o, from, to int) bool {
	c := r.items[o].class
	return c&(cComm|cChannel) != 0 && (c&(cOther|cData|cTerms) == 0 || c&cComm != 0)
}

// object finds the object of item v in its language's direction, then in the
// other. A channel is an object only if nothing better is there.
func (r *reading) object(v, from, to int, channels bool) int {
	forward, back := r.scan(v, 1, from, to), r.scan(v, -1, from, to)
	better := func(a, b int) int {
		if a >= 0 && (r.items[a].class&^cChannel)&(cComm|cOther|cTerms|cData|cMe|cYou) != 0 {
			return a
		}
		if b >= 0 && (r.items[b].class&^cChannel)&(cComm|cOther|cTerms|cData) != 0 {
			return b
		}
		if a >= 0 {
			return a
		}
		return b
	}
	var o int
	switch r.lex.order {
	case orderAfter:
		o = better(forward, back)
	case orderBefore:
		o = better(back, forward)
	default:
		o = better(back, forward)
		if o >= 0 && o == back && forward >= 0 && r.items[o].class&cComm == 0 && r.items[forward].class&cComm != 0 && r.items[o].class&cOther == 0 {
			o = forward
		}
	}
	if o >= 0 && !channels && r.items[o].class&(cComm|cOther|cTerms|cData) == 0 {
		return -1
	}
	return o
}

// scan walks from v to the first object, remembering a channel on the way.
func (r *reading) scan(v, step, from, to int) int {
	channel := -1
	for i := v + step; i >= from && i < to; i += step {
		it := &r.items[i]
		if it.dead {
			continue
		}
		if it.class&(cAssent|cPermit|cWish|cRequest) != 0 && channel >= 0 {
			break
		}
		switch {
		case it.class&cAbout != 0:
			return channel
		case it.class&cComm != 0 && !r.means(i, from, to):
			return i
		case it.class&(cComm|cChannel) != 0:
			if channel < 0 {
				channel = i
			}
		case it.class&(cOther|cTerms|cData) != 0:
			if (step > 0 || r.f.kinds[it.from] == kindHan) && r.compound(i, to) {
				continue
			}
			if j := i + 2*step; it.class&cOther != 0 && r.lists(i, j, from, to) {
				return j // "the catalogue and offers"
			}
			return i
		}
	}
	return channel
}

// lists reports that goods i and messages j, two items off, are a list.
func (r *reading) lists(i, j, from, to int) bool {
	if j < from || j >= to {
		return false
	}
	and, last := (i+j)/2, max(i, j)
	return r.items[and].class&(cAnd|cComma) != 0 && r.items[and].unknown+r.items[last].unknown <= 2 &&
		!r.items[j].dead && r.items[j].class&cComm != 0 && r.items[j].class&(cOther|cTerms|cData) == 0
}

// way reports that item i is no more than the way the person agrees by:
// "by ordering via WhatsApp you accept".
func (r *reading) way(i, from, to int) bool {
	return r.items[i].class&cComm == 0 && r.means(i, from, to)
}

// means reports that message word i names the way, not the thing: "by text".
func (r *reading) means(i, from, to int) bool {
	if r.lex.order == orderBefore {
		return i+1 < to && r.items[i+1].class&cVia != 0 && r.items[i+1].unknown == 0
	}
	return i > from && r.items[i-1].class&cVia != 0 && r.items[i].unknown <= 1
}
