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
	r.leave(found)
	r.choose(found)
	r.marked(found)
	r.headed(found)
	r.keyed(found)
	r.denied(found)
	r.leftOpen(found)
	r.unread(fields, found)
	if len(fields) > 0 {
		if a := r.agreement(fields); a.stance != stanceNone {
			found = append(found, a)
		}
	}
	// Questions and announcements need their answer nearby.
	for i := range found {
		switch found[i].stance {
		case stanceAsks:
			j := r.answer(found, i, 2, 4, true)
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
			if j := r.answer(found, i, 1, 2, false); j >= 0 {
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

// leave reads refusals that only tell the way out as such: "Don't want these
// texts any more? Send STOP to 900", "Reply STOP and nothing more will be
// sent".
func (r *reading) leave(found []finding) {
	const own = cAssent | cPermit | cWish | cMe | cTick | cUntick | cSilence | cUnless | cDeemed | cRevoke
	for i := range r.sentences {
		s := &r.sentences[i]
		c := r.has(s.from, s.to)
		if found[i].stance != stanceNegative && found[i].reason != "double_negative" && found[i].reason != "refusal" || c&own != 0 {
			continue
		}
		if r.tellsWayOut(i) || s.question && r.tellsWayOut(i+1) || c&(cRefuse|cNotice) != cRefuse && r.tellsWayOut(i-1) {
			s.leaves = true
			found[i] = finding{reason: "opt_out_info", items: r.of(s.from, s.to, negatives)}
		}
	}
}

// tellsWayOut reports that sentence i tells how to stop the messages: in words
// of the lexicon, or by a word that stops them, in capitals or in quotes, or
// beside a number where there are no capitals.
func (r *reading) tellsWayOut(i int) bool {
	if i < 0 || i >= len(r.sentences) {
		return false
	}
	s, f := &r.sentences[i], r.f
	if r.spent(s) >= 0 {
		return true
	}
	number, small := slices.Contains(f.kinds[s.text[0]:s.text[1]], kindDigit), f.small(s.text[0], s.text[1])
	t := r.lex.reply()
	for p := s.text[0]; p < s.text[1]; p++ {
		if f.kinds[p] <= kindDigit || f.joined(p) {
			continue
		}
		end, rec := t.longest(f, p)
		if rec == 0 || t.recs[rec-1].class&(rStop|rAsk) == 0 {
			continue
		}
		quoted := p > 0 && end < len(f.runes) && quoteAt(f, p-1) && quoteAt(f, end)
		if quoted || small && f.upper[p] && f.upper[end-1] && end-p > 1 || number && !f.kinds[p].cased() {
			return true
		}
	}
	return false
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

// leftOpen turns an agreement whose box is empty, while another box is ticked,
// into a question: the form is filled in, and this was left out.
func (r *reading) leftOpen(found []finding) {
	before := func(i int) box { return r.boxAt(r.sentences[i].text[0], -1) }
	for i := range r.sentences {
		if before(i) != tickedBox {
			continue
		}
		for k := range r.sentences {
			if f := &found[k]; before(k) == openBox && f.stance == stancePass {
				f.stance, f.reason = stanceAsks, "unanswered"
			}
		}
		return
	}
}

// unread makes of a label that consents an unsure one if its value says nothing
// that can be read: "Consent to messages: pending".
func (r *reading) unread(fields []field, found []finding) {
	for i := range fields {
		d := &fields[i]
		if !d.consents() || d.value&^(cComma|cWord) != 0 || d.to-d.colon > 20 || r.answered(d) != noBox || !r.says(d) {
			continue
		}
		for k := range r.sentences {
			s, f := &r.sentences[k], &found[k]
			if f.stance == stancePass && s.from >= d.items[0] && s.to <= d.items[1] {
				*f = finding{stance: stanceUnsure, reason: "unanswered", items: f.items}
			}
		}
	}
}

// says reports a value with words or a cross, and no tick. A signature, words
// that all begin with capitals, says nothing against.
func (r *reading) says(d *field) bool {
	f := r.f
	words, capitals, cross := 0, 0, false
	for i := d.colon + 1; i < d.to; i++ {
		if b, _ := boxRune(f, i); b == tickedBox {
			return false
		}
		cross = cross || f.runes[i] == '❌' || f.runes[i] == '✗' || f.runes[i] == '✘'
		if f.kinds[i] == kindNone || f.joined(i) {
			continue
		}
		words++
		if f.upper[i] {
			capitals++
		}
	}
	return cross || words > 0 && (words < 2 || capitals < words)
}

// denied reads a bare "no" behind what asks or agrees as the refusal it is,
// unless it stands beside a bare "yes": then both are to choose from.
func (r *reading) denied(found []finding) {
	said := false
	for i := range r.sentences {
		s := &r.sentences[i]
		f := &found[i]
		if said && (f.stance == stanceNone) && r.barely(s, cNeg|cRefuse) && r.boxAt(s.text[0], -1) != openBox && r.boxAt(s.text[1]-1, 1) != openBox &&
			!(i > 0 && r.barely(&r.sentences[i-1], cAnswer)) && !(i+1 < len(r.sentences) && r.barely(&r.sentences[i+1], cAnswer)) {
			*f = finding{stance: stanceNegative, reason: "refusal", items: r.of(s.from, s.to, negatives)}
		}
		said = said || f.stance == stancePass || f.stance == stanceAsks || f.stance == stanceOffer
	}
}

// barely reports a sentence that ends with one word of c and says little else.
func (r *reading) barely(s *sentence, c class) bool {
	unknown, at := 0, -1
	for k := s.from; k < s.to; k++ {
		it := &r.items[k]
		unknown += it.unknown
		switch {
		case it.dead:
			return false
		case it.class&c != 0:
			if at >= 0 {
				return false // "Refusal: NO" tells the way out
			}
			at = k
		case it.class&^(cWord|cComma|cMe|cYou|cUs|cName|cNaming) != 0:
			return false
		}
	}
	if at < 0 || unknown > 1 || s.to-s.from > 6 || s.question {
		return false
	}
	for i := r.items[at].to; i < s.text[1]; i++ {
		if r.f.kinds[i] != kindNone || r.f.runes[i] == '】' || r.f.runes[i] == ']' {
			return false // "No obligation", and a button
		}
	}
	return true
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

// answer finds the sentence that answers sentence i. A tick is an answer to a
// question only; an announcement needs words that agree, and to nothing else.
func (r *reading) answer(found []finding, i, before, after int, question bool) int {
	for d := 1; d <= max(before, after); d++ {
		for _, j := range []int{i + d, i - d} {
			if j < 0 || j >= len(found) || j > i && d > after || j < i && d > before {
				continue
			}
			if r.taken(found, i, j) {
				continue
			}
			switch found[j].stance {
			case stanceAgree, stanceAnswer:
				if question || found[j].agrees {
					return j
				}
			}
		}
	}
	return -1
}

// taken reports that another question than i stands before answer j, nearer.
func (r *reading) taken(found []finding, i, j int) bool {
	if j < len(r.sentences) && j != i+1 && r.strangeQuestion(j) {
		return true
	}
	from := i + 1
	if j < i {
		from = max(j-1, 0)
		if from < j && r.sentences[from].question {
			return true
		}
	}
	for k := from; k < j && k < len(r.sentences); k++ {
		s := &r.sentences[k]
		if k == j-1 && k > i && found[k].stance == stanceNone && r.has(s.from, s.to)&(cTerms|cData) != 0 {
			return true // it is these that are agreed to
		}
		if c := r.has(s.from, s.to); s.question && found[k].stance != stanceAsks && (c&(cAssent|cPermit|cWish|cQuestion) == 0 || c&(cTerms|cData|cOther) != 0) {
			return true
		}
	}
	return false
}

// strangeQuestion reports that a question without any known word stands before
// sentence j.
func (r *reading) strangeQuestion(j int) bool {
	p := r.sentences[j].text[0]
	if p == 0 || j > 0 && r.sentences[j-1].text[1] == p {
		return false
	}
	return markAt(r.f, p-1, r.lex.tag) == markQuestion
}

// echo finds the sentence that answers question i in the question's words,
// with an act, or by asking to go ahead: "May we remind you? – Yes, remind me", "… – Do send
// it", or reports -1.
func (r *reading) echo(found []finding, i int) int {
	const turns = oppose | cIf | cTerms | cData | cOther | cThird | cInitiate | cNotice
	if i >= len(r.sentences) {
		return -1 // a layout
	}
	q := &r.sentences[i]
	for j := i + 1; j < len(r.sentences) && j <= i+2; j++ {
		s := &r.sentences[j]
		c := r.has(s.from, s.to)
		if found[j].stance == stanceNegative || found[j].reason == "refusal" {
			return -1
		}
		if s.question || found[j].stance != stanceNone && found[j].stance != stanceOffer || s.to-s.from > 10 || c&turns != 0 || !r.bare(s) && (c&cAnswer == 0 || s.unknown > 4) {
			continue
		}
		for k := s.from; k < s.to; k++ {
			it := &r.items[k]
			switch {
			case it.dead:
			case it.class&verbs != 0 && c&cName == 0 && (it.class&cRequest != 0 || r.has(s.from, k)&cAnswer != 0), it.class&cAct != 0 && c&(cComm|cUtility) == 0,
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

// longest is how many items a sentence may have to be read: the time grows with their third power.
const longest = 500

// sentence finds what one sentence says.
func (r *reading) sentence(s *sentence) finding {
	if s.to-s.from > longest {
		return finding{stance: stanceUnsure, reason: "long_sentence"}
	}
	r.spend(s)
	if f := r.blocked(s); f.stance != stanceNone {
		return f
	}
	r.ellipsis(s)
	if v := r.revoked(s); v >= 0 {
		return finding{stance: stanceNegative, reason: "refusal", items: []int{v}}
	}
	best := finding{}
	from, clauses := s.from, 0
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
		clauses++
	}
	if best.stance == stanceNone && clauses > 1 {
		// The frame may straddle a clause mark that was not one.
		if f := r.clause(s, s.from, s.to); f.stance != stanceNone {
			best = f
		}
	}
	if best.stance == stanceAnswer && s.question && !best.agrees {
		return finding{} // "Leaky tap?"
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
