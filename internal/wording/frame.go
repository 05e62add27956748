package wording

import "slices"

// A stance is what one sentence says about receiving messages.
type stance uint8

const (
	stanceNone     stance = iota
	stancePass            // states an opt-in
	stanceAsks            // asks for one: an answer must follow
	stanceTopic           // names messages and nothing else: a heading
	stanceOffer           // announces messages: passes only with an answer
	stanceAnswer          // answers: yes, reply YES
	stanceAgree           // agrees, and does not say to what
	stanceNegative        // refuses
	stanceBlock           // turns the whole text: silence, opt-out box
	stanceUnsure          // cannot be read
)

// finding is a stance, its reason and the items that show it.
type finding struct {
	stance stance
	reason string
	items  []int
	agrees bool // also fit to answer the sentence before or after
}

const (
	anchors   = cAssent | cPermit | cWish | cRequest | cQuestion | cAct | cTick | cSignup | cGive
	verbs     = cReceive | cSend | cContact
	negatives = cNeg | cRefuse | cStop | cOptOut | cRevoke
	breaks    = cComma | cBut | cSplit
)

// statement decides what the text as a whole says.
func (r *reading) statement() (verdict Verdict, reason string, items []int) {
	fields := r.layout()
	r.spendFields(fields)
	found := make([]finding, len(r.sentences))
	for i := range r.sentences {
		found[i] = r.sentence(&r.sentences[i])
	}
	r.choose(found)
	r.headed(found)
	r.keyed(found)
	if len(fields) > 0 {
		if a := r.agreement(fields); a.stance != stanceNone {
			found = append(found, a)
		}
	}
	// Questions and announcements need their answer nearby.
	for i := range found {
		switch found[i].stance {
		case stanceAsks:
			j := answer(found, i, 2, 4, true)
			if j < 0 {
				j = r.echo(found, i)
			}
			if j >= 0 {
				found[i] = finding{stance: stancePass, reason: "question_answer", items: append(found[i].items, found[j].items...)}
			}
		case stanceTopic:
			if j := agreedBelow(found, i); j >= 0 {
				found[i] = finding{stance: stancePass, reason: "field", items: append(found[i].items, found[j].items...)}
			}
		case stanceOffer:
			if j := answer(found, i, 1, 2, false); j >= 0 {
				found[i] = finding{stance: stancePass, reason: "question_answer", items: append(found[i].items, found[j].items...)}
			}
		}
	}
	var pass, block, negative, unsure, asks, none *finding
	for i := range found {
		switch f := &found[i]; f.stance {
		case stancePass:
			pass = first(pass, f)
		case stanceBlock:
			block = first(block, f)
		case stanceNegative:
			negative = first(negative, f)
		case stanceUnsure:
			unsure = first(unsure, f)
		case stanceAsks:
			asks = first(asks, f)
		default:
			if f.reason != "" && (none == nil || rank(f.reason) < rank(none.reason)) {
				none = f
			}
		}
	}
	switch {
	case block != nil:
		return Fail, block.reason, block.items
	case negative != nil && pass != nil:
		return Unsure, "contradiction", append(slices.Clone(pass.items), negative.items...)
	case negative != nil:
		return Fail, negative.reason, negative.items
	case unsure != nil:
		return Unsure, unsure.reason, unsure.items
	case pass != nil && r.silent(true):
		return Unsure, "contradiction", pass.items // somebody else sends
	case pass != nil:
		return Pass, pass.reason, pass.items
	case asks != nil:
		return Fail, "unanswered", asks.items
	case none != nil:
		return Fail, none.reason, none.items
	}
	return Fail, "none", nil
}

// keyed reads the sentence behind a question that tells which key means which
// answer, "yes: send 1, no: send 2" or "👍 or 👎", as an answer: the "no" in it refuses nothing.
func (r *reading) keyed(found []finding) {
	const talk = cComm | cContact | cReceive | cWish | cPermit | cAssent | cMe | cTick | cUntick | cOptOut | cStop | cRevoke | cSilence | cDeemed | cTerms | cData | cOther | cThird
	for i := 1; i < len(found); i++ {
		s := &r.sentences[i]
		if found[i-1].stance != stanceAsks || found[i].stance == stanceBlock || found[i].stance == stancePass || s.to-s.from > 10 {
			continue
		}
		var c class
		for _, it := range r.items[s.from:s.to] {
			c |= it.class
		}
		thumb := slices.Contains(r.f.runes[s.text[0]:s.text[1]], '👍')
		if c&talk != 0 || !thumb && (c&(cAnswer|cQuestion) == 0 || !r.keys(s)) {
			continue
		}
		found[i] = finding{stance: stanceAnswer, items: r.of(s.from, s.to, cAnswer|cAct|cQuestion)}
	}
}

// keys reports numbers to press or a sign of equality in the text of s.
func (r *reading) keys(s *sentence) bool {
	for i := s.text[0]; i < s.text[1]; i++ {
		if r.f.runes[i] == '=' || r.f.kinds[i] == kindDigit && !r.f.joined(i) && !r.f.joined(i+1) {
			return true
		}
	}
	return false
}

// headed reads a question, a wish or a request that says "it" of the messages
// which a heading names: "Reminders by text. Would you like to get them?"
func (r *reading) headed(found []finding) {
	for i := 1; i < len(found); i++ {
		topic := found[i-1].stance == stanceTopic
		if !topic && found[i-1].stance != stanceOffer || found[i].stance != stanceNone {
			continue
		}
		s := &r.sentences[i]
		c, unknown := r.has(s.from, s.to), 0
		for k := s.from; k < s.to; k++ {
			unknown += r.items[k].unknown
		}
		if c&(oppose|cTerms|cData|cOther|cThird|cIf|cComm) != 0 || c&(verbs|cSignup) == 0 && c&cQuestion == 0 || unknown > 1 || s.to-s.from > 8 {
			continue
		}
		items := append(slices.Clone(found[i-1].items), r.of(s.from, s.to, anchors|verbs)...)
		switch {
		case c&cQuestion != 0 || s.question && c&(cWish|cAssent|cPermit|cRequest) != 0:
			found[i] = finding{stance: stanceAsks, reason: "unanswered", items: items}
			if c&cAnswer != 0 {
				found[i].stance, found[i].reason = stancePass, "question_answer"
			}
		case topic && c&cWish != 0 && c&verbs != 0 && c&cNotice == 0:
			found[i] = finding{stance: stancePass, reason: "wish", items: items}
		}
	}
}

// A box is what stands before or behind an option: "☒ I agree ☐ I do not".
type box uint8

const (
	noBox box = iota
	openBox
	tickedBox
)

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

var boxes = map[rune]box{
	'☐': openBox, '□': openBox, '▢': openBox, '⬜': openBox, '◻': openBox, '▫': openBox, '○': openBox, '◯': openBox,
	'☑': tickedBox, '☒': tickedBox, '✓': tickedBox, '✔': tickedBox, '✅': tickedBox,
}

// choose reads two boxes, one for and one against, as a choice: the one
// against is no refusal unless it alone is ticked.
func (r *reading) choose(found []finding) {
	for i := 1; i < len(found); i++ {
		a, b := &r.sentences[i-1], &r.sentences[i]
		first, second := r.boxAt(a.text[0], -1), r.boxAt(b.text[0], -1)
		if first == noBox {
			first, second = second, r.boxAt(b.text[1], 1)
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

// agreed makes an option that agrees, "☑ I agree to receive", an answer.
func (r *reading) agreed(s *sentence, f *finding) {
	c := r.has(s.from, s.to)
	if f.stance == stanceNone && c&(cAssent|cWish) != 0 && c&(cTerms|cData|cOther|cThird) == 0 {
		*f = finding{stance: stanceAgree, items: r.of(s.from, s.to, cAssent|cWish)}
	}
}

// against reports a sentence with a live negator.
func (r *reading) against(s *sentence) bool { return r.has(s.from, s.to)&(cNeg|cRefuse) != 0 }

func first(a, b *finding) *finding {
	if a != nil {
		return a
	}
	return b
}

// rank orders the reasons of texts without an opt-in, the most telling first.
func rank(reason string) int {
	return slices.Index([]string{"third_party_only", "other_object", "data_only", "terms_only", "refusal", "notice", "user_initiated", "opt_out_info"}, reason)
}

// answer finds the sentence that answers sentence i. A tick is an answer to a
// question only; an announcement needs words that agree.
func answer(found []finding, i, before, after int, question bool) int {
	for d := 1; d <= max(before, after); d++ {
		for _, j := range []int{i + d, i - d} {
			if j < 0 || j >= len(found) || j > i && d > after || j < i && d > before {
				continue
			}
			switch found[j].stance {
			case stanceAgree:
				return j
			case stanceAnswer:
				if question || found[j].agrees {
					return j
				}
			}
		}
	}
	return -1
}

// echo finds the sentence that answers question i in the question's words,
// with an act, or by asking to go ahead: "May we remind you? – Yes, remind me", "… – Do send
// it", or reports -1.
func (r *reading) echo(found []finding, i int) int {
	const turns = oppose | cIf | cTerms | cData | cThird | cInitiate | cNotice
	if i >= len(r.sentences) {
		return -1 // a layout
	}
	q := &r.sentences[i]
	for j := i + 1; j < len(r.sentences) && j <= i+2; j++ {
		s := &r.sentences[j]
		c := r.has(s.from, s.to)
		if s.question || found[j].stance != stanceNone && found[j].stance != stanceOffer || s.to-s.from > 10 || c&turns != 0 {
			continue
		}
		for k := s.from; k < s.to; k++ {
			it := &r.items[k]
			switch {
			case it.dead:
			case it.class&verbs != 0 && (it.class&cRequest != 0 || c&cAnswer != 0), it.class&cAct != 0,
				c&(cUs|cName) == 0 && it.class&(cQuestion|cWish|cAssent|cPermit|verbs) != 0 && r.repeated(q, it.rec):
				found[j].items = []int{k}
				return j
			}
		}
	}
	return -1
}

// repeated reports that sentence q has a live item of record rec.
func (r *reading) repeated(q *sentence, rec uint16) bool {
	for k := q.from; k < q.to; k++ {
		if r.items[k].rec == rec && !r.items[k].dead {
			return rec != 0
		}
	}
	return false
}

// agreedBelow finds what agrees to heading i: the next sentence, or an agreement
// below more headings.
func agreedBelow(found []finding, i int) int {
	for j := i + 1; j < len(found) && j <= i+4; j++ {
		switch f := &found[j]; {
		case f.stance == stanceAgree, f.stance == stanceAnswer && j == i+1:
			return j
		case f.stance != stanceTopic && (f.stance != stanceNone || f.reason != ""):
			return -1
		}
	}
	return -1
}

// sentence finds what one sentence says.
func (r *reading) sentence(s *sentence) finding {
	r.spend(s)
	if f := r.blocked(s); f.stance != stanceNone {
		return f
	}
	r.ellipsis(s)
	if v := r.revoked(s); v >= 0 {
		return finding{stance: stanceNegative, reason: "refusal", items: []int{v}}
	}
	best := finding{}
	from := s.from
	for i := s.from; i <= s.to; i++ {
		if i < s.to && (r.items[i].dead || r.items[i].class&(cBut|cSplit) == 0) {
			continue
		}
		f := r.clause(s, from, i)
		switch {
		case f.stance == stanceNegative || f.stance == stanceUnsure:
			return f
		case f.stance == stancePass || best.stance == stanceNone || best.stance >= stanceAsks && f.stance == stanceAsks:
			if best.stance != stancePass && (f.stance != stanceNone || best.reason == "") {
				best = f
			}
		}
		from = i
	}
	if best.stance == stanceNone {
		// The frame may straddle a clause mark that was not one.
		if f := r.clause(s, s.from, s.to); f.stance != stanceNone {
			best = f
		}
	}
	if best.stance == stancePass || best.stance == stanceAsks {
		if t := r.thirdOnly(s); t >= 0 {
			return finding{reason: "third_party_only", items: []int{t}}
		}
		if m := r.mailed(s); m >= 0 {
			return finding{reason: "other_object", items: []int{m}}
		}
	}
	return best
}

// revoked finds the words that take consent back, or reports -1. They count
// wherever they stand: "the consent I gave X for messages, in spring, is taken
// back". What only says that one may is spent before.
func (r *reading) revoked(s *sentence) int {
	v := r.of(s.from, s.to, cRevoke)
	if len(v) == 0 || r.has(s.from, s.to)&(cAssent|cPermit|cWish|cSignup|cComm|cContact|cChannel) == 0 {
		return -1
	}
	return v[0]
}

// has collects the classes of the live items of [from, to).
func (r *reading) has(from, to int) class {
	var c class
	for i := from; i < to; i++ {
		if !r.items[i].dead {
			c |= r.items[i].class
		}
	}
	return c
}

// region is the stretch around item i between live breaks.
func (r *reading) region(s *sentence, i int, at class) (from, to int) {
	for from = i; from > s.from && r.items[from-1].class&at == 0; from-- {
	}
	for to = i + 1; to < s.to && r.items[to].class&at == 0; to++ {
	}
	return from, to
}

func (r *reading) kill(from, to int) {
	for i := from; i < to; i++ {
		r.items[i].dead = true
	}
}

// spend marks the words of harmless negations and of opt-out information, so
// that neither makes nor undoes an opt-in.
func (r *reading) spend(s *sentence) {
	r.occasions(s)
	r.topics(s)
	for i := s.from; i < s.to; i++ {
		it := &r.items[i]
		if it.dead {
			continue
		}
		from, to := r.region(s, i, breaks)
		switch {
		case it.class&cHarmless != 0:
			it.dead = true
		case it.class&(cRefuse|cNeg) != 0 && r.missing(s, i) >= 0:
			it.dead = true // "I do not want to miss the sale"
			r.items[r.missing(s, i)].dead = true
		case it.class&cOptInfo != 0:
			r.kill(r.back(i, from), to)
		case it.class&cNeg != 0 && r.has(from, to)&cMild != 0:
			r.kill(from, to)
		case it.class&(cStop|cOptOut|cRefuse|cRevoke) != 0:
			c := r.has(from, to)
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
	if r.spent(s) && r.has(s.from, s.to)&(cTick|cUntick) == 0 {
		for i := s.from; i < s.to; i++ {
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

// spent reports whether opt-out information was found in sentence s.
func (r *reading) spent(s *sentence) bool {
	for i := s.from; i < s.to; i++ {
		if it := &r.items[i]; it.dead && it.class&(cOptInfo|cStop|cOptOut) != 0 {
			return true
		}
	}
	return false
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

// of lists the live items of [from, to) that have one of the classes.
func (r *reading) of(from, to int, c class) []int {
	var out []int
	for i := from; i < to; i++ {
		if !r.items[i].dead && r.items[i].class&c != 0 {
			out = append(out, i)
		}
	}
	return out
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
		if from > s.from && r.f.runes[r.items[from-1].from] == '[' && (it.class&cRefuse == 0 || r.buttons(s) > 1) {
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

// clause looks for a frame among the items [from, to).
func (r *reading) clause(s *sentence, from, to int) finding {
	c := r.has(from, to)
	if c&negatives != 0 {
		return r.negative(from, to, c)
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
	bad := c & (cTerms | cData | cOther)
	switch {
	case c&cInitiate != 0 && c&(cAssent|cPermit|cWish|cRequest) == 0:
		return finding{reason: "user_initiated", items: items(cInitiate)}
	case c&cNotice != 0 && c&cAssent == 0 && (c&(cComm|cContact|cChannel) != 0):
		return finding{stance: stanceOffer, reason: "notice", items: items(cNotice)}
	case c&(cAssent|cAnswer) != 0 && bad == 0 && c&cComm == 0 && r.onlyAsks(from, to):
		if c&cAssent != 0 {
			return finding{stance: stanceAgree, items: items(cAssent)}
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
func (r *reading) negative(from, to int, c class) finding {
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
	case !about:
		return finding{}
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
		if it := &r.items[v]; !it.dead && it.class&verbs != 0 && r.delivers(v, from, to) {
			return v
		}
	}
	return -1
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
	if r.has(s.from, s.to)&cName != 0 {
		senders = slices.DeleteFunc(senders, func(n int) bool { // "the offers of those companies"
			return r.items[n].class&(cUs|cBrand) == cUs|cBrand
		})
	}
	silent := r.silent(false)
	for _, n := range senders {
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
		if silent || r.owner(s, n) {
			continue // the owner of the partners who do
		}
		if c&cShare == 0 && r.slot(s, n) {
			return -1
		}
		// "X may send me offers of its partners".
		if c&cShare == 0 && n+1 < s.to {
			for i := n + 1; i < s.to && i <= n+4; i++ {
				if r.items[i].class&(cSend|cContact) != 0 && r.items[i].class&cThird == 0 && (len(third) == 0 || third[0] > i) {
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
