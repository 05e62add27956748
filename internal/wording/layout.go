package wording

// A field is one line of a layout such as "Consent: granted / Sender: X /
// Topics: … / Channel: SMS": a label, a colon and a value.
type field struct {
	from, colon, to int // folded positions
	label, value    class
	items           [2]int // items of label and value
}

// An agreement in fields straddles them: one says that the person agrees, the
// others to what. Fields are therefore read over the heads of the sentences.

// maxLabel is how long a label may be; more is a sentence with a colon.
const maxLabel = 64

// layout finds the fields of the text.
func (r *reading) layout() []field {
	f := r.f
	out := r.fields[:0]
	item := 0
	for from := 0; from < len(f.runes); {
		colon, to := -1, from
		for ; to < len(f.runes); to++ {
			if colon < 0 && r.parts(from, to) {
				colon = to
			} else if fieldEnd(f, to) {
				break
			}
		}
		if colon >= 0 && colon-from <= maxLabel {
			if blank(f, colon+1, to) && to < len(f.runes) {
				for to++; to < len(f.runes) && !fieldEnd(f, to); to++ { // the value is on the next line
				}
			}
			d := field{from: from, colon: colon, to: to}
			for item < len(r.items) && r.items[item].from < from {
				item++
			}
			d.items[0] = item
			for ; item < len(r.items) && r.items[item].from < to; item++ {
				if r.items[item].from < colon {
					d.label |= r.items[item].class
				} else {
					d.value |= r.items[item].class
				}
			}
			d.items[1] = item
			out = append(out, d)
		}
		from = to + 1
	}
	r.fields = out
	return out
}

// parts reports that position i parts a label, which begins at from, from its
// value: a colon, a dash between spaces, or what closes 【label】.
func (r *reading) parts(from, i int) bool {
	f := r.f
	switch f.runes[i] {
	case ':':
		return i+1 >= len(f.kinds) || f.kinds[i+1] != kindDigit
	case '】':
		return f.runes[from] == '【'
	case '-':
		return i > from+1 && f.runes[i-1] == ' ' && i+1 < len(f.runes) && f.runes[i+1] == ' ' && (from == 0 || f.runes[from-1] == '\n')
	}
	return false
}

// fieldEnd reports that position i parts two fields.
func fieldEnd(f *folded, i int) bool {
	switch f.runes[i] {
	case '\n', '|', ';', '•', '●', '▪', '★', '。', '।', '॥', '۔':
		return true
	case '/', '.', '-', '·':
		return i+1 == len(f.runes) || f.runes[i+1] == ' ' && (f.runes[i] == '.' || i > 0 && f.runes[i-1] == ' ')
	}
	return false
}

func blank(f *folded, from, to int) bool {
	for _, r := range f.runes[from:to] {
		if r != ' ' {
			return false
		}
	}
	return true
}

const (
	consents  = cAssent | cPermit | cSignup
	oppose    = negatives | cUnless | cSilence | cDeemed
	endorses  = cAnswer | cAssent | cPermit | cGranted | cReceive
	deliverer = cNaming | cFrom | cSend | cBrand | cBehalf
)

// consents reports a label of consent to messages or to nothing named:
// "Consent: given", "Receiving: I agree", "Reminders: yes".
func (d *field) consents() bool {
	if d.label&(oppose|cTerms|cData|cOther|cThird|cIf|cMail|cNotice|cRequest) != 0 {
		return false
	}
	return d.label&consents != 0 || d.label&cReceive != 0 && d.value&(cAssent|cPermit) != 0 ||
		d.label&cComm != 0 && d.label&(verbs|deliverer) == 0 && d.value&^(cComma|cWord) == cAnswer
}

// speaks reports that the field names messages, or the way they come.
func (d *field) speaks() bool { return (d.label|d.value)&(cComm|cChannel) != 0 }

// wayOut reports a field that tells how to stop.
func (d *field) wayOut() bool {
	const out = cStop | cOptOut | cOptInfo
	if d.label&cRefuse != 0 && d.value&out != 0 && d.value&^(out|cComma|cWord|cAct|cSend|cRequest|cChannel) == 0 {
		return true // "Refusal: STOP"
	}
	return d.label&out != 0 && d.label&(consents|cComm|cReceive) == 0
}

// spendFields spends what fields tell about the way out, so that it is no
// refusal, if a field of consent stands beside them.
func (r *reading) spendFields(fields []field) {
	agreed := false
	for i := range fields {
		agreed = agreed || fields[i].consents()
	}
	for i := range fields {
		if d := &fields[i]; agreed && d.wayOut() {
			r.kill(d.items[0], d.items[1])
		}
	}
}

// agreement reads the fields as a whole. Its finding has no stance if they do
// not say that the person agrees to messages.
func (r *reading) agreement(fields []field) finding {
	speaks := -1
	for i := range fields {
		d := &fields[i]
		if d.speaks() && speaks < 0 && r.answered(d) != openBox {
			speaks = i
		}
		switch {
		case d.label&(cTerms|cData) != 0: // it may be these that are agreed to
			return finding{}
		case d.label&deliverer != 0 && d.value&cThird != 0 && d.value&(cName|cUs) == 0:
			return finding{}
		}
	}
	if speaks < 0 {
		return finding{}
	}
	for i := range fields {
		d := &fields[i]
		if !d.consents() || len(fields) < 2 && d.label&(cComm|cChannel) == 0 {
			continue
		}
		items := r.of(d.items[0], d.items[1], consents|endorses)
		switch r.answered(d) {
		case tickedBox:
			return finding{stance: stancePass, reason: "field", items: append(items, r.of(fields[speaks].items[0], fields[speaks].items[1], cComm|cChannel)...)}
		case openBox:
			return finding{stance: stanceNegative, reason: "refusal", items: r.of(d.items[0], d.items[1], consents|oppose)}
		}
	}
	return finding{}
}

// answered says whether a field's value endorses its label (tickedBox), refuses
// it (openBox) or cannot be read. Options with boxes are a choice: what is
// ticked counts, and with nothing ticked the choice is still to be made.
func (r *reading) answered(d *field) box {
	type option struct {
		class class
		words bool
		box   box
	}
	var now, yes option
	ticked, against, offered := false, false, false
	behind := true // the box stands behind its option
	for i := d.colon + 1; i < d.to; i++ {
		if b, _ := boxRune(r.f, i); b != noBox {
			behind = false
			break
		} else if r.f.kinds[i] != kindNone {
			break
		}
	}
	settle := func() {
		no := now.class&oppose != 0 && now.class&endorses == 0 || now.class&(cRefuse|cNeg) != 0
		if now.box == noBox && now.class == 0 && !now.words {
			return
		}
		switch {
		case no && now.box != openBox:
			against = true
		case no:
		case now.box == openBox:
			offered = true
		case now.class&endorses != 0 || now.box == tickedBox && !now.words:
			ticked, yes = true, now
		}
		now = option{}
	}
	item := d.items[0]
	for i := d.colon + 1; i < d.to; {
		if b, n := boxRune(r.f, i); b != noBox {
			if behind {
				now.box = b
				settle()
			} else {
				settle()
				now.box = b
			}
			i += n
			continue
		}
		for item < d.items[1] && r.items[item].from < i {
			item++
		}
		if item < d.items[1] && r.items[item].from == i {
			if r.items[item].class&cHarmless == 0 {
				now.class |= r.items[item].class &^ cComma
			}
			now.words = now.words || r.items[item].class != cComma
			i = max(i+1, r.items[item].to)
			continue
		}
		now.words = now.words || r.f.kinds[i] != kindNone
		i++
	}
	settle()
	switch {
	case against:
		return openBox
	case ticked && yes.class&(cTerms|cData|cOther) == 0, offered && !ticked:
		return tickedBox
	}
	return noBox
}
