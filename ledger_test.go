package consent_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

// clock is a Config.Now that tests move by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// spy is a Store that counts calls and fails on demand.
type spy struct {
	consent.Store
	appends, standings int
	asked              []int // subjects of each Standings call
	failAppend         error
	failStandings      error
	failHistory        error
}

func (s *spy) Append(ctx context.Context, records ...consent.Record) error {
	s.appends++
	if s.failAppend != nil {
		return s.failAppend
	}
	return s.Store.Append(ctx, records...)
}

func (s *spy) Standings(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
	s.standings++
	s.asked = append(s.asked, len(subjects))
	if s.failStandings != nil {
		return s.failStandings
	}
	return s.Store.Standings(ctx, b, subjects, into)
}

func (s *spy) History(ctx context.Context, b string, subject consent.Subject) iter.Seq2[consent.Record, error] {
	if s.failHistory != nil {
		return func(yield func(consent.Record, error) bool) { yield(consent.Record{}, s.failHistory) }
	}
	return s.Store.History(ctx, b, subject)
}

// exacting is a Store that counts a record taken at another time as other content, as the contract allows.
type exacting struct{ consent.Store }

func (s exacting) Append(ctx context.Context, records ...consent.Record) error {
	for _, r := range records {
		for have, err := range s.History(ctx, r.BusinessID, r.Subject) {
			if err != nil {
				return err
			}
			if have.ID == r.ID && !have.RecordedAt.Equal(r.RecordedAt) {
				return fmt.Errorf("exacting: %w", consent.ErrConflict)
			}
		}
	}
	return s.Store.Append(ctx, records...)
}

func newLedger(t *testing.T) (*consent.Ledger, *spy, *clock) {
	t.Helper()
	s, c := &spy{Store: memstore.New()}, &clock{t0.Add(time.Hour)}
	return consent.New(s, consent.Config{Now: c.Now}), s, c
}

func history(t *testing.T, l *consent.Ledger, s consent.Subject) []consent.Record {
	t.Helper()
	var out []consent.Record
	for r, err := range l.History(t.Context(), "acme", s) {
		require.NoError(t, err)
		out = append(out, r)
	}
	return out
}

func allowed(t *testing.T, l *consent.Ledger, m consent.Message) bool {
	t.Helper()
	m.BusinessID = "acme"
	if m.Category == "" {
		m.Category = consent.Marketing
	}
	if m.Template == nil {
		m.Template = approved(m.Category.Root())
	}
	d, err := l.Check(t.Context(), m)
	require.NoError(t, err)
	return d.Allowed
}

func TestOptInIsKeptAndDecides(t *testing.T) {
	l, _, c := newLedger(t)
	in := goodOptIn()
	in.Categories = []consent.Category{"utility", "marketing", "utility"}
	in.GivenAt = t0.Add(1500 * time.Nanosecond).In(time.FixedZone("x", 3600))
	in.Evidence = fullRecord().Evidence
	r, err := l.OptIn(t.Context(), in)
	require.NoError(t, err)
	assert.True(t, r.Evaluation.OK())

	got := history(t, l, phone.Subject())
	require.Len(t, got, 1)
	assert.True(t, got[0].Equal(r.Record))
	assert.Equal(t, uuid.Version(7), got[0].ID.Version())
	assert.Equal(t, "Acme Ltd", got[0].BusinessName)
	assert.Equal(t, []consent.Category{"marketing", "utility"}, got[0].Categories, "a sorted set")
	assert.Equal(t, t0.Add(time.Microsecond), got[0].OccurredAt, "UTC, microseconds")
	assert.Equal(t, c.now, got[0].RecordedAt)
	assert.Equal(t, in.Statement.Text, got[0].Statement.Text)
	assert.Equal(t, in.Evidence, got[0].Evidence)
	assert.True(t, allowed(t, l, consent.Message{Phone: phone}))
	assert.False(t, allowed(t, l, consent.Message{Phone: phone2}))

	in.Evidence.Extra["a"] = "changed by the caller"
	in.Categories[0] = "calls"
	assert.True(t, history(t, l, phone.Subject())[0].Equal(r.Record), "the ledger keeps no memory of the caller's")
}

func TestRefusedOptInStoresNothing(t *testing.T) {
	l, s, _ := newLedger(t)
	in := goodOptIn()
	in.Statement.Text = ""
	r, err := l.OptIn(t.Context(), in)
	var refused *consent.PolicyError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, r.Evaluation, refused.Evaluation)
	assert.Contains(t, err.Error(), "statement.missing: ")
	assert.NotContains(t, err.Error(), "practice.")
	assert.Zero(t, s.appends)
	assert.Empty(t, history(t, l, phone.Subject()))
}

func TestOptOutNeedsOnlyBusinessAndSubject(t *testing.T) {
	l, _, c := newLedger(t)
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.NoError(t, err)
	r, err := l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone})
	require.NoError(t, err)
	assert.Equal(t, c.now, r.Record.OccurredAt, "asked now")
	assert.False(t, allowed(t, l, consent.Message{Phone: phone}))

	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", UserID: userID})
	require.NoError(t, err, "a webhook may carry no phone")
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: consent.MustParsePhone("+442070313000")})
	require.NoError(t, err, "a landline may opt out")
}

func TestOptOutOfOneCategory(t *testing.T) {
	l, _, _ := newLedger(t)
	in := goodOptIn()
	in.Categories = []consent.Category{"marketing", "utility"}
	_, err := l.OptIn(t.Context(), in)
	require.NoError(t, err)
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone, Categories: []consent.Category{"marketing"}})
	require.NoError(t, err)
	assert.False(t, allowed(t, l, consent.Message{Phone: phone, Category: "marketing/offers"}))
	assert.True(t, allowed(t, l, consent.Message{Phone: phone, Category: "utility"}))
}

func TestPhoneAndUserIDBindEachOther(t *testing.T) {
	l, s, c := newLedger(t)
	in := goodOptIn()
	in.ID, in.UserID = uuid.UUID{9}, userID
	_, err := l.OptIn(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, 1, s.appends, "both records in one call, so that both are kept or none")
	assert.True(t, allowed(t, l, consent.Message{Phone: phone}))
	assert.True(t, allowed(t, l, consent.Message{UserID: userID}))

	twin := history(t, l, userID.Subject())
	require.Len(t, twin, 1)
	assert.Equal(t, uuid.NewSHA1(in.ID, []byte(userID)), twin[0].ID, "UUIDv5 of the first ID and the subject")

	// A stop that names only the user ID binds messages that name both.
	c.now = c.now.Add(time.Minute)
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", UserID: userID})
	require.NoError(t, err)
	assert.False(t, allowed(t, l, consent.Message{UserID: userID}))
	assert.False(t, allowed(t, l, consent.Message{Phone: phone, UserID: userID}))
	assert.True(t, allowed(t, l, consent.Message{Phone: phone}), "nothing ties the phone to the stop")

	// A stop that names both binds both.
	c.now = c.now.Add(time.Minute)
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone, UserID: userID})
	require.NoError(t, err)
	assert.False(t, allowed(t, l, consent.Message{Phone: phone}))
}

func TestIDsAreIdempotencyKeys(t *testing.T) {
	for name, wrap := range map[string]func(consent.Store) consent.Store{
		"lenient store":  func(s consent.Store) consent.Store { return s },
		"exacting store": func(s consent.Store) consent.Store { return exacting{s} },
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{t0.Add(time.Hour)}
			l := consent.New(wrap(memstore.New()), consent.Config{Now: c.Now})
			in := goodOptIn()
			in.ID = uuid.UUID{5}
			first, err := l.OptIn(t.Context(), in)
			require.NoError(t, err)
			c.now = c.now.Add(time.Minute)
			_, err = l.OptIn(t.Context(), in)
			require.NoError(t, err, "the same again is no conflict")
			assert.Len(t, history(t, l, phone.Subject()), 1)

			other := in
			other.Categories = []consent.Category{consent.Calls}
			_, err = l.OptIn(t.Context(), other)
			require.ErrorIs(t, err, consent.ErrConflict)
			assert.True(t, history(t, l, phone.Subject())[0].Equal(first.Record), "nothing stored")

			// The user ID became known between two tries.
			in.UserID = userID
			_, err = l.OptIn(t.Context(), in)
			require.NoError(t, err)
			assert.Len(t, history(t, l, phone.Subject()), 1)
			assert.Len(t, history(t, l, userID.Subject()), 1)

			// An opt-out without a time, as from a webhook that is delivered twice.
			out := consent.OptOut{ID: uuid.UUID{6}, BusinessID: "acme", Phone: phone}
			r1, err := l.OptOut(t.Context(), out)
			require.NoError(t, err)
			c.now = c.now.Add(time.Minute)
			r2, err := l.OptOut(t.Context(), out)
			require.NoError(t, err)
			assert.True(t, r1.Record.Equal(r2.Record), "the stored one is given back")
			c.now = c.now.Add(time.Minute)
			out.UserID = userID
			_, err = l.OptOut(t.Context(), out)
			require.NoError(t, err)
			twin := history(t, l, userID.Subject())
			require.Len(t, twin, 2)
			assert.Equal(t, r1.Record.OccurredAt, twin[1].OccurredAt, "it happened when the first did")
			out.Categories = []consent.Category{consent.Marketing}
			_, err = l.OptOut(t.Context(), out)
			require.ErrorIs(t, err, consent.ErrConflict)
		})
	}
}

func TestConflictWithSomebodyElsesRecord(t *testing.T) {
	l, s, _ := newLedger(t)
	in := goodOptIn()
	in.ID = uuid.UUID{5}
	s.failAppend = consent.ErrConflict // as of a store whose IDs are unique throughout
	_, err := l.OptIn(t.Context(), in)
	require.ErrorIs(t, err, consent.ErrConflict)

	s.failHistory = errors.New("disk on fire")
	_, err = l.OptIn(t.Context(), in)
	require.ErrorIs(t, err, s.failHistory)
}

func TestStoreFailureIsNeverPermission(t *testing.T) {
	l, s, _ := newLedger(t)
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.NoError(t, err)
	s.failStandings, s.failAppend = errors.New("down"), errors.New("down")
	m := consent.Message{BusinessID: "acme", Phone: phone, Category: consent.Marketing, Template: approved(consent.Marketing)}
	d, err := l.Check(t.Context(), m)
	require.ErrorIs(t, err, s.failStandings)
	assert.Equal(t, consent.Decision{}, d)
	ds, err := l.CheckAll(t.Context(), []consent.Message{m, m})
	require.ErrorIs(t, err, s.failStandings)
	assert.Equal(t, make([]consent.Decision, 2), ds)
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone})
	require.ErrorIs(t, err, s.failAppend)
	_, err = l.OptIn(t.Context(), goodOptIn())
	require.ErrorIs(t, err, s.failAppend)
}

func TestCancelledContext(t *testing.T) {
	l, _, _ := newLedger(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.OptIn(ctx, goodOptIn())
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.OptOut(ctx, consent.OptOut{BusinessID: "acme", Phone: phone})
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Check(ctx, consent.Message{BusinessID: "acme", Phone: phone, Category: consent.Marketing})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, l.Erase(ctx, "acme", phone.Subject()), context.Canceled)
	for _, err := range l.History(ctx, "acme", phone.Subject()) {
		require.ErrorIs(t, err, context.Canceled)
	}
	assert.Empty(t, history(t, l, phone.Subject()))
}

func TestErase(t *testing.T) {
	l, _, _ := newLedger(t)
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.NoError(t, err)
	require.NoError(t, l.Erase(t.Context(), "acme", phone.Subject()))
	assert.Empty(t, history(t, l, phone.Subject()))
	assert.False(t, allowed(t, l, consent.Message{Phone: phone}))
	require.NoError(t, l.Erase(t.Context(), "acme", phone.Subject()), "erasing nobody")
}

func TestCheckAll(t *testing.T) {
	s := &spy{Store: memstore.New()}
	var seen []consent.Decision
	l := consent.New(s, consent.Config{
		Now: func() time.Time { return t0.Add(time.Hour) }, ChunkSize: 3,
		OnDecision: func(_ context.Context, _ consent.Message, d consent.Decision) { seen = append(seen, d) },
	})
	in := goodOptIn()
	in.UserID = userID
	_, err := l.OptIn(t.Context(), in)
	require.NoError(t, err)
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone2})
	require.NoError(t, err)

	tpl := approved(consent.Marketing)
	var messages []consent.Message
	var want []bool
	for i := range 8 {
		p, ok := phone, true
		if i%2 == 1 {
			p, ok = phone2, false
		}
		messages = append(messages,
			consent.Message{BusinessID: "acme", Phone: p, Category: "marketing", Template: tpl},
			consent.Message{BusinessID: "other", Phone: p, Category: "marketing", Template: tpl})
		want = append(want, ok, false)
	}
	messages = append(messages,
		consent.Message{BusinessID: "acme", Phone: phone2, UserID: userID, Category: "marketing", Template: tpl}, // out and in
		consent.Message{BusinessID: "acme", UserID: userID, Category: "marketing", Template: tpl})
	want = append(want, false, true)

	ds, err := l.CheckAll(t.Context(), messages)
	require.NoError(t, err)
	var got []bool
	for i, d := range ds {
		got = append(got, d.Allowed)
		one, err := l.Check(t.Context(), messages[i])
		require.NoError(t, err)
		assert.Equal(t, one, d, "as Check says of message %d", i)
	}
	assert.Equal(t, want, got)
	assert.Equal(t, ds, seen[:len(ds)], "the hook sees every decision, in order")
	assert.Equal(t, []int{3, 3, 4, 1, 3, 3, 2}, s.asked[:7], "one call for each business and chunk of messages")

	ds, err = l.CheckAll(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, ds)
}

func TestHookSeesEveryDecision(t *testing.T) {
	var got []consent.Decision
	l := consent.New(memstore.New(), consent.Config{
		OnDecision: func(_ context.Context, m consent.Message, d consent.Decision) {
			assert.Equal(t, "acme", m.BusinessID)
			got = append(got, d)
		},
	})
	d, err := l.Check(t.Context(), consent.Message{BusinessID: "acme", Phone: phone, Category: "calls"})
	require.NoError(t, err)
	assert.Equal(t, []consent.Decision{d}, got)
	assert.WithinDuration(t, time.Now(), d.At, time.Minute, "Now defaults to time.Now")
}

func TestLedgerWithoutStore(t *testing.T) {
	l := consent.New(nil, consent.Config{})
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.ErrorContains(t, err, "no store")
	_, err = l.OptOut(t.Context(), consent.OptOut{})
	require.ErrorContains(t, err, "no store")
	_, err = l.Check(t.Context(), consent.Message{})
	require.ErrorContains(t, err, "no store")
	_, err = l.CheckAll(t.Context(), nil)
	require.ErrorContains(t, err, "no store")
	require.ErrorContains(t, l.Erase(t.Context(), "acme", phone.Subject()), "no store")
	for _, err := range l.History(t.Context(), "acme", phone.Subject()) {
		require.ErrorContains(t, err, "no store")
	}
}

// An opt-in that a clock dates ahead must not outlive an opt-out of the minutes in between.
func TestOptInFromAClockAhead(t *testing.T) {
	for name, wrap := range map[string]func(consent.Store) consent.Store{
		"lenient store":  func(s consent.Store) consent.Store { return s },
		"exacting store": func(s consent.Store) consent.Store { return exacting{s} },
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{t0}
			l := consent.New(wrap(memstore.New()), consent.Config{Now: c.Now})
			in := goodOptIn()
			in.ID, in.GivenAt = uuid.UUID{5}, t0.Add(4*time.Minute)
			_, err := l.OptIn(t.Context(), in)
			require.NoError(t, err)
			assert.True(t, allowed(t, l, consent.Message{Phone: phone}))

			c.now = t0.Add(time.Minute)
			_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone})
			require.NoError(t, err)
			c.now = t0.Add(time.Hour)
			assert.False(t, allowed(t, l, consent.Message{Phone: phone}))

			_, err = l.OptIn(t.Context(), in)
			require.NoError(t, err, "the same again, at a time that the clock has reached")
			assert.False(t, allowed(t, l, consent.Message{Phone: phone}))
			assert.Len(t, history(t, l, phone.Subject()), 2)
		})
	}
}

// A redelivered stop may know more, or less, of the person than the first did.
func TestOptOutAgainWithAnotherKey(t *testing.T) {
	id := uuid.UUID{7}
	byPhone := consent.OptOut{ID: id, BusinessID: "acme", Phone: phone}
	byUser := consent.OptOut{ID: id, BusinessID: "acme", UserID: userID}
	both := consent.OptOut{ID: id, BusinessID: "acme", Phone: phone, UserID: userID}
	for name, calls := range map[string][]consent.OptOut{
		"phone, then both":   {byPhone, both},
		"user ID, then both": {byUser, both},
		"both, then phone":   {both, byPhone},
		"both, then user ID": {both, byUser},
		"both, twice":        {both, both},
	} {
		t.Run(name, func(t *testing.T) {
			l, _, c := newLedger(t)
			in := goodOptIn()
			in.UserID = userID
			_, err := l.OptIn(t.Context(), in)
			require.NoError(t, err)
			for _, out := range calls {
				c.now = c.now.Add(time.Minute)
				_, err := l.OptOut(t.Context(), out)
				require.NoError(t, err)
			}
			assert.False(t, allowed(t, l, consent.Message{Phone: phone}))
			assert.False(t, allowed(t, l, consent.Message{UserID: userID}))
			assert.Len(t, history(t, l, phone.Subject()), 2, "kept once")
			assert.Len(t, history(t, l, userID.Subject()), 2, "kept once")
		})
	}
}

func TestOptOutOfUnknownSourceIsTaken(t *testing.T) {
	l, _, _ := newLedger(t)
	_, err := l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone, Source: "carrier_pigeon"})
	require.NoError(t, err)
	assert.Equal(t, consent.Source("carrier_pigeon"), history(t, l, phone.Subject())[0].Source)
}

// Every malformed field is named, nothing is stored, and nobody's number is shown.
func TestMalformedInput(t *testing.T) {
	huge := strings.Repeat("x", 17<<10)
	manyCategories := slices.Repeat([]consent.Category{"marketing"}, 10_000)
	far := time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	extras := map[string]string{}
	for i := range 65 {
		extras[fmt.Sprint(i)] = ""
	}

	optIns := map[string]func(*consent.OptIn){
		"OptIn.Business.ID":       func(in *consent.OptIn) { in.Business.ID = huge },
		"OptIn.Business.Name":     func(in *consent.OptIn) { in.Business.Name = "Ac\xffme" },
		"OptIn.Business.Names":    func(in *consent.OptIn) { in.Business.Names = make([]string, 10_000) },
		"OptIn.Business.Names[1]": func(in *consent.OptIn) { in.Business.Names = []string{"a", "b\x00"} },
		"OptIn.UserID":            func(in *consent.OptIn) { in.UserID = "+447400123456" },
		"OptIn.Categories":        func(in *consent.OptIn) { in.Categories = manyCategories },
		"OptIn.Statement.Text":    func(in *consent.OptIn) { in.Statement.Text = huge },
		"OptIn.Statement.Language": func(in *consent.OptIn) {
			in.Statement.Language = language.Make("en-x" + strings.Repeat("-abcdefgh", 99))
		},
		"OptIn.Statement.ReviewedBy":     func(in *consent.OptIn) { in.Statement.ReviewedBy = "\x00" },
		"OptIn.Evidence.Reference":       func(in *consent.OptIn) { in.Evidence.Reference = huge },
		"OptIn.Evidence.URL":             func(in *consent.OptIn) { in.Evidence.URL = "\xff" },
		"OptIn.Evidence.IP":              func(in *consent.OptIn) { in.Evidence.IP = netip.MustParseAddr("fe80::1").WithZone("\x00") },
		"OptIn.Evidence.UserAgent":       func(in *consent.OptIn) { in.Evidence.UserAgent = "\x00" },
		"OptIn.Evidence.Actor":           func(in *consent.OptIn) { in.Evidence.Actor = "\xc0" },
		"OptIn.Evidence.Extra":           func(in *consent.OptIn) { in.Evidence.Extra = extras },
		"OptIn.Evidence.Extra (a key)":   func(in *consent.OptIn) { in.Evidence.Extra = map[string]string{"\x00": ""} },
		"OptIn.Evidence.Extra (a value)": func(in *consent.OptIn) { in.Evidence.Extra = map[string]string{"a": "\xff"} },
		"OptIn.GivenAt":                  func(in *consent.OptIn) { in.GivenAt = time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC) },
		"OptIn.ExpiresAt":                func(in *consent.OptIn) { in.ExpiresAt = far },
		"OptIn.ExpiresAt is not after":   func(in *consent.OptIn) { in.ExpiresAt = in.GivenAt },
	}
	for field, spoil := range optIns {
		t.Run(field, func(t *testing.T) {
			l, s, _ := newLedger(t)
			in := goodOptIn()
			spoil(&in)
			_, err := l.OptIn(t.Context(), in)
			requireFieldError(t, err, field)
			assert.Zero(t, s.appends)
		})
	}

	optOuts := map[string]func(*consent.OptOut){
		"OptOut.BusinessID":            func(o *consent.OptOut) { o.BusinessID = "" },
		"OptOut.BusinessID is longer":  func(o *consent.OptOut) { o.BusinessID = huge },
		"OptOut.Phone":                 func(o *consent.OptOut) { o.Phone = consent.Phone{} },
		"OptOut.UserID":                func(o *consent.OptOut) { o.UserID = "447400123456" },
		"OptOut.Categories":            func(o *consent.OptOut) { o.Categories = manyCategories },
		"OptOut.Categories[1]":         func(o *consent.OptOut) { o.Categories = []consent.Category{"marketing", "promotions"} },
		"OptOut.Source":                func(o *consent.OptOut) { o.Source = "\xff" },
		"OptOut.Evidence.Reference":    func(o *consent.OptOut) { o.Evidence.Reference = "\x00" },
		"OptOut.RequestedAt":           func(o *consent.OptOut) { o.RequestedAt = far },
		"OptOut.RequestedAt lies more": func(o *consent.OptOut) { o.RequestedAt = t0.Add(time.Hour + 6*time.Minute) },
	}
	for field, spoil := range optOuts {
		t.Run(field, func(t *testing.T) {
			l, s, _ := newLedger(t)
			out := consent.OptOut{BusinessID: "acme", Phone: phone}
			spoil(&out)
			_, err := l.OptOut(t.Context(), out)
			requireFieldError(t, err, field)
			assert.Zero(t, s.appends)
		})
	}

	messages := map[string]consent.Message{
		"BusinessID is empty":  {Phone: phone, Category: "calls"},
		"BusinessID is longer": {BusinessID: "\xff", Phone: phone, Category: "calls"},
		"Phone":                {BusinessID: "acme", Category: "calls"},
		"UserID":               {BusinessID: "acme", UserID: "x", Category: "calls"},
		"Category":             {BusinessID: "acme", Phone: phone, Category: "newsletter"},
	}
	for field, m := range messages {
		t.Run("Message."+field, func(t *testing.T) {
			l, s, _ := newLedger(t)
			d, err := l.Check(t.Context(), m)
			requireFieldError(t, err, "Message."+field)
			assert.Equal(t, consent.Decision{}, d)
			good := consent.Message{BusinessID: "acme", Phone: phone, Category: "calls"}
			ds, err := l.CheckAll(t.Context(), []consent.Message{good, m})
			requireFieldError(t, err, "messages[1]."+field)
			assert.Equal(t, make([]consent.Decision, 2), ds)
			assert.Zero(t, s.standings)
		})
	}

	t.Run("History and Erase", func(t *testing.T) {
		l, _, _ := newLedger(t)
		requireFieldError(t, l.Erase(t.Context(), "", phone.Subject()), "Erase.businessID")
		requireFieldError(t, l.Erase(t.Context(), "acme", consent.Subject{}), "Erase.Subject")
		for _, err := range l.History(t.Context(), "acme", consent.Subject{}) {
			requireFieldError(t, err, "History.Subject")
		}
	})
}

// requireFieldError wants a FieldError whose text starts with want.
func requireFieldError(t *testing.T, err error, want string) {
	t.Helper()
	var field *consent.FieldError
	require.ErrorAs(t, err, &field)
	assert.True(t, strings.HasPrefix(err.Error(), "consent: "+want), err.Error())
	assert.NotRegexp(t, `[0-9]{7}`, err.Error())
	assert.Less(t, len(err.Error()), 400)
}

func TestClockSkew(t *testing.T) {
	l, _, c := newLedger(t)
	in := goodOptIn()
	in.GivenAt = c.now.Add(5 * time.Minute)
	_, err := l.OptIn(t.Context(), in)
	require.NoError(t, err)
	in.GivenAt = c.now.Add(5*time.Minute + time.Microsecond)
	_, err = l.OptIn(t.Context(), in)
	var refused *consent.PolicyError
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, err.Error(), "time.future")
	_, err = l.OptOut(t.Context(), consent.OptOut{BusinessID: "acme", Phone: phone, RequestedAt: c.now.Add(5 * time.Minute)})
	require.NoError(t, err)
}

func TestCheckDoesNotAllocate(t *testing.T) {
	l := consent.New(memstore.New(), consent.Config{})
	_, err := l.OptIn(t.Context(), goodOptIn())
	require.NoError(t, err)
	m := consent.Message{BusinessID: "acme", Phone: phone, Category: consent.Marketing, Template: approved(consent.Marketing)}
	ctx := t.Context()
	allocs := testing.AllocsPerRun(1000, func() {
		if d, err := l.Check(ctx, m); err != nil || !d.Allowed {
			t.Fatal(d, err)
		}
	})
	assert.Zero(t, allocs)
}
