package wording

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Intent is what a person wants who wrote back.
type Intent string

const (
	IntentStopAll      Intent = "stop_all"
	IntentStopCategory Intent = "stop_category"
	IntentStart        Intent = "start"
	IntentNone         Intent = "none"
)

// Reply is what a person wrote back.
type Reply struct {
	Intent   Intent
	Category string // for IntentStopCategory: "marketing", "utility", "authentication" or "calls"
	Unsure   bool   // a person should look
	Language string // tag of the lexicon that decided; empty if none did
	Spans    []Span // the words that decided, in text order
}

// Keywords replaces the lexicons' lists of whole messages. A message is
// compared after folding, without punctuation, emoji and words of politeness.
// Phrases are still read with the lexicons.
type Keywords struct {
	Stop, Start []string
}

// A request is looked for in the first bytes of a message, and in the last ones
// of a longer one, which is marked unsure.
const (
	maxReplyLen = 2 << 10
	replyTail   = 512
)

// ReadReply reads what a person wrote back. A missed stop weighs more than a
// stop too many: a request hidden in a longer message is found as well. kw nil
// means the lexicons' own keywords.
func ReadReply(text string, tag language.Tag, kw *Keywords) *Reply {
	if !utf8.ValidString(text) {
		// What can be read is read; the spans would not fit.
		r := ReadReply(strings.ToValidUTF8(text, "\uFFFD"), tag, kw)
		r.Unsure, r.Spans = true, nil
		return r
	}
	if len(text) > maxReplyLen {
		head, tail := maxReplyLen, len(text)-replyTail
		for !utf8.RuneStart(text[head]) {
			head--
		}
		for !utf8.RuneStart(text[tail]) {
			tail++
		}
		r := ReadReply(text[:head], tag, kw)
		if r.Intent == IntentNone {
			r = ReadReply(text[tail:], tag, kw)
			for i := range r.Spans {
				r.Spans[i].Start += tail
				r.Spans[i].End += tail
			}
		}
		r.Unsure = true
		return r
	}
	sc := replyScratches.Get().(*replyScratch)
	defer replyScratches.Put(sc)
	f := &sc.folded
	f.text(text)
	sc.kept = false
	if kw != nil {
		if r := kw.match(f, nil); r != nil {
			return r
		}
	}
	lib := open()
	none := &Reply{Intent: IntentNone}
	try := func(how attempt) *Reply {
		for _, i := range sc.languages {
			l := lib.languages[i].lex()
			if kw != nil && how == attemptPlain {
				if r := kw.match(f, l.reply()); r != nil {
					return r
				}
			}
			switch r := sc.read(l, kw == nil, how); {
			case r.Intent != IntentNone:
				r.Unsure = r.Unsure || how == attemptMended
				return r
			case r.Unsure && !none.Unsure:
				none = r // another attempt may be surer
			}
		}
		return nil
	}
	for {
		if sc.order(lib, tag); len(sc.languages) > 0 {
			sc.primary = lib.languages[sc.languages[0]].lex()
		}
		for _, how := range [...]attempt{attemptPlain, attemptPhrases, attemptMended} {
			if how == attemptPlain || !sc.kept {
				if r := try(how); r != nil {
					return r
				}
			}
		}
		// Letters are drawn out in anger: "bastaaa", "callll". Two of them may
		// be right, or one.
		if !f.squeeze(2) && !f.squeeze(1) {
			break
		}
	}
	return none
}

type replyScratch struct {
	folded     folded
	candidates []candidate
	items      []item
	languages  []int
	parts      []part
	primary    *lexicon // the language that is tried first
	kept       bool     // "don't stop" was read: nobody guesses at what else may be meant
}

var replyScratches = sync.Pool{New: func() any { return new(replyScratch) }}

// order lists the languages to try: the caller's, those the words point to,
// English (its keywords are used everywhere) and, for a message of a word or
// two, all others of its script.
func (sc *replyScratch) order(lib *library, tag language.Tag) {
	f := &sc.folded
	out := sc.languages[:0]
	add := func(i int) {
		if i >= 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	hint := lib.index(tag)
	add(hint)
	if hint >= 0 && !lib.languages[hint].writes(f) {
		hint = -1 // "band karo" from a reader of Urdu
	}
	if hint < 0 || len(f.runes) > 24 {
		sc.candidates = lib.detect(f, noMask, hint, sc.candidates)
		for k, c := range sc.candidates {
			if k < 2 && (k == 0 || c.own > 1) {
				add(c.index)
			}
		}
	}
	if i, ok := lib.byTag["en"]; ok {
		add(i)
	}
	if hint < 0 && len(f.runes) <= 40 {
		var seen [kinds]bool
		for _, k := range f.kinds {
			if k > kindDigit && !seen[k] {
				seen[k] = true
				for _, i := range lib.group[k]().languages {
					add(i)
				}
			}
		}
	}
	sc.languages = out
}

// knows reports that the language tried first knows the word at i.
func (sc *replyScratch) knows(i int) bool {
	_, rec := sc.primary.reply().longest(&sc.folded, i)
	return rec != 0
}

// An attempt is a way to read a message, tried when those before found nothing.
type attempt uint8

const (
	attemptPlain   attempt = iota
	attemptPhrases         // whole messages hide no phrase that begins with the same words
	attemptMended          // and a word that is not known may be a slip of the finger
)

// read reads the folded message in one language.
func (sc *replyScratch) read(l *lexicon, keywords bool, how attempt) *Reply {
	hide := class(0)
	if how != attemptPlain {
		hide = rStop | rStart | rAsk
	}
	f := &sc.folded
	t := l.trie(forReply, f, nil)
	items, stray := sc.items[:0], 0
	words := 0
	pending := 0
	var open gaps
	parts := append(sc.parts[:0], part{})
	var slips []int // items
	first := -1
	for i := 0; i < len(f.runes); {
		if f.kinds[i] == kindNone || f.joined(i) {
			if p := &parts[len(parts)-1]; f.kinds[i] == kindNone && ends(f.runes[i]) && (p.from < len(items) || p.stray > 0) {
				p.to = len(items)
				parts = append(parts, part{from: len(items), first: full(f.runes[i])})
			} else if full(f.runes[i]) {
				p.first = true
			}
			i++
			continue
		}
		words++
		if first < 0 {
			first = i
		}
		to, rec := t.longestJoined(f, i, &open, hide)
		if rec == 0 {
			to, rec, _ = l.cliticMatch(t, f, i, &open)
		}
		if rec == 0 {
			to, rec = t.compound(f, i)
		}
		c := class(0)
		if rec != 0 {
			c = t.recs[rec-1].class
		} else if how == attemptMended && !sc.knows(i) {
			const fit = rStop | rPhrase | rOpen | rVerb | rNeg | rAll | rInnocent | rPolite | rNoise | objects
			if end, m := t.mended(f, i); m != 0 && t.recs[m-1].class&fit != 0 {
				to, rec, c = end, m, t.recs[m-1].class&fit
				slips = append(slips, len(items))
			}
		}
		if rec == 0 {
			stray++
			pending++
			parts[len(parts)-1].stray++
			if f.kinds[i].unspaced() {
				i++
			} else {
				i = max(i+1, f.wordEnd(i+1))
			}
			continue
		}
		items = append(items, item{from: i, to: to, class: c, rec: rec, unknown: pending})
		pending = 0
		i = max(to, i+1)
	}
	for _, i := range slips {
		// A keyword counts as the first word, or in a message of a few: "stpo".
		if items[i].from != first && words > 3 {
			items[i].class &^= rStop
		}
	}
	for i := range items { // gapped forms
		for _, g := range t.opens(items[i].rec) {
			for j := i + 1; j < len(items) && items[j].from-items[i].to < gapRunes; j++ {
				if t.closes(items[j].rec, g.id) {
					items[i].class |= g.class
					break
				}
			}
		}
	}
	parts[len(parts)-1].to = len(items)
	sc.items, sc.parts = items, parts
	m := message{items: items, stray: stray, order: l.order, parts: parts}
	if len(items) > 0 && items[0].from == first {
		m.shouted = shouted(f, items[0].from, items[0].to)
	}
	r := m.read(keywords)
	sc.kept = sc.kept || m.any(rKeep) >= 0
	r.Language = l.tag
	if r.Intent == IntentNone && !r.Unsure {
		r.Language = ""
	}
	for _, i := range m.decided {
		r.Spans = append(r.Spans, f.span(items[i].from, items[i].to))
	}
	sortSpans(r.Spans)
	return r
}

// message is a reply cut into words that matter.
type message struct {
	items   []item
	stray   int // unknown words
	order   order
	parts   []part
	shouted bool // the first item is in capitals, and the message is not
	at      int  // where its items begin in the message it is a part of
	doubt   bool // goods that nobody listed may be what is not wanted
	decided []int
}

// part is a run of items between punctuation.
type part struct {
	from, to int
	stray    int
	first    bool // of a sentence
}

// ends reports punctuation behind which something else may be said.
func ends(r rune) bool {
	switch r {
	case ' ', '\'', '"', '-', '*', '_', '&', '/', '#', '%', '@', '+':
		return false
	}
	return true
}

// full reports punctuation that ends a sentence.
func full(r rune) bool {
	switch r {
	case '.', '!', '?', '\n', ';', '…', '。', '।', '۔', '؟', '؛', '॥':
		return true
	}
	return false
}

// shouted reports that the word at [from, to) is in capitals, and not
// because everything is.
func shouted(f *folded, from, to int) bool {
	for i := from; i < to; i++ {
		if f.kinds[i].cased() && !f.upper[i] {
			return false
		}
	}
	for i := to; i < len(f.runes); i++ {
		if f.kinds[i].cased() && !f.upper[i] {
			return f.kinds[from].cased() && to-from > 2
		}
	}
	return false
}

// apart finds a keyword that is one part of the message and nothing but, or is
// shouted at its start: "Stop. Where is my order?"
func (m *message) apart() int {
	for _, p := range m.parts {
		if p.to == p.from {
			continue
		}
		sub := message{items: m.items[p.from:p.to], stray: p.stray, order: m.order}
		if sub.whole(rStop) {
			return p.from + sub.decided[0]
		}
	}
	if m.shouted && m.items[0].class&rStop != 0 && m.items[0].class&rInnocent == 0 {
		return 0
	}
	return -1
}

func (m *message) any(c class) int {
	for i := range m.items {
		if m.items[i].class&c != 0 {
			return i
		}
	}
	return -1
}

// whole reports that the message is a keyword of class c and nothing but.
func (m *message) whole(c class) bool {
	if m.stray > 0 {
		return false
	}
	at := -1
	for i := range m.items {
		switch k := m.items[i].class; {
		case k&c != 0:
			if at < 0 {
				at = i
			}
		case k&rPolite == 0:
			return false
		}
	}
	if at >= 0 {
		m.decided = []int{at}
	}
	return at >= 0
}

func (m *message) read(keywords bool) (r *Reply) {
	if keywords {
		switch {
		case m.whole(rStop):
			return &Reply{Intent: IntentStopAll}
		case m.whole(rStart):
			return &Reply{Intent: IntentStart}
		case m.whole(rAsk):
			return &Reply{Intent: IntentStopAll, Unsure: true}
		}
	}
	if r := m.sentences(keywords); r != nil {
		return r
	}
	kept := m.except()
	if m.any(rKeep) >= 0 {
		if i := m.everything(rKeep); i > m.any(rKeep) {
			m.decided = []int{i}
			return &Reply{Intent: IntentStopAll, Unsure: true} // "You just don't stop! Unsubscribe."
		}
		return &Reply{Intent: IntentNone}
	}
	if kept {
		// What is stopped is known, but how much of it a person should say.
		defer func() { r.Unsure = r.Unsure || r.Intent != IntentNone }()
	}
	phrase := m.phrase()
	if i := m.any(rResume); i >= 0 && phrase < 0 {
		m.decided = []int{i}
		if m.denied(i) || m.everything(rResume) >= 0 {
			return &Reply{Intent: IntentStopAll, Unsure: true} // "do not resubscribe me"
		}
		return &Reply{Intent: IntentStart}
	}
	object := -1
	if phrase >= 0 {
		m.decided = []int{phrase}
	} else {
		v := -1
		for i := range m.items {
			if m.items[i].class&(rVerb|rNeg|rStop) == 0 {
				continue
			}
			if o := m.object(i); o >= 0 {
				v, object = i, o
				break
			}
		}
		if v < 0 {
			return m.bare(keywords)
		}
		m.decided = []int{v, object}
	}
	r = m.scope()
	if i := m.everything(narrow); i >= 0 && !kept && r.Intent == IntentStopCategory {
		m.decided = []int{i}
		return &Reply{Intent: IntentStopAll, Unsure: true}
	}
	return r
}

// denied reports a negator beside item i: "do not resubscribe me".
func (m *message) denied(i int) bool {
	if i > 0 && m.items[i-1].class&rNeg != 0 && m.items[i].unknown == 0 {
		return true
	}
	return m.order == orderBefore && i+1 < len(m.items) && m.items[i+1].class&rNeg != 0 && m.items[i+1].unknown <= 1
}

// narrow are the objects that make a stop one of a category.
const narrow = rPromo | rUpdate | rCode | rCall

// everything finds a stop of everything that stands in a part of its own, one
// without words of class without: "No more offers. Unsubscribe."
func (m *message) everything(without class) int {
	for _, p := range m.parts {
		sub := message{items: m.items[p.from:p.to], stray: p.stray, order: m.order, parts: []part{{to: p.to - p.from, stray: p.stray}}}
		if sub.any(without) >= 0 {
			continue
		}
		if sub.whole(rStop) {
			return p.from + sub.decided[0]
		}
		if i := sub.any(rPhrase); i >= 0 && sub.any(narrow) < 0 {
			return p.from + i
		}
		for i := range sub.items {
			if sub.items[i].class&(rVerb|rNeg|rStop) == 0 {
				continue
			}
			if o := sub.object(i); o >= 0 && sub.any(narrow) < 0 {
				return p.from + i
			}
		}
	}
	return -1
}

// sentences reads a message of several sentences one by one, so that what one
// says is neither undone nor narrowed by another: "No more messages. When does
// the offer end? Don't stop baking!" It reports nil if no sentence by itself
// says anything.
func (m *message) sentences(keywords bool) *Reply {
	var stop, category, start *Reply
	lastStop, lastStart, others := -1, -1, false
	n := 0
	for from := 0; from < len(m.parts); n++ {
		to := from + 1
		for to < len(m.parts) && !m.parts[to].first {
			to++
		}
		if from == 0 && to == len(m.parts) {
			return nil
		}
		sub := m.sub(from, to)
		from = to
		others = others || sub.any(rKeep|rExcept|rResume) >= 0
		var r *Reply
		if keywords && sub.whole(rStop) {
			r = &Reply{Intent: IntentStopAll, Unsure: true}
		} else {
			r = sub.read(false)
		}
		keep := func(old **Reply) {
			if *old == nil {
				*old = r
				m.decided = m.decided[:0]
				for _, i := range sub.decided {
					m.decided = append(m.decided, sub.at+i)
				}
			}
		}
		switch r.Intent {
		case IntentStopAll:
			keep(&stop)
			lastStop = n
		case IntentStopCategory:
			if stop == nil {
				keep(&category)
			}
			lastStop = n
		case IntentStart:
			start = nil
			keep(&start)
			lastStart = n
		}
	}
	switch {
	case lastStart > lastStop:
		start.Unsure = start.Unsure || lastStop >= 0
		return start
	case stop != nil:
		stop.Unsure = stop.Unsure || others
		return stop
	}
	return category
}

// sub is what parts [from, to) of the message say by themselves.
func (m *message) sub(from, to int) *message {
	at := m.parts[from].from
	s := &message{items: slices.Clone(m.items[at:m.parts[to-1].to]), order: m.order, at: at}
	for _, p := range m.parts[from:to] {
		s.stray += p.stray
		s.parts = append(s.parts, part{from: p.from - at, to: p.to - at, stray: p.stray})
	}
	return s
}

// phrase finds a phrase that stops, or reports -1. "Don't send" is none where
// goods are what should not be sent, or may be.
func (m *message) phrase() int {
	for i, it := range m.items {
		switch {
		case it.class&rOpen == 0 && it.class&rPhrase == 0, it.class&rOpen != 0 && m.goods(i):
		case it.class&rPhrase != 0 || m.any(objects|rAll) >= 0 || m.partOf(i).stray == 0:
			return i
		default:
			m.doubt = true
		}
	}
	return -1
}

// goods reports that the nearest object of phrase i, in its part of the
// message, is no message.
func (m *message) goods(i int) bool {
	steps := []int{1, -1}
	if m.order == orderBefore {
		steps = []int{-1, 1}
	}
	p := m.partOf(i)
	for _, step := range steps {
		for j := i + step; j >= p.from && j < p.to; j += step {
			if m.items[max(j, j-step)].unknown > 3 {
				break
			}
			k := m.items[j].class
			if k&(objects|rAll) != 0 {
				return false
			}
			if k&rInnocent != 0 {
				return true
			}
			if k&(rPolite|rNoise) == 0 {
				break
			}
		}
	}
	return false
}

// partOf is the part of the message that item i stands in.
func (m *message) partOf(i int) part {
	for _, p := range m.parts {
		if i >= p.from && i < p.to {
			return p
		}
	}
	return part{}
}

// except blanks what a message wants to go on, so that it never is what is
// stopped: "stop everything except order updates". It does so only if a stop
// stands elsewhere.
func (m *message) except() bool {
	const stops = rVerb | rStop | rPhrase | rOpen
	e := m.any(rExcept)
	if e < 0 {
		return false
	}
	from, to := e, e+1
	if m.order == orderBefore {
		for from > 0 && m.items[from-1].class&stops == 0 {
			from--
		}
	} else {
		for to < len(m.items) && m.items[to].class&stops == 0 {
			to++
		}
	}
	rest := message{items: slices.Concat(m.items[:from], m.items[to:])}
	if rest.any(stops|rNeg) < 0 {
		return false
	}
	for i := from; i < to; i++ {
		m.items[i].class = rNoise
	}
	return true
}

const objects = rMessage | rPromo | rUpdate | rCode | rCall

// object finds what verb or negator i stops: the first message word beside it,
// unless something else comes first.
func (m *message) object(i int) int {
	look := func(step int) int {
		gap := 0
		for j := i; ; {
			if step > 0 {
				if j++; j >= len(m.items) {
					return -1
				}
				gap += m.items[j].unknown
			} else {
				gap += m.items[j].unknown
				if j--; j < 0 {
					return -1
				}
			}
			k := m.items[j].class
			switch {
			case gap > 4:
				return -1
			case k&objects != 0:
				return j
			case k&rInnocent != 0 && step > 0 && j+1 < len(m.items) && m.items[j+1].class&objects != 0 && m.items[j+1].unknown == 0 && m.partOf(j+1) == m.partOf(j):
				return j + 1 // "my order messages"
			case k&rInnocent != 0:
				return -1
			}
		}
	}
	if m.items[i].class&objects != 0 {
		return i
	}
	if m.order == orderBefore {
		if j := look(-1); j >= 0 {
			return j
		}
		return look(1)
	}
	if j := look(1); j >= 0 {
		return j
	}
	if m.order == orderEither {
		return look(-1)
	}
	return -1
}

// bare decides messages that have a stop word and no object: "Stop, you
// idiots" stops; "stop by" and "my order" do not.
func (m *message) bare(keywords bool) *Reply {
	if i := m.apart(); keywords && i >= 0 {
		m.decided = []int{i}
		return &Reply{Intent: IntentStopAll, Unsure: true}
	}
	i := m.any(rStop)
	if keywords && i >= 0 && m.any(rInnocent) < 0 && m.stray <= 3 {
		m.decided = []int{i}
		return &Reply{Intent: IntentStopAll, Unsure: m.stray > 1}
	}
	return &Reply{Intent: IntentNone, Unsure: m.doubt || keywords && m.aside()}
}

// aside reports a stop word in a part of the message without goods or
// questions about them: "my order is late, stop sending your rubbish".
func (m *message) aside() bool {
	if len(m.parts) < 2 {
		return false
	}
	for _, p := range m.parts {
		sub := message{items: m.items[p.from:p.to]}
		if sub.any(rStop|rVerb) >= 0 && sub.any(rInnocent|rKeep) < 0 {
			return true
		}
	}
	return false
}

// rather reports that every message word stands apart from call i, in a part
// of the message that stops nothing: "don't call, a message is fine".
func (m *message) rather(i int) bool {
	if m.any(rAll) >= 0 {
		return false
	}
	for _, p := range m.parts {
		var c class
		for _, it := range m.items[p.from:p.to] {
			c |= it.class
		}
		if c&rMessage == 0 || c&rCall != 0 && c&(rVerb|rNeg|rStop|rPhrase|rOpen) != 0 && i >= p.from && i < p.to && !m.plain(p) {
			continue
		}
		if i >= p.from && i < p.to || c&(rVerb|rNeg|rStop|rPhrase|rOpen) != 0 || p.to-p.from+p.stray < 2 {
			return false
		}
	}
	return true
}

// plain reports messages in part p that are no calls.
func (m *message) plain(p part) bool {
	for _, it := range m.items[p.from:p.to] {
		if it.class&rMessage != 0 && it.class&rCall == 0 {
			return true
		}
	}
	return false
}

// scope tells a stop of everything from the stop of one category.
func (m *message) scope() *Reply {
	category := ""
	at := -1
	for _, c := range []struct {
		class class
		name  string
	}{{rPromo, "marketing"}, {rUpdate, "utility"}, {rCode, "authentication"}} {
		if i := m.any(c.class); i >= 0 {
			category, at = c.name, i
			break
		}
	}
	if i := m.any(rCall); category == "" && i >= 0 && (m.any(rMessage&^rCall) < 0 || m.rather(i)) {
		category, at = "calls", i
	}
	if category == "" {
		return &Reply{Intent: IntentStopAll}
	}
	if !slices.Contains(m.decided, at) {
		m.decided = append(m.decided, at)
	}
	slices.Sort(m.decided)
	return &Reply{Intent: IntentStopCategory, Category: category}
}

// match compares a whole message with the caller's keywords, words of
// politeness of one language aside. t may be nil.
func (kw *Keywords) match(f *folded, t *trie) *Reply {
	text := plainWords(f, t)
	if text == "" {
		return nil
	}
	for _, l := range []struct {
		list   []string
		intent Intent
	}{{kw.Stop, IntentStopAll}, {kw.Start, IntentStart}} {
		for _, k := range l.list {
			var kf folded
			kf.text(k)
			if plainWords(&kf, nil) == text {
				return &Reply{Intent: l.intent, Spans: []Span{f.span(0, len(f.runes))}}
			}
		}
	}
	return nil
}

// plainWords are the words of f with a space between, without those that t knows
// as polite.
func plainWords(f *folded, t *trie) string {
	var b strings.Builder
	for i := 0; i < len(f.runes); i++ {
		if f.kinds[i] == kindNone {
			if b.Len() > 0 && !strings.HasSuffix(b.String(), " ") {
				b.WriteByte(' ')
			}
			continue
		}
		if t != nil && !f.joined(i) {
			if end, rec := t.longest(f, i); rec != 0 && t.recs[rec-1].class&rPolite != 0 {
				i = end - 1
				continue
			}
		}
		b.WriteRune(bare(f.runes[i]))
	}
	return strings.TrimSpace(b.String())
}
