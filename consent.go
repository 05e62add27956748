// Package consent keeps people's consent to WhatsApp messages and answers, before every
// send: may this business send this to this person now, and if not, why not.
//
// WhatsApp lets a business contact a person only if the person gave a mobile phone
// number and agreed to be messaged or called by that business. So the package
//
//   - judges an opt-in: does its wording clearly state the agreement, does it
//     name the business, is everything there that makes it valid;
//   - keeps opt-ins and opt-outs with their proof, in a [Store] of your choice;
//   - decides on each message, with all the reasons.
//
// # Use
//
// Make one [Ledger] and keep it. Give it what people say, and ask it before you send:
//
//	ledger := consent.New(memstore.New(), consent.Config{})
//
//	_, err := ledger.OptIn(ctx, consent.OptIn{ … })  // *PolicyError: refused, and why
//	_, err = ledger.OptOut(ctx, consent.OptOut{ … }) // no rule refuses it
//
//	d, err := ledger.Check(ctx, consent.Message{ … })
//	if err != nil || !d.Allowed {
//		// do not send; d.Reasons tells why
//	}
//
// # How it decides
//
// Of all records whose category covers the message's, the latest by the time it
// happened wins; on a tie the opt-out wins. No record, an expired opt-in, or an error
// is never permission. Records may come late, twice and in any order: the outcome is
// the same, so an old opt-in that is imported late never revives a later opt-out.
// [Policy.Decide] has the rules for templates, the 24-hour window, replies and calls.
//
// # Rules for opt-ins
//
// A violation refuses an opt-in, and nothing is stored. Advice does not. Names are
// stable. [Policy] takes further rules and can make advice a violation. Sources: M is
// the WhatsApp Business Messaging Policy, section on opt-in (a person's mobile number
// and their permission, general or for WhatsApp); O is "Get opt-in for WhatsApp" in
// WhatsApp's developer documentation, R its requirements and T its helpful tips; D is
// this library's: the decision needs it.
//
//	Rule                 Severity   Source  Asks
//	phone.missing        violation  M       a phone number
//	phone.not_mobile     violation  M       a number that can be mobile
//	business.missing     violation  M, O-R  a business, with ID and name
//	statement.missing    violation  O-R     the text the person agreed to
//	statement.unclear    violation  O-R     a text that clearly states that the person opts in
//	statement.unsure     violation  O-R     a text that can be judged, or ReviewedBy
//	name.missing         violation  O-R     the business's name in the text
//	name.unsure          violation  O-R     a name that is plainly one, or ReviewedBy
//	name.placeholder     violation  O-R     no unfilled placeholder where a name belongs
//	category.missing     violation  D       at least one category
//	category.unknown     violation  D       categories that messages can have
//	source.missing       violation  O-R     how the opt-in was given
//	source.unknown       violation  D       one of the Source constants
//	time.missing         violation  D       when the person agreed
//	time.future          violation  D       a time no more than five minutes ahead
//	practice.categories  advice     O-T     the kinds of messages in the text
//	practice.separate    advice     O-T     one thing asked at a time
//	practice.opt_out     advice     O-T     how to opt out, in the text
//	practice.value       advice     O-T     what the messages are worth, in the text
//	practice.evidence    advice     M       where the proof lies
//
// The library judges wording and form. Whether an opt-in complies with the law of the
// person's country, which M and O-R ask as well, stays with you.
//
// # Unsure is not yes
//
// Wording that cannot be judged, such as a text in a language without a lexicon, is a
// violation that ends in ".unsure". When a human who knows the language has approved
// the text, say so in Statement.ReviewedBy: that makes unsure, and nothing else,
// advice.
//
// # Linting your texts
//
// [Policy.Review] judges a text alone. Call it in a unit test for every text your forms
// show; the example of Policy.Review is such a test.
//
// # Choosing a store
//
// Package memstore keeps records in memory: for tests, and for tools that need nothing
// afterwards. Package sqlstore keeps them in SQLite, PostgreSQL or MySQL and MariaDB.
// For anything else write a [Store]: its comment is the contract, package storetest
// checks it, and examples/customstore is one to start from.
//
// # Privacy
//
// No error or log value of this package shows a whole phone number or user ID. [Phone]
// prints masked, and the types that name a person implement [slog.LogValuer], one by
// one: log/slog does not mask the elements of a slice. [Subject.String], [Phone.E164]
// and the text forms are whole, because keys must be, and package fmt prints a
// [Subject], a [UserID] and what holds one whole.
//
// # One person, two keys
//
// Webhooks name a person by phone, by user ID, or by both, and nothing but a call that
// names both ties the two together. So give both wherever you know both: an opt-out
// that was given under the user ID alone does not stop a message that names the phone
// alone.
package consent

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"
)

// Category is a kind of message, as a path: consent to "marketing" covers
// "marketing/offers". The first part is one of the roots below; the parts after it are
// yours, each of lower-case letters a to z, digits, "-" and "_".
type Category string

// The roots. Marketing, Utility and Authentication are the categories of WhatsApp's
// message templates; Service is the reply to a person's own message; Calls are voice
// calls, for which WhatsApp asks consent of its own.
const (
	Marketing      Category = "marketing"
	Utility        Category = "utility"
	Authentication Category = "authentication"
	Service        Category = "service"
	Calls          Category = "calls"
)

// Covers tells whether consent to c is consent to other: they are the same or other
// lies under c. The empty Category covers nothing.
func (c Category) Covers(other Category) bool {
	if c == "" || !strings.HasPrefix(string(other), string(c)) {
		return false
	}
	return len(other) == len(c) || other[len(c)] == '/'
}

// Root returns the first part of c: "marketing" for "marketing/offers".
func (c Category) Root() Category {
	for i := range len(c) {
		if c[i] == '/' {
			return c[:i]
		}
	}
	return c
}

// maxCategory bounds the bytes of a category; databases keep it in a key.
const maxCategory = 128

// IsValid tells whether c is one of the roots, or a well-formed path under one, of at
// most 128 bytes.
func (c Category) IsValid() bool {
	root := c.Root()
	switch root {
	case Marketing, Utility, Authentication, Service, Calls:
	default:
		return false
	}
	if len(root) == len(c) {
		return true
	}
	if len(c) > maxCategory {
		return false
	}
	afterSlash := false
	for _, b := range []byte(c) {
		switch {
		case b == '/':
			if afterSlash {
				return false
			}
			afterSlash = true
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9', b == '-', b == '_':
			afterSlash = false
		default:
			return false
		}
	}
	return !afterSlash
}

// Source is how an opt-in or opt-out was given.
type Source string

// The ways that WhatsApp lists for opt-ins, and two for records that an application
// brings in itself.
const (
	SourceSMS            Source = "sms"
	SourceWebsite        Source = "website"
	SourcePhoneCall      Source = "phone_call"
	SourceIVR            Source = "ivr" // interactive voice response
	SourceInPerson       Source = "in_person"
	SourcePaper          Source = "paper"
	SourceMessaging      Source = "messaging" // a messaging channel other than WhatsApp
	SourceWhatsAppThread Source = "whatsapp_thread"
	SourceImport         Source = "import"   // from another system, whose record is the proof
	SourceOperator       Source = "operator" // entered by the business's own staff
)

// IsValid tells whether s is one of the sources above.
func (s Source) IsValid() bool {
	switch s {
	case SourceSMS, SourceWebsite, SourcePhoneCall, SourceIVR, SourceInPerson, SourcePaper,
		SourceMessaging, SourceWhatsAppThread, SourceImport, SourceOperator:
		return true
	}
	return false
}

// Business is who asks for permission.
type Business struct {
	ID    string   // your key for it, exact; at most 255 bytes
	Name  string   // what people know it by, in full: "Panadería Sol S.L."
	Names []string // other names people know it by: a brand, another script
}

// Statement is what the person saw or heard when agreeing.
type Statement struct {
	// Text is the exact text, as shown or spoken: markup removed, entities decoded,
	// placeholders filled. UTF-8, at most 16 KiB.
	Text string `json:"text,omitempty"`
	// Language is the language of Text if known. The zero value is language.Und: find
	// out.
	Language language.Tag `json:"language,omitzero"`
	// ReviewedBy names the human who read Text and approved it. It turns "unsure"
	// findings about the wording, and no others, into advice.
	ReviewedBy string `json:"reviewed_by,omitempty"`
}

// IsZero tells whether s says nothing at all.
func (s Statement) IsZero() bool { return s.equal(Statement{}) }

func (s Statement) equal(o Statement) bool {
	return s.Text == o.Text && s.ReviewedBy == o.ReviewedBy && s.Language.String() == o.Language.String()
}

// Evidence is where the proof of an opt-in or opt-out lies. All of it is optional for
// the library; what law and auditors ask for depends on the Source.
type Evidence struct {
	Reference string            `json:"reference,omitempty"` // your key to the proof: a form's submission, a recording, a scan, a message ID
	URL       string            `json:"url,omitempty"`       // the page on which it was given
	IP        netip.Addr        `json:"ip,omitzero"`         // the person's address
	UserAgent string            `json:"user_agent,omitempty"`
	Actor     string            `json:"actor,omitempty"` // who took it down, if somebody did
	Extra     map[string]string `json:"extra,omitempty"` // anything else
}

// IsZero tells whether e holds nothing.
func (e Evidence) IsZero() bool { return e.equal(Evidence{}) }

func (e Evidence) equal(o Evidence) bool {
	return e.Reference == o.Reference && e.URL == o.URL && e.IP == o.IP &&
		e.UserAgent == o.UserAgent && e.Actor == o.Actor && maps.Equal(e.Extra, o.Extra)
}

// OptIn is a person's agreement to be messaged or called by a business.
type OptIn struct {
	ID         uuid.UUID // idempotency key; zero: the ledger makes a UUIDv7
	Business   Business
	Phone      Phone
	UserID     UserID // optional, beside the phone
	Categories []Category
	Source     Source
	Statement  Statement
	Evidence   Evidence
	GivenAt    time.Time // when the person agreed; required, and kept as Now if it lies ahead
	ExpiresAt  time.Time // when the agreement ends; zero: never
}

// LogValue implements [slog.LogValuer] without the person's number, address or words.
func (in OptIn) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", in.ID.String()),
		slog.String("business", in.Business.ID),
		slog.Any("phone", in.Phone),
		slog.Any("user_id", in.UserID),
		slog.Any("categories", in.Categories),
		slog.String("source", string(in.Source)),
		slog.Time("given_at", in.GivenAt),
	)
}

// OptOut is a person's wish not to be messaged any more. A business ID and a phone or
// user ID are enough.
type OptOut struct {
	ID          uuid.UUID // idempotency key; zero: the ledger makes a UUIDv7
	BusinessID  string
	Phone       Phone
	UserID      UserID     // with Phone or instead of it; give both if you know both, as only the keys given are opted out
	Categories  []Category // none: everything from this business
	Source      Source
	Evidence    Evidence
	RequestedAt time.Time // when the person asked; zero: now
}

// LogValue implements [slog.LogValuer] without the person's number or address.
func (out OptOut) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", out.ID.String()),
		slog.String("business", out.BusinessID),
		slog.Any("phone", out.Phone),
		slog.Any("user_id", out.UserID),
		slog.Any("categories", out.Categories),
		slog.String("source", string(out.Source)),
		slog.Time("requested_at", out.RequestedAt),
	)
}

// TemplateStatus is the state of a message template, as WhatsApp spells it.
type TemplateStatus string

// Template states of the WhatsApp Business Platform. Only an approved template may be
// sent; any other value, also one not listed here, denies.
const (
	TemplateApproved        TemplateStatus = "APPROVED"
	TemplatePending         TemplateStatus = "PENDING"
	TemplateRejected        TemplateStatus = "REJECTED"
	TemplatePaused          TemplateStatus = "PAUSED"
	TemplateDisabled        TemplateStatus = "DISABLED"
	TemplateInAppeal        TemplateStatus = "IN_APPEAL"
	TemplateLimitExceeded   TemplateStatus = "LIMIT_EXCEEDED"
	TemplatePendingDeletion TemplateStatus = "PENDING_DELETION"
	TemplateDeleted         TemplateStatus = "DELETED"
	TemplateArchived        TemplateStatus = "ARCHIVED"
)

// Template is the message template that a message is to be sent with.
type Template struct {
	Name     string
	Language string
	Category Category // Marketing, Utility or Authentication; WhatsApp's capitals ("MARKETING") are the same
	Status   TemplateStatus
}

// Message is what a business means to send: whom, what kind, and how.
type Message struct {
	BusinessID    string
	Phone         Phone
	UserID        UserID // with Phone or instead of it; give both if you know both, as an opt-out may be under either
	Category      Category
	Template      *Template // nil: a free-form message or a call
	LastInboundAt time.Time // when the person last wrote to or called the business; zero: never, or not known
}

// LogValue implements [slog.LogValuer] without the person's number.
func (m Message) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("business", m.BusinessID),
		slog.Any("phone", m.Phone),
		slog.Any("user_id", m.UserID),
		slog.String("category", string(m.Category)),
	}
	if m.Template != nil {
		attrs = append(attrs, slog.String("template", m.Template.Name))
	}
	return slog.GroupValue(attrs...)
}

// Config configures a [Ledger]. The zero Config is strict and works.
type Config struct {
	// Policy judges opt-ins and messages. Defaults to WhatsApp's own rules.
	Policy Policy

	// Now tells the time. Defaults to time.Now.
	Now func() time.Time

	// OnDecision is told of every decision that Check and CheckAll reach, before they
	// return it: for audit logs and metrics. It may be called by many goroutines at
	// once and must not change the decision's slices. A Message prints with its number
	// masked through log/slog. Defaults to nothing.
	OnDecision func(ctx context.Context, m Message, d Decision)

	// ChunkSize is how many messages of one business CheckAll asks the store about at a
	// time. Defaults to 100,000.
	ChunkSize int
}

const defaultChunkSize = 100_000

// maxSkew is how far ahead of Now a time may lie: room for clocks that differ.
const maxSkew = 5 * time.Minute

// Ledger takes opt-ins and opt-outs and answers, before every send, whether it is
// allowed. It is safe for use by many goroutines at once. Make one with [New] and keep
// it.
type Ledger struct {
	store Store
	cfg   Config
	bufs  sync.Pool // of *checkBuffer
}

// New returns a Ledger that keeps its records in store.
func New(store Store, cfg Config) *Ledger {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.ChunkSize <= 0 {
		cfg.ChunkSize = defaultChunkSize
	}
	// The caller's slices may change later; the ledger's policy must not.
	cfg.Policy.Rules = slices.Clone(cfg.Policy.Rules)
	cfg.Policy.Require = slices.Clone(cfg.Policy.Require)
	return &Ledger{store: store, cfg: cfg, bufs: sync.Pool{New: func() any { return new(checkBuffer) }}}
}

// errNoStore is returned by every method of a Ledger that New was given no store for.
var errNoStore = errors.New("consent: the ledger has no store; give New one, such as memstore.New()")

// Receipt is what the ledger gives back for an opt-in or opt-out: the record and, for
// an opt-in, how it was judged. If the same was there before, Record may differ from
// the stored one in RecordedAt. If both a phone and a user ID were given, Record is the
// one under the phone.
type Receipt struct {
	Record     Record
	Evaluation Evaluation
}

// LogValue implements [slog.LogValuer] without the person's number, address or words.
func (r Receipt) LogValue() slog.Value { return r.Record.LogValue() }

// OptIn judges an opt-in and stores it if no rule refuses it.
//
// Errors: *[PolicyError] if a rule refused it, with the Evaluation in the error and in
// the Receipt; *[FieldError] if a field is malformed; [ErrConflict] if the ID is
// another record's; the store's own errors, wrapped. With any error nothing was stored,
// save that a store may fail after it has committed; calling again with the same ID
// settles that.
func (l *Ledger) OptIn(ctx context.Context, in OptIn) (Receipt, error) {
	if l.store == nil {
		return Receipt{}, errNoStore
	}
	if err := in.check(); err != nil {
		return Receipt{}, err
	}
	now := l.cfg.Now()
	eval := l.cfg.Policy.Evaluate(in, now)
	if err := eval.Err(); err != nil {
		return Receipt{Evaluation: eval}, err
	}
	rec := Record{
		ID: in.ID, Kind: KindOptIn, BusinessID: in.Business.ID, BusinessName: in.Business.Name,
		Subject: in.Phone.Subject(), Categories: normalCategories(in.Categories), Source: in.Source,
		OccurredAt: storedTime(in.GivenAt), RecordedAt: storedTime(now), ExpiresAt: storedTime(in.ExpiresAt),
		Statement: in.Statement, Evidence: normalEvidence(in.Evidence),
	}
	// An opt-in that is dated ahead, by a clock that differs, would outlive an opt-out
	// of the minutes in between.
	given := rec.OccurredAt
	if given.After(rec.RecordedAt) {
		rec.OccurredAt = rec.RecordedAt
	}
	rec, err := l.append(ctx, rec, in.UserID.Subject(), func(have Record) bool {
		return have.OccurredAt.Equal(given) || have.OccurredAt.Equal(have.RecordedAt) && given.After(have.OccurredAt)
	})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Record: rec, Evaluation: eval}, nil
}

// OptOut stores an opt-out. No policy refuses one: a business ID and a phone or user ID
// suffice. With both, the opt-out is stored under both, so that it binds whichever of
// them a later message names.
//
// Errors: *[FieldError] if a field is malformed; [ErrConflict] if the ID is another
// record's; the store's own errors, wrapped. After an error call again, with the same
// ID if one was given: an opt-out must not be lost.
func (l *Ledger) OptOut(ctx context.Context, out OptOut) (Receipt, error) {
	if l.store == nil {
		return Receipt{}, errNoStore
	}
	now := l.cfg.Now()
	if err := out.check(now); err != nil {
		return Receipt{}, err
	}
	rec := Record{
		ID: out.ID, Kind: KindOptOut, BusinessID: out.BusinessID,
		Subject: out.Phone.Subject(), Categories: normalCategories(out.Categories), Source: out.Source,
		OccurredAt: storedTime(out.RequestedAt), RecordedAt: storedTime(now),
		Evidence: normalEvidence(out.Evidence),
	}
	timeless := out.RequestedAt.IsZero()
	if timeless {
		rec.OccurredAt = rec.RecordedAt
	}
	second := out.UserID.Subject()
	if !rec.Subject.IsValid() {
		rec.Subject, second = second, Subject{}
	}
	rec, err := l.append(ctx, rec, second, func(have Record) bool {
		return timeless || have.OccurredAt.Equal(rec.OccurredAt)
	})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Record: rec}, nil
}

// append stores rec, and a copy of it under second if that is somebody. same tells
// whether a stored record happened when the caller says; it may differ from
// rec.OccurredAt if the caller gave no time, or one that lay ahead.
func (l *Ledger) append(ctx context.Context, rec Record, second Subject, same func(have Record) bool) (Record, error) {
	given := rec.ID != uuid.Nil
	if !given {
		id, err := uuid.NewV7()
		if err != nil {
			return Record{}, fmt.Errorf("consent: make an ID: %w", err)
		}
		rec.ID = id
	}
	records := []Record{rec}
	if second.IsValid() {
		records = append(records, under(second, rec))
	}
	err := l.store.Append(ctx, records...)
	if given && errors.Is(err, ErrConflict) {
		// It may be the same call again: recorded at another time, which some stores
		// count as other content, or with another of the person's keys.
		err = l.settle(ctx, rec.ID, records, same, err)
	}
	if err != nil {
		return Record{}, fmt.Errorf("consent: store the %s: %w", rec.Kind, err)
	}
	return records[0], nil
}

// under is rec under another of the person's keys. Its ID follows from rec's, so that a
// repeated call makes the same one.
func under(subject Subject, rec Record) Record {
	rec = rec.Clone()
	rec.ID, rec.Subject = derivedID(rec.ID, subject), subject
	return rec
}

func derivedID(id uuid.UUID, subject Subject) uuid.UUID {
	return uuid.NewSHA1(id, []byte(subject.String()))
}

// settle replaces each of records that the store has already by the stored one, and
// appends the rest. It returns conflict if a stored one states something else, or if
// none is there: then the ID is that of somebody else's record.
func (l *Ledger) settle(ctx context.Context, id uuid.UUID, records []Record, same func(have Record) bool, conflict error) error {
	var missing []int
	var found *Record
	for i := range records {
		want := &records[i]
		derived, there := derivedID(id, want.Subject), false
		for have, err := range l.store.History(ctx, want.BusinessID, want.Subject) {
			if err != nil {
				return err
			}
			if have.ID != id && have.ID != derived {
				continue
			}
			want.ID = have.ID
			if same(have) {
				want.OccurredAt = have.OccurredAt
			}
			if !have.Equal(*want) {
				return conflict
			}
			*want, there = have, true
			break
		}
		if there {
			found = want
		} else {
			missing = append(missing, i)
		}
	}
	if found == nil {
		return conflict
	}
	rest := make([]Record, 0, len(missing))
	for _, i := range missing {
		// It happened when the one that is there did, which may hold the ID.
		records[i].OccurredAt = found.OccurredAt
		records[i].ID = derivedID(id, records[i].Subject)
		rest = append(rest, records[i])
	}
	if len(rest) == 0 {
		return nil
	}
	return l.store.Append(ctx, rest...)
}

// checkBuffer holds what one Check hands to the store, so that asking allocates
// nothing.
type checkBuffer struct {
	subjects [2]Subject
	into     [2]Standing
}

// Check answers whether m may be sent now, and if not, why not.
//
// Errors: *[FieldError] if the message names no business, no person or no valid
// category; the store's own errors, wrapped. The Decision beside an error is the zero
// value, which denies: what could not be checked must not be sent.
func (l *Ledger) Check(ctx context.Context, m Message) (d Decision, err error) {
	if l.store == nil {
		return Decision{}, errNoStore
	}
	if problem := m.problem(); problem != nil {
		return Decision{}, problem.in("Message")
	}
	buf := l.bufs.Get().(*checkBuffer)
	n := m.subjects(&buf.subjects)
	if err := l.store.Standings(ctx, m.BusinessID, buf.subjects[:n], buf.into[:n]); err != nil {
		l.bufs.Put(buf)
		return Decision{}, fmt.Errorf("consent: read the standing: %w", err)
	}
	standing := buf.into[0]
	if n == 2 {
		standing = standing.Merge(buf.into[1])
	}
	d = decide(standing, &m, l.cfg.Now(), true)
	l.bufs.Put(buf)
	if l.cfg.OnDecision != nil {
		l.cfg.OnDecision(ctx, m, d)
	}
	return d, nil
}

// CheckAll answers for many messages as Check does for one; the decisions stand in the
// order of the messages. It asks the store once for each business and chunk of
// messages.
//
// Errors are those of Check. With an error every Decision is the zero value, which
// denies.
func (l *Ledger) CheckAll(ctx context.Context, messages []Message) ([]Decision, error) {
	denied := func(err error) ([]Decision, error) { return make([]Decision, len(messages)), err }
	if l.store == nil {
		return denied(errNoStore)
	}
	order := make([]int, len(messages))
	for i, m := range messages {
		if problem := m.problem(); problem != nil {
			return denied(problem.in(fmt.Sprintf("messages[%d]", i)))
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return strings.Compare(messages[a].BusinessID, messages[b].BusinessID)
	})
	decisions := make([]Decision, len(messages))
	now := l.cfg.Now()
	var subjects []Subject
	var into []Standing
	for len(order) > 0 {
		business := messages[order[0]].BusinessID
		n := 1
		for n < len(order) && n < l.cfg.ChunkSize && messages[order[n]].BusinessID == business {
			n++
		}
		var chunk []int
		chunk, order = order[:n], order[n:]

		subjects = subjects[:0]
		for _, i := range chunk {
			var pair [2]Subject
			subjects = append(subjects, pair[:messages[i].subjects(&pair)]...)
		}
		into = slices.Grow(into[:0], len(subjects))[:len(subjects)]
		if err := l.store.Standings(ctx, business, subjects, into); err != nil {
			return denied(fmt.Errorf("consent: read the standings: %w", err))
		}
		at := 0
		for _, i := range chunk {
			standing := into[at]
			at++
			if messages[i].both() {
				standing = standing.Merge(into[at])
				at++
			}
			decisions[i] = decide(standing, &messages[i], now, true)
		}
	}
	if l.cfg.OnDecision != nil {
		for i, m := range messages {
			l.cfg.OnDecision(ctx, m, decisions[i])
		}
	}
	return decisions, nil
}

// History yields what is kept of a person for a business, oldest first: the proof to
// show an auditor, or the person. An error is the last pair. A person known by phone
// and by user ID has a history under each.
func (l *Ledger) History(ctx context.Context, businessID string, s Subject) iter.Seq2[Record, error] {
	if err := l.checkKey("History", businessID, s); err != nil {
		return func(yield func(Record, error) bool) { yield(Record{}, err) }
	}
	return l.store.History(ctx, businessID, s)
}

// Erase removes all that is kept of a person for a business, opt-outs too: afterwards
// the person is one who never opted in. For a person known by phone and by user ID call
// it for each. Erasing nobody is no error.
func (l *Ledger) Erase(ctx context.Context, businessID string, s Subject) error {
	if err := l.checkKey("Erase", businessID, s); err != nil {
		return err
	}
	if err := l.store.Erase(ctx, businessID, s); err != nil {
		return fmt.Errorf("consent: erase: %w", err)
	}
	return nil
}

func (l *Ledger) checkKey(method, businessID string, s Subject) error {
	if l.store == nil {
		return errNoStore
	}
	if err := checkBusinessID(method+".businessID", businessID); err != nil {
		return err
	}
	if !s.IsValid() {
		return &FieldError{method + ".Subject", "is empty; take it from a Phone or a UserID"}
	}
	return nil
}

// both tells whether m names the person by phone and by user ID.
func (m *Message) both() bool { return m.Phone.IsValid() && m.UserID != "" }

// subjects fills into with the person's keys and tells how many there are.
func (m *Message) subjects(into *[2]Subject) int {
	n := 0
	if m.Phone.IsValid() {
		into[n] = m.Phone.Subject()
		n++
	}
	if m.UserID != "" {
		into[n] = m.UserID.Subject()
		n++
	}
	return n
}

// storedTime is t as records keep it: UTC, to the microsecond. It rounds down for
// opt-ins and opt-outs alike, so that of two in one microsecond the opt-out wins.
func storedTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// normalCategories is the set of categories as a sorted list of its own.
func normalCategories(cs []Category) []Category {
	if len(cs) == 0 {
		return nil
	}
	cs = slices.Clone(cs)
	slices.Sort(cs)
	return slices.Compact(cs)
}

func normalEvidence(e Evidence) Evidence {
	if len(e.Extra) == 0 {
		e.Extra = nil
	}
	e.Extra = maps.Clone(e.Extra)
	return e
}
