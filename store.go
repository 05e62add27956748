package consent

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrConflict is returned by [Store.Append], [Ledger.OptIn] and [Ledger.OptOut],
// wrapped or not, when a record's ID is already that of another record with other
// content. Nothing was stored. Retrying does not help: give the new record an ID of its
// own.
var ErrConflict = errors.New("consent: the ID belongs to a record with other content; use a new ID")

// Store keeps records. Package memstore and package sqlstore have implementations;
// write your own for another database and prove it with package storetest. Applications
// call a [Ledger], never a Store directly: the Ledger validates, so a Store may take
// well-formed records for granted.
//
// To write one, start from examples/customstore, a small Store on an embedded engine. It
// keeps a person's records under keys of business, subject, time and ID, and the standing
// beside them, taken further by [Standing.Apply]; one transaction writes both, so that they
// never differ; Standings reads a row a person, and History reads page by page, so that
// nothing is locked while the caller's loop runs. Its test is one call of storetest.Run.
//
// This comment is the whole contract. The name in parentheses after each "must" is the
// subtest of storetest.Run that checks it.
//
// # Keys
//
// A person is known under a business ID and a [Subject], and nothing is shared between
// two businesses or two subjects: a method must not show or touch the records of others
// (Keys/Apart). Keys are exact strings: two business IDs that differ in case, in
// accents or by a trailing space, and two user IDs that differ in case, must be two
// (Keys/Exact). Store subjects as their String and read them with [ParseSubject].
// Categories are exact in the same way (Keys/Categories).
//
// # Append
//
// Append adds records, which are never changed afterwards. Every field must come back
// as it was given: text of any length and any valid Unicode, times to the microsecond
// as the same instant in UTC, unset fields unset, and Kind, Source and Category values
// that the store does not know (Append/EveryField, Append/Times, Append/UnknownValues).
// A nil and an empty slice or map are the same.
//
// One call is all or nothing: if it returns an error, no record of it must be there,
// and if it returns nil, all must be (Append/AllOrNothing). A call without records does
// nothing and must succeed (Append/None). The records of a call may be of several
// businesses and subjects (Append/Many).
//
// Record.ID is an idempotency key within its business and subject; any 16 bytes but
// zero may be one. A record that is already there with the same content must be skipped
// without error (Append/Again), also when it comes twice in one call
// (Append/TwiceInOneCall). The same ID with other content must fail with an error for
// which errors.Is(err, [ErrConflict]) is true, whether the other record is there
// (Append/Conflict) or in the same call (Append/ConflictInOneCall). Content is what
// [Record.Equal] compares; a store may count a different RecordedAt as a conflict or
// not. The same ID under another subject or business may be a conflict or not, but must
// never be skipped in silence (Append/IDElsewhere).
//
// # Sizes
//
// The Ledger makes records within these bounds, and a store must keep them whole
// (Append/EveryField, Append/Times): business IDs of 255 bytes, subjects of 135,
// categories of 128 and 64 of them, statements of 16 KiB, each other text of 16 KiB, 64
// elements of Extra, times of the years 1 to 9999.
//
// # Standings
//
// Standings sets into[i] to the standing of subjects[i] for every i; len(into) is at
// least len(subjects). The standing must be the one that [Standing.Apply] gives for all
// records of the subject, whatever the order they were appended in (Standings/Latest,
// Standings/Late, Standings/Ties, Standings/Everything, Standings/Random), sorted as
// Apply sorts it, and empty for a person without records (Standings/Nobody). What
// into[i] held before must not show through; its memory may be used again
// (Standings/StaleInto), so the caller sees to it that no two elements share any.
// Elements past len(subjects) must stay as they are (Standings/LongInto). A subject may
// stand in subjects more than once, and each must be answered (Standings/Duplicates). A
// call may name 100,000 subjects, and must answer them in order (Standings/Many); no
// subjects is no error (Standings/None). If it returns an error, what into holds is
// undefined, and a store must never answer "no records" because it could not read
// (Cancel/Standings).
//
// # History
//
// History must yield all records of the subject, oldest OccurredAt first and at the
// same time in the order of the IDs' bytes (History/Order), each once. It must stop
// when the loop ends early, and leave the store usable (History/EarlyExit). Calling
// other methods inside the loop must not block (History/CallInside). A failure must be
// the last pair, with a zero Record (Cancel/History). The sequence may be ranged over
// again, and then must read anew (History/Twice). Of records appended while the loop
// runs, none, some or all may be seen.
//
// # Erase
//
// Erase must remove the subject's records and standing, so that nothing of them comes
// back from any method (Erase/All), and must leave everybody else's (Erase/OnlyOne).
// Erasing a person who has no records must succeed (Erase/Nobody). The IDs are free
// again: a record appended afterwards must be kept, also under an old ID
// (Erase/ThenAppend).
//
// # Concurrency and visibility
//
// Any method may be called by many goroutines at once, and the store must end in the
// state that some order of the calls gives; as Apply's order does not matter, the
// standing must equal the records (Concurrent/OneSubject, Concurrent/SameRecord,
// Concurrent/Erase). A call must not fail only because another runs: what a database
// refuses for that, such as a deadlock, the store tries again
// (Concurrent/ManySubjects). When Append or Erase has returned nil, every later
// Standings and History must show its effect (Concurrent/ReadYourWrites): an opt-out
// counts from that moment. So a store on a replicated database reads where it wrote, or
// waits.
//
// # Cancellation
//
// With a context that is already cancelled or past its deadline a method must return
// (or yield) an error for which errors.Is with the context's error is true, and change
// nothing (Cancel/Append, Cancel/Standings, Cancel/History, Cancel/Erase). When the
// context ends during a call the outcome is all or nothing as ever, and the caller may
// repeat it with the same IDs.
//
// # Ownership
//
// A store must neither change nor keep a slice or map that it was given, save into, and
// hand out none that it keeps: callers may change both afterwards (Own/Appended,
// Own/Standings, Own/History).
//
// # Errors
//
// The contract names one error, ErrConflict. Any other is the store's own, is taken for
// "could not", and is never permission. Error texts should not contain subjects: they
// are people's phone numbers.
//
// # Growth
//
// Store stays at these four methods. What may come is an optional interface that the
// Ledger finds by type assertion.
type Store interface {
	// Append adds records, all or none.
	Append(ctx context.Context, records ...Record) error
	// Standings sets into[i] to the standing of subjects[i].
	Standings(ctx context.Context, businessID string, subjects []Subject, into []Standing) error
	// History yields the records of a subject, oldest first.
	History(ctx context.Context, businessID string, subject Subject) iter.Seq2[Record, error]
	// Erase removes all that is kept of a subject.
	Erase(ctx context.Context, businessID string, subject Subject) error
}

// Subject is a person as a key: an E.164 phone number or a WhatsApp business-scoped
// user ID. It is immutable and comparable. The zero Subject is nobody.
//
// A Subject comes from [Phone.Subject], [UserID.Subject] or [ParseSubject].
type Subject struct {
	key string
}

// ParseSubject reads a key that [Subject.String] wrote: an E.164 number (+ and 7 to 15
// digits) or a [UserID]. It judges the form only, so that what was once stored can
// always be read, even when a country has closed the number's range since. To read what
// a person typed, use [ParsePhone]. The error does not show s.
func ParseSubject(s string) (Subject, error) {
	if isE164(s) || UserID(s).wellFormed() {
		return Subject{s}, nil
	}
	return Subject{}, &FieldError{Field: "Subject", Problem: "is neither an E.164 number (+ and 7 to 15 digits) nor a WhatsApp user ID (such as US.134912)"}
}

// String returns the key to store the subject under. It is the whole phone number or
// user ID: keep it out of logs.
func (s Subject) String() string { return s.key }

// IsValid tells whether s is somebody, that is, not the zero Subject.
func (s Subject) IsValid() bool { return s.key != "" }

// Compare orders subjects by the bytes of their keys; it returns -1, 0 or +1.
func (s Subject) Compare(o Subject) int { return strings.Compare(s.key, o.key) }

// LogValue implements [slog.LogValuer] with the masked key.
func (s Subject) LogValue() slog.Value { return slog.StringValue(maskKey(s.key)) }

// MarshalText implements [encoding.TextMarshaler] with the key, whole.
func (s Subject) MarshalText() ([]byte, error) { return []byte(s.key), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseSubject]; empty text is
// the zero Subject.
func (s *Subject) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = Subject{}
		return nil
	}
	parsed, err := ParseSubject(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// Kind tells what a record is. Stores keep it as text. A kind that this version does
// not know is never permission: it counts as an opt-out.
type Kind string

// The kinds of record.
const (
	KindOptIn  Kind = "opt_in"
	KindOptOut Kind = "opt_out"
)

// Record is one fact as stores keep it: at OccurredAt the subject opted in or out.
// Records are never changed. The [Ledger] makes them; it sets times in UTC to the
// microsecond, sorts Categories and leaves no field of the wrong form.
type Record struct {
	ID           uuid.UUID  `json:"id"`
	Kind         Kind       `json:"kind"`
	BusinessID   string     `json:"business_id"`
	BusinessName string     `json:"business_name,omitempty"` // as it was when the person agreed
	Subject      Subject    `json:"subject"`
	Categories   []Category `json:"categories,omitempty"` // none on an opt-out: everything
	Source       Source     `json:"source,omitempty"`
	OccurredAt   time.Time  `json:"occurred_at"`         // when the person opted in or out; this decides
	RecordedAt   time.Time  `json:"recorded_at"`         // when the ledger took it
	ExpiresAt    time.Time  `json:"expires_at,omitzero"` // zero: never; opt-ins only
	Statement    Statement  `json:"statement,omitzero"`  // opt-ins only
	Evidence     Evidence   `json:"evidence,omitzero"`
}

// Equal tells whether two records state the same fact with the same proof. It compares
// every field but RecordedAt; times as instants, and nil as empty.
func (r Record) Equal(o Record) bool {
	return r.ID == o.ID && r.Kind == o.Kind &&
		r.BusinessID == o.BusinessID && r.BusinessName == o.BusinessName &&
		r.Subject == o.Subject && slices.Equal(r.Categories, o.Categories) && r.Source == o.Source &&
		r.OccurredAt.Equal(o.OccurredAt) && r.ExpiresAt.Equal(o.ExpiresAt) &&
		r.Statement.equal(o.Statement) && r.Evidence.equal(o.Evidence)
}

// Clone returns a copy of r that shares no memory that could be changed.
func (r Record) Clone() Record {
	r.Categories = slices.Clone(r.Categories)
	r.Evidence.Extra = maps.Clone(r.Evidence.Extra)
	return r
}

// LogValue implements [slog.LogValuer] without the person's number, address or words.
func (r Record) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", r.ID.String()),
		slog.String("kind", string(r.Kind)),
		slog.String("business", r.BusinessID),
		slog.Any("subject", r.Subject),
		slog.Any("categories", r.Categories),
		slog.String("source", string(r.Source)),
		slog.Time("occurred_at", r.OccurredAt),
	)
}

// Entry is the latest record of one kind in one category.
type Entry struct {
	Category   Category  `json:"category"` // "" on an opt-out: everything from the business
	Kind       Kind      `json:"kind"`
	OccurredAt time.Time `json:"occurred_at"`
	RecordID   uuid.UUID `json:"record_id"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"` // zero: never
}

// compareSlot orders entries by what they are about.
func (e Entry) compareSlot(o Entry) int {
	return cmp.Or(cmp.Compare(e.Category, o.Category), cmp.Compare(e.Kind, o.Kind))
}

// compareAge tells which of two entries of one slot is the later: +1 if e supersedes o.
// Records of the same instant are ordered so that every store chooses the same one: the
// one that expires first, then the greater ID.
func (e Entry) compareAge(o Entry) int {
	return cmp.Or(
		e.OccurredAt.Compare(o.OccurredAt),
		compareExpiry(o.ExpiresAt, e.ExpiresAt),
		slices.Compare(e.RecordID[:], o.RecordID[:]),
	)
}

// compareExpiry compares expiry times, where zero is after all others.
func compareExpiry(a, b time.Time) int {
	switch {
	case a.IsZero() || b.IsZero():
		return cmp.Compare(boolToInt(a.IsZero()), boolToInt(b.IsZero()))
	default:
		return a.Compare(b)
	}
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Standing is what a subject's records with one business add up to: for each category
// the latest opt-in and the latest opt-out, one [Entry] each, sorted by category and
// then kind. Of records of the same instant, category and kind it holds the one that
// expires first, and then the one whose ID's bytes are greater.
//
// Standings are joined, so that records may come late, twice or in any order: Apply and
// Merge are commutative, associative and idempotent (a join semilattice). Neither
// changes its receiver. The nil Standing is that of a person without records.
type Standing []Entry

// Apply returns the standing with r taken in. An opt-in that names no category permits
// nothing and changes nothing; an opt-out that names none is of everything. Apply looks
// at neither r.BusinessID nor r.Subject.
func (s Standing) Apply(r Record) Standing {
	if len(r.Categories) == 0 {
		if r.Kind == KindOptIn {
			return s
		}
		return s.join(Entry{Kind: r.Kind, OccurredAt: r.OccurredAt, RecordID: r.ID, ExpiresAt: r.ExpiresAt})
	}
	out := s
	for _, c := range r.Categories {
		if c == "" && r.Kind == KindOptIn {
			continue
		}
		out = out.join(Entry{Category: c, Kind: r.Kind, OccurredAt: r.OccurredAt, RecordID: r.ID, ExpiresAt: r.ExpiresAt})
	}
	return out
}

// join returns s with e taken in; s itself if e adds nothing.
func (s Standing) join(e Entry) Standing {
	i, found := slices.BinarySearchFunc(s, e, Entry.compareSlot)
	if found && e.compareAge(s[i]) <= 0 {
		return s
	}
	out := make(Standing, 0, len(s)+1)
	out = append(append(out, s[:i]...), e)
	if found {
		i++
	}
	return append(out, s[i:]...)
}

// Merge returns the standing of a person whose records are spread over two subjects,
// with standings s and o.
func (s Standing) Merge(o Standing) Standing {
	switch {
	case len(o) == 0:
		return s
	case len(s) == 0:
		return o
	}
	out := make(Standing, 0, len(s)+len(o))
	for len(s) > 0 && len(o) > 0 {
		switch order := s[0].compareSlot(o[0]); {
		case order < 0:
			out, s = append(out, s[0]), s[1:]
		case order > 0:
			out, o = append(out, o[0]), o[1:]
		default:
			if s[0].compareAge(o[0]) >= 0 {
				out = append(out, s[0])
			} else {
				out = append(out, o[0])
			}
			s, o = s[1:], o[1:]
		}
	}
	return append(append(out, s...), o...)
}

// Equal tells whether two standings hold the same entries, times as instants.
func (s Standing) Equal(o Standing) bool {
	return slices.EqualFunc(s, o, func(a, b Entry) bool {
		return a.compareSlot(b) == 0 && a.RecordID == b.RecordID &&
			a.OccurredAt.Equal(b.OccurredAt) && a.ExpiresAt.Equal(b.ExpiresAt)
	})
}
