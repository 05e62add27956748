package storetest

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/optinkit/consent"
)

var appendCases = []testCase{
	{"Append/EveryField", "every field of a record comes back as it was given, text of any length and any valid Unicode", appendEveryField},
	{"Append/Times", "times come back as the same instant, to the microsecond and in UTC, and unset ones unset", appendTimes},
	{"Append/UnknownValues", "Kind, Source and Category values that the store does not know come back as they were given", appendUnknownValues},
	{"Append/AllOrNothing", "if Append returns an error no record of the call is there, and if it returns nil all are", appendAllOrNothing},
	{"Append/None", "Append without records succeeds and does nothing", appendNone},
	{"Append/Many", "the records of one call may be of several businesses and subjects", appendMany},
	{"Append/Again", "a record that is there already with the same content is skipped without error", appendAgain},
	{"Append/TwiceInOneCall", "a record that comes twice in one call is kept once, without error", appendTwiceInOneCall},
	{"Append/Conflict", "an ID that is there with other content is ErrConflict, and what is there stays", appendConflict},
	{"Append/ConflictInOneCall", "an ID that comes twice in one call with different content is ErrConflict", appendConflictInOneCall},
	{"Append/IDElsewhere", "an ID that is another person's is a conflict or a key of its own, and never skipped in silence", appendIDElsewhere},
}

// texts are hard to keep. NUL and invalid UTF-8 are not among them: the
// Ledger lets neither through.
var texts = []string{
	"",
	" ",
	"x",
	"  spaces around \t",
	"line\nline\r\nline\rline\n",
	`it's "quoted" ` + "`thrice` ''twice'' \"\"",
	`back\slash \n \t \u0041 \\ \' C:\new\`,
	`100 % %s %d %% %(x) _ ? $1 :name @p1 ${x} {{x}} {"a":["b"]} <b>&amp;</b> ]]>`,
	`'; DROP TABLE records; -- /* */ #`,
	"e\u0301 is not \u00e9, \u212b is not \u00c5, \ufb01 is not fi",
	"\u200f\u0645\u0631\u062d\u0628\u0627\u200f \u202bRTL\u202c \u2066iso\u2069 \u202eover",
	"\u5df2\u540c\u610f \u3042\u30a2 \uac00 \u0e01\u0e33 \u0939\u093f",
	"\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001d518 \U0010ffff \U00020000",
	"\ufeffBOM \ufffd \ufffe \uffff \u2028 \u2029 \u00ad \u200b \u0085",
	"\x01\x02\x07\x08\x0b\x0c\x1b\x1f\x7f\u0080\u009f",
	"null", "NULL", "0", "-1", "1e3", "true", "{}", "[]", "\\N", "NaN",
}

// filled returns text of exactly n bytes, mostly of runes of four bytes.
func filled(n int) string {
	return strings.Repeat("\U0001f600", n/4) + strings.Repeat("x", n%4)
}

func tagged(text, tag string) consent.Statement {
	s := consent.Statement{Text: text}
	if err := s.Language.UnmarshalText([]byte(tag)); err != nil {
		panic(err)
	}
	return s
}

func appendEveryField(e *env) error {
	next := 0
	survives := func(what string, r consent.Record) error {
		next++
		if !r.Subject.IsValid() {
			r.Subject = person(next)
		}
		r.ID = e.id()
		if err := e.append(r); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if err := e.wantHistory(r.BusinessID, r.Subject, r); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}

	full := consent.Record{
		Kind: consent.KindOptIn, BusinessID: acme, BusinessName: "Panader\u00eda Sol S.L.",
		Categories: []consent.Category{"calls", "marketing/offers", "utility"}, Source: consent.SourceWebsite,
		OccurredAt: noon, RecordedAt: noon.Add(time.Second), ExpiresAt: noon.AddDate(1, 0, 0),
		Statement: tagged("S\u00ed, acepto recibir ofertas.", "es-ES"),
		Evidence: consent.Evidence{
			Reference: "submission-1", URL: "https://example.com/form?a=1&b=%20", IP: netip.MustParseAddr("2001:db8::1"),
			UserAgent: "Mozilla/5.0", Actor: "ana", Extra: map[string]string{"form": "v3", "ab": "test"},
		},
	}
	full.Statement.ReviewedBy = "Ana P\u00e9rez"
	least := consent.Record{Kind: consent.KindOptOut, BusinessID: acme, OccurredAt: noon, RecordedAt: noon}
	if err := survives("a record with every field", full); err != nil {
		return err
	}
	if err := survives("a record with no field but those that must be set", least); err != nil {
		return err
	}

	// Every text field in turn, the others as in a plain record.
	fields := []struct {
		name  string
		limit int // in bytes, what a ledger lets through
		set   func(r *consent.Record, text string)
	}{
		{"BusinessName", 512, func(r *consent.Record, text string) { r.BusinessName = text }},
		{"Statement.Text", 16 << 10, func(r *consent.Record, text string) { r.Statement.Text = text }},
		{"Statement.ReviewedBy", 512, func(r *consent.Record, text string) { r.Statement.ReviewedBy = text }},
		{"Evidence.Reference", 16 << 10, func(r *consent.Record, text string) { r.Evidence.Reference = text }},
		{"Evidence.URL", 16 << 10, func(r *consent.Record, text string) { r.Evidence.URL = text }},
		{"Evidence.UserAgent", 16 << 10, func(r *consent.Record, text string) { r.Evidence.UserAgent = text }},
		{"Evidence.Actor", 16 << 10, func(r *consent.Record, text string) { r.Evidence.Actor = text }},
	}
	for _, f := range fields {
		r := full
		f.set(&r, filled(f.limit))
		if err := survives("a very long "+f.name, r); err != nil {
			return err
		}
	}
	for _, text := range texts {
		r := full.Clone()
		for _, f := range fields {
			f.set(&r, text)
		}
		r.BusinessID = "b" + text
		r.Evidence.Extra = map[string]string{text: text, text + "\u0301": "", text + " ": " ", "K": "upper", "k": "lower"}
		if err := survives("the text "+brief(text), r); err != nil {
			return err
		}
	}

	r := full.Clone()
	r.BusinessID = filled(255)
	r.Subject = subject("US.ENT." + strings.Repeat("z", 128))
	r.Categories = nil
	for i := range 64 {
		r.Categories = append(r.Categories, consent.Category(fmt.Sprintf("marketing/%02d%s", i, strings.Repeat("c", 116))))
	}
	r.Evidence.Extra = map[string]string{}
	for i := range 64 {
		r.Evidence.Extra[fmt.Sprintf("%03d", i)+filled(252)] = filled(16 << 10)
	}
	if err := survives("the longest keys, 64 categories and 64 long extras", r); err != nil {
		return err
	}
	if err := e.wantStanding(r.BusinessID, r.Subject, withID(r, e.lastID())); err != nil {
		return err
	}

	// "iw" was renamed "he"; a record keeps what it was given.
	for _, tag := range []string{"und", "en", "pt-BR", "zh-Hant-TW", "sr-Latn-RS", "es-419", "de-CH-1996", "de-DE-u-co-phonebk", "en-x-spoken", "iw", "x-house"} {
		r := full
		r.Statement = tagged("ok", tag)
		if err := survives("the language "+tag, r); err != nil {
			return err
		}
	}
	for _, ip := range []string{"192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "::ffff:192.0.2.1", "fe80::1%eth0", "fe80::1%\u00e9 '%", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"} {
		r := full
		r.Evidence.IP = netip.MustParseAddr(ip)
		if err := survives("the IP address "+ip, r); err != nil {
			return err
		}
	}
	for _, only := range []consent.Evidence{
		{Reference: "r"},
		{URL: "u"},
		{IP: netip.MustParseAddr("::")},
		{UserAgent: "a"},
		{Actor: "a"},
		{Extra: map[string]string{"": ""}},
	} {
		r := least
		r.Evidence = only
		if err := survives("evidence of one field", r); err != nil {
			return err
		}
	}
	for _, only := range []consent.Statement{{Text: "t"}, tagged("", "fr"), {ReviewedBy: "r"}} {
		r := least
		r.Kind, r.Categories, r.Statement = consent.KindOptIn, []consent.Category{consent.Calls}, only
		if err := survives("a statement of one field", r); err != nil {
			return err
		}
	}
	for _, s := range []consent.Source{
		"", consent.SourceSMS, consent.SourceWebsite, consent.SourcePhoneCall, consent.SourceIVR, consent.SourceInPerson,
		consent.SourcePaper, consent.SourceMessaging, consent.SourceWhatsAppThread, consent.SourceImport, consent.SourceOperator,
	} {
		r := least
		r.Source = s
		if err := survives("the source "+brief(s), r); err != nil {
			return err
		}
	}
	for _, id := range [][16]byte{
		{15: 1},
		{0: 0x80},
		[16]byte(slices.Repeat([]byte{0xff}, 16)),
		[16]byte([]byte("'\"\\%_;\x00\n\r\t \x1a?$1}")),
	} {
		next++
		r := withID(full, id)
		r.Subject = person(next)
		if err := e.append(r); err != nil {
			return fmt.Errorf("the ID %x: %w", id, err)
		}
		if err := e.wantHistory(acme, r.Subject, r); err != nil {
			return fmt.Errorf("the ID %x: %w", id, err)
		}
	}
	return nil
}

func withID(r consent.Record, id [16]byte) consent.Record {
	r.ID = id
	return r
}

// instants are times that some format, type or clock does not keep.
var instants = []time.Time{
	noon,
	time.Date(2026, 3, 4, 12, 0, 0, 123_456_000, time.UTC),
	time.Date(2026, 3, 4, 12, 0, 0, 1_000, time.UTC),
	time.Date(2026, 3, 4, 12, 0, 0, 100_000_000, time.UTC),
	time.Date(2026, 3, 4, 12, 0, 0, 999_999_000, time.UTC),
	time.Date(2026, 3, 29, 1, 30, 0, 500_001_000, time.UTC), // a quarter to skip, where Europe sets its clocks forward
	time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
	time.Date(2016, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
	time.Date(2038, 1, 19, 3, 14, 8, 1_000, time.UTC),
	time.Date(2262, 4, 11, 23, 47, 16, 854_776_000, time.UTC), // past int64 nanoseconds
	time.Unix(0, 0).UTC(),                                     // set, though its number is 0
	time.Unix(-1, 999_999_000).UTC(),
	time.Unix(-1, 0).UTC(),
	time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(1582, 10, 10, 0, 0, 0, 0, time.UTC),
	time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	time.Date(1, 1, 1, 0, 0, 0, 1_000, time.UTC), // the first microsecond that is not unset
	time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
}

func appendTimes(e *env) error {
	first := time.Date(1, 1, 1, 0, 0, 0, 1_000, time.UTC)
	for i, t := range instants {
		s := person(i)
		r := e.optIn(acme, s, t, consent.Marketing)
		r.RecordedAt = t
		records := []consent.Record{r}
		if t.After(first) {
			records = append(records, expiring(e.optIn(acme, s, first, consent.Utility), t))
		}
		if err := e.append(records...); err != nil {
			return fmt.Errorf("the time %s: %w", brief(t), err)
		}
		if err := e.want(acme, s, records...); err != nil {
			return fmt.Errorf("the time %s: %w", brief(t), err)
		}
		if err := e.wantUTC(acme, s); err != nil {
			return fmt.Errorf("the time %s: %w", brief(t), err)
		}
	}
	return nil
}

func (e *env) wantUTC(business string, s consent.Subject) error {
	got, err := e.history(business, s)
	if err != nil {
		return err
	}
	for _, r := range got {
		for _, t := range []struct {
			name string
			time time.Time
		}{{"OccurredAt", r.OccurredAt}, {"RecordedAt", r.RecordedAt}, {"ExpiresAt", r.ExpiresAt}} {
			if zone, offset := t.time.Zone(); zone != "UTC" || offset != 0 {
				return fmt.Errorf("%s is in the zone %s, want UTC", t.name, zone)
			}
		}
	}
	return nil
}

func appendUnknownValues(e *env) error {
	var all []consent.Record
	s := person(1)
	for i, kind := range []consent.Kind{"pause", "OPT_IN", "opt_in ", "opt-in", "Opt_Out", "\u00fcber", consent.KindOptIn, consent.KindOptOut} {
		r := e.optIn(acme, s, noon.Add(time.Duration(i)*time.Minute), "calls", "newsletter", "newsletter/sub/sub", "\u65b0\u805e")
		r.Kind = kind
		r.Source = consent.Source([]string{"carrier_pigeon", "SMS", "sms ", "\u96fb\u8a71"}[i%4])
		r.ExpiresAt = noon.AddDate(1, 0, i)
		all = append(all, r)
		if kind != consent.KindOptIn {
			all = append(all, consent.Record{ID: e.id(), Kind: kind, BusinessID: acme, Subject: s, OccurredAt: r.OccurredAt, RecordedAt: noon})
		}
	}
	if err := e.appendEach(all...); err != nil {
		return err
	}
	return e.want(acme, s, all...)
}

func appendAllOrNothing(e *env) error {
	there := e.optIn(acme, person(0), noon, consent.Marketing)
	if err := e.append(there); err != nil {
		return err
	}
	other := there.Clone()
	other.Source = consent.SourcePaper

	var good []consent.Record
	for i := range e.size(2_500, 300) { // more than a statement of most databases takes at once
		business := []string{acme, "zenith"}[i%2]
		good = append(good, e.optIn(business, person(1+i/4), noon.Add(time.Duration(i)*time.Second), consent.Marketing))
	}
	good = append(good, e.optOut(acme, person(0), noon.Add(time.Hour)))
	absent := func(when string) error {
		for _, r := range []consent.Record{good[0], good[1], good[len(good)/2], good[len(good)-2]} {
			if err := e.want(r.BusinessID, r.Subject); err != nil {
				return fmt.Errorf("%s: %w", when, err)
			}
		}
		if err := e.want(acme, person(0), there); err != nil {
			return fmt.Errorf("%s: %w", when, err)
		}
		return nil
	}
	for _, place := range []struct {
		name string
		at   int
	}{{"last", len(good)}, {"first", 0}, {"in the middle", len(good) / 2}} {
		what := fmt.Sprintf("%d records, a conflict %s", len(good)+1, place.name)
		if err := e.wantConflict(what, slices.Insert(slices.Clone(good), place.at, other)...); err != nil {
			return err
		}
		if err := absent(what); err != nil {
			return err
		}
	}
	// Two that conflict with each other, the second of them last.
	a := e.optIn(acme, person(9_000_000), noon, consent.Marketing)
	b := a.Clone()
	b.BusinessName = "Acme Inc"
	what := fmt.Sprintf("%d records, the first and the last in conflict", len(good)+2)
	if err := e.wantConflict(what, slices.Concat([]consent.Record{a}, good, []consent.Record{b})...); err != nil {
		return err
	}
	if err := absent(what); err != nil {
		return err
	}
	if err := e.want(acme, a.Subject); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}

	// What was refused can be stored still.
	if err := e.append(good...); err != nil {
		return fmt.Errorf("after the conflicts, without them: %w", err)
	}
	of := map[string]map[consent.Subject][]consent.Record{acme: {person(0): {there}}, "zenith": {}}
	for _, r := range good {
		of[r.BusinessID][r.Subject] = append(of[r.BusinessID][r.Subject], r)
	}
	for _, i := range []int{0, 1, len(good) / 2, len(good) - 2, len(good) - 1} {
		r := good[i]
		if err := e.want(r.BusinessID, r.Subject, of[r.BusinessID][r.Subject]...); err != nil {
			return fmt.Errorf("after %d records in one call: %w", len(good), err)
		}
	}
	return nil
}

func appendNone(e *env) error {
	if err := e.append(); err != nil {
		return err
	}
	if err := e.append([]consent.Record{}...); err != nil {
		return err
	}
	return e.want(acme, person(1))
}

func appendMany(e *env) error {
	type key struct {
		business string
		subject  consent.Subject
	}
	of := map[key][]consent.Record{}
	var all []consent.Record
	for i := range 60 {
		k := key{[]string{acme, "zenith", "ACME"}[i%3], person(i % 5)}
		r := e.optIn(k.business, k.subject, noon.Add(time.Duration(i*7%60)*time.Minute), consent.Marketing)
		if i%4 == 3 {
			r = e.optOut(k.business, k.subject, r.OccurredAt)
		}
		of[k], all = append(of[k], r), append(all, r)
	}
	if err := e.append(all...); err != nil {
		return err
	}
	for k, records := range of {
		if err := e.want(k.business, k.subject, records...); err != nil {
			return fmt.Errorf("business %s, subject %s: %w", brief(k.business), brief(k.subject), err)
		}
	}
	return nil
}

func appendAgain(e *env) error {
	s := person(1)
	in := expiring(e.optIn(acme, s, noon, consent.Marketing, consent.Utility), noon.AddDate(1, 0, 0))
	in.Statement = tagged(texts[12], "iw")
	in.Evidence.IP = netip.MustParseAddr("fe80::1%eth0")
	in.Evidence.Extra = map[string]string{"form": "checkout", "version": "3"}
	out := e.optOut(acme, s, noon.Add(time.Minute))
	if err := e.appendEach(in, out); err != nil {
		return err
	}
	for range 2 {
		if err := e.appendEach(in, out); err != nil {
			return fmt.Errorf("with the same content again: %w", err)
		}
		if err := e.append(out, in); err != nil {
			return fmt.Errorf("with the same content again: %w", err)
		}
		if err := e.want(acme, s, in, out); err != nil {
			return fmt.Errorf("after the same again: %w", err)
		}
	}

	// Nil and empty are the same.
	empty := out.Clone()
	empty.Categories, empty.Evidence.Extra = []consent.Category{}, map[string]string{}
	if err := e.append(empty); err != nil {
		return fmt.Errorf("again, with empty instead of nil: %w", err)
	}
	// So are an instant and itself in another zone.
	elsewhere := in.Clone()
	elsewhere.OccurredAt = in.OccurredAt.In(time.FixedZone("UTC", 0))
	if err := e.append(elsewhere); err != nil {
		return fmt.Errorf("again, with a time that is equal but not identical: %w", err)
	}

	// What is new in the call is kept.
	late := e.optIn(acme, s, noon.Add(time.Hour), consent.Marketing)
	if err := e.append(in, late, out); err != nil {
		return fmt.Errorf("again, with a new record: %w", err)
	}
	if err := e.want(acme, s, in, out, late); err != nil {
		return fmt.Errorf("again, with a new record: %w", err)
	}

	// Recorded at another time it may be a conflict or not, but is never a change.
	later := late.Clone()
	later.RecordedAt = late.RecordedAt.Add(time.Hour)
	if err := e.store.Append(e.ctx, later); err != nil && !errors.Is(err, consent.ErrConflict) {
		return fmt.Errorf("again, with another RecordedAt: want nil or ErrConflict: %w", err)
	}
	if err := e.want(acme, s, in, out, late); err != nil {
		return fmt.Errorf("again, with another RecordedAt: %w", err)
	}
	return nil
}

func appendTwiceInOneCall(e *env) error {
	s := person(1)
	a, b := e.optIn(acme, s, noon, consent.Marketing), e.optOut(acme, s, noon.Add(time.Minute))
	other := e.optIn("zenith", person(2), noon, consent.Marketing)
	if err := e.append(a, a.Clone(), b, other, a.Clone(), b.Clone(), other.Clone()); err != nil {
		return err
	}
	if err := e.want(acme, s, a, b); err != nil {
		return err
	}
	return e.want("zenith", person(2), other)
}

// changes makes of a record others with its ID, each with one other field.
var changes = []struct {
	field  string
	change func(r *consent.Record)
}{
	{"Kind", func(r *consent.Record) { r.Kind = consent.KindOptOut }},
	{"BusinessName", func(r *consent.Record) { r.BusinessName += " " }},
	{"Categories", func(r *consent.Record) { r.Categories = r.Categories[:1] }},
	{"Categories, none", func(r *consent.Record) { r.Categories = nil }},
	{"Categories, one more", func(r *consent.Record) { r.Categories = append(r.Categories, "zzz") }},
	{"Source", func(r *consent.Record) { r.Source = consent.SourcePaper }},
	{"OccurredAt", func(r *consent.Record) { r.OccurredAt = r.OccurredAt.Add(time.Microsecond) }},
	{"ExpiresAt", func(r *consent.Record) { r.ExpiresAt = r.ExpiresAt.Add(-time.Microsecond) }},
	{"ExpiresAt, unset", func(r *consent.Record) { r.ExpiresAt = time.Time{} }},
	{"Statement.Text", func(r *consent.Record) { r.Statement.Text = strings.ToUpper(r.Statement.Text) }},
	{"Statement.Text, by a space", func(r *consent.Record) { r.Statement.Text += " " }},
	{"Statement.Language", func(r *consent.Record) { r.Statement.Language = tagged("", "en-GB").Language }},
	{"Statement.ReviewedBy", func(r *consent.Record) { r.Statement.ReviewedBy = "Ana" }},
	{"Evidence.Reference", func(r *consent.Record) { r.Evidence.Reference = "form/43" }},
	{"Evidence.URL", func(r *consent.Record) { r.Evidence.URL = "https://example.com" }},
	{"Evidence.IP", func(r *consent.Record) { r.Evidence.IP = netip.MustParseAddr("::ffff:192.0.2.1") }},
	{"Evidence.UserAgent", func(r *consent.Record) { r.Evidence.UserAgent = "curl" }},
	{"Evidence.Actor", func(r *consent.Record) { r.Evidence.Actor = "ana" }},
	{"Evidence.Extra", func(r *consent.Record) { r.Evidence.Extra["form"] = "Checkout" }},
	{"Evidence.Extra, one more", func(r *consent.Record) { r.Evidence.Extra["more"] = "" }},
	{"Evidence.Extra, none", func(r *consent.Record) { r.Evidence.Extra = nil }},
}

func (e *env) changeable(s consent.Subject) consent.Record {
	r := expiring(e.optIn(acme, s, noon, "calls", "marketing"), noon.AddDate(1, 0, 0))
	r.Evidence.IP = netip.MustParseAddr("192.0.2.1")
	r.Evidence.Extra = map[string]string{"form": "checkout"}
	return r
}

func appendConflict(e *env) error {
	s := person(1)
	r, stop := e.changeable(s), e.optOut(acme, s, noon.Add(-time.Hour), consent.Utility)
	if err := e.append(r, stop); err != nil {
		return err
	}
	for _, c := range changes {
		other := r.Clone()
		c.change(&other)
		what := "the same ID with other " + c.field
		if err := e.wantConflict(what, other); err != nil {
			return err
		}
		if err := e.want(acme, s, r, stop); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func appendConflictInOneCall(e *env) error {
	s := person(1)
	r := e.changeable(s)
	for _, c := range changes {
		other := r.Clone()
		c.change(&other)
		for _, call := range [][]consent.Record{{r, other}, {other, r}, {r, r, e.optOut(acme, person(2), noon), other}} {
			what := fmt.Sprintf("one call of %d records, two with the same ID and other %s", len(call), c.field)
			if err := e.wantConflict(what, call...); err != nil {
				return err
			}
			if err := e.want(acme, s); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	return e.append(r)
}

func appendIDElsewhere(e *env) error {
	first := e.optIn(acme, person(1), noon, consent.Marketing)
	if err := e.append(first); err != nil {
		return err
	}
	for _, other := range []struct {
		what     string
		business string
		subject  consent.Subject
	}{{"another subject", acme, person(2)}, {"another business", "globex", person(1)}} {
		stop := e.optOut(other.business, other.subject, noon)
		stop.ID = first.ID
		var want []consent.Record
		switch err := e.store.Append(e.ctx, stop); {
		case err == nil:
			want = []consent.Record{stop}
		case !errors.Is(err, consent.ErrConflict):
			return fmt.Errorf("the ID of a record of %s: Append returned %w; want nil or ErrConflict", other.what, err)
		}
		if err := e.want(other.business, other.subject, want...); err != nil {
			return fmt.Errorf("the ID of a record of %s: %w", other.what, err)
		}
	}
	return e.want(acme, person(1), first)
}
