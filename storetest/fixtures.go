package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/optinkit/consent"
)

const acme = "acme"

// noon is when things happen. It is plain, as are the records below: what is hard to
// keep is left to the cases about it, or a store with one fault would fail them all.
var noon = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// person returns the i-th subject, a phone number.
func person(i int) consent.Subject { return subject(fmt.Sprintf("+1999%07d", i)) }

func subject(key string) consent.Subject {
	s, err := consent.ParseSubject(key)
	if err != nil {
		panic(err) // does not show the key
	}
	return s
}

// id returns an ID that the case has not used. The IDs come in no order and with all
// kinds of bytes, as an idempotency key may.
func (e *env) id() [16]byte {
	e.ids++
	return e.lastID()
}

func (e *env) lastID() [16]byte {
	n := uint64(e.ids)
	var id [16]byte
	for i := range 8 {
		id[i] = byte(bits.Reverse64(n*0x9e3779b97f4a7c15) >> (8 * i))
		id[15-i] = byte(n >> (8 * i))
	}
	return id
}

// optIn returns a new opt-in with what a plain one has.
func (e *env) optIn(business string, s consent.Subject, at time.Time, categories ...consent.Category) consent.Record {
	return consent.Record{
		ID: e.id(), Kind: consent.KindOptIn, BusinessID: business, BusinessName: "Acme Ltd", Subject: s,
		Categories: categories, Source: consent.SourceWebsite,
		OccurredAt: at, RecordedAt: noon.Add(time.Hour),
		Statement: consent.Statement{Text: "Yes, Acme Ltd may send me offers on WhatsApp."},
		Evidence:  consent.Evidence{Reference: "form/42"},
	}
}

// optOut returns a new opt-out; of everything if it names no category.
func (e *env) optOut(business string, s consent.Subject, at time.Time, categories ...consent.Category) consent.Record {
	return consent.Record{
		ID: e.id(), Kind: consent.KindOptOut, BusinessID: business, Subject: s, Categories: categories,
		OccurredAt: at, RecordedAt: noon.Add(time.Hour),
	}
}

func expiring(r consent.Record, at time.Time) consent.Record {
	r.ExpiresAt = at
	return r
}

// append appends records in one call, which must succeed.
func (e *env) append(records ...consent.Record) error {
	if err := e.store.Append(e.ctx, records...); err != nil {
		return fmt.Errorf("Append of %d records failed: %w", len(records), err)
	}
	return nil
}

// appendEach appends records in a call each.
func (e *env) appendEach(records ...consent.Record) error {
	for _, r := range records {
		if err := e.append(r); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) erase(business string, s consent.Subject) error {
	if err := e.store.Erase(e.ctx, business, s); err != nil {
		return fmt.Errorf("Erase failed: %w", err)
	}
	return nil
}

// wantConflict appends records in one call, which must be refused.
func (e *env) wantConflict(what string, records ...consent.Record) error {
	switch err := e.store.Append(e.ctx, records...); {
	case err == nil:
		return fmt.Errorf("%s: Append returned nil, want an error that is consent.ErrConflict", what)
	case !errors.Is(err, consent.ErrConflict):
		return fmt.Errorf("%s: errors.Is(err, consent.ErrConflict) is false for Append's error: %w", what, err)
	}
	return nil
}

func (e *env) standings(business string, subjects ...consent.Subject) ([]consent.Standing, error) {
	into := make([]consent.Standing, len(subjects))
	if err := e.store.Standings(e.ctx, business, subjects, into); err != nil {
		return nil, fmt.Errorf("Standings of %d subjects failed: %w", len(subjects), err)
	}
	return into, nil
}

// wantStanding checks that the subject's standing is what records add up to.
func (e *env) wantStanding(business string, s consent.Subject, records ...consent.Record) error {
	got, err := e.standings(business, s)
	if err != nil {
		return err
	}
	return sameStanding(got[0], fold(records))
}

func (e *env) history(business string, s consent.Subject) ([]consent.Record, error) {
	return collect(e.ctx, e.store, business, s)
}

// collect never ends the loop early: that is for History/EarlyExit to try.
func collect(ctx context.Context, store consent.Store, business string, s consent.Subject) ([]consent.Record, error) {
	var all []consent.Record
	var failed error
	for r, err := range store.History(ctx, business, s) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("History yielded an error: %w", err)
		}
		all = append(all, r)
	}
	if failed != nil {
		return nil, failed
	}
	return all, nil
}

// wantHistory checks that the subject's history is records, in whatever order:
// that is for History/Order.
func (e *env) wantHistory(business string, s consent.Subject, records ...consent.Record) error {
	got, err := e.history(business, s)
	if err != nil {
		return err
	}
	return sameHistory(inOrder(got), records)
}

// want checks the history and the standing.
func (e *env) want(business string, s consent.Subject, records ...consent.Record) error {
	if err := e.wantHistory(business, s, records...); err != nil {
		return err
	}
	return e.wantStanding(business, s, records...)
}

// inOrder returns records in the order of a history.
func inOrder(records []consent.Record) []consent.Record {
	return slices.SortedFunc(slices.Values(records), func(a, b consent.Record) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// sameHistory checks that got is want in the order of a history.
func sameHistory(got, want []consent.Record) error {
	want = inOrder(want)
	if len(got) != len(want) {
		return fmt.Errorf("History has %d records, want %d", len(got), len(want))
	}
	for i := range got {
		if err := sameRecord(got[i], want[i]); err != nil {
			return fmt.Errorf("History, record %d of %d: %w", i+1, len(got), err)
		}
	}
	return nil
}

// sameRecord compares every field, RecordedAt too.
func sameRecord(got, want consent.Record) error {
	var wrong []string
	field := func(name string, same bool, g, w any) {
		if !same {
			wrong = append(wrong, fmt.Sprintf("%s is %s, want %s", name, brief(g), brief(w)))
		}
	}
	field("ID", got.ID == want.ID, got.ID, want.ID)
	field("Kind", got.Kind == want.Kind, got.Kind, want.Kind)
	field("BusinessID", got.BusinessID == want.BusinessID, got.BusinessID, want.BusinessID)
	field("BusinessName", got.BusinessName == want.BusinessName, got.BusinessName, want.BusinessName)
	field("Subject", got.Subject == want.Subject, got.Subject, want.Subject)
	field("Categories", slices.Equal(got.Categories, want.Categories), got.Categories, want.Categories)
	field("Source", got.Source == want.Source, got.Source, want.Source)
	for _, t := range []struct {
		name      string
		got, want time.Time
	}{
		{"OccurredAt", got.OccurredAt, want.OccurredAt},
		{"RecordedAt", got.RecordedAt, want.RecordedAt},
		{"ExpiresAt", got.ExpiresAt, want.ExpiresAt},
	} {
		field(t.name, t.got.Equal(t.want), t.got, t.want)
	}
	g, w := got.Statement, want.Statement
	field("Statement.Text", g.Text == w.Text, g.Text, w.Text)
	field("Statement.Language", g.Language.String() == w.Language.String(), g.Language.String(), w.Language.String())
	field("Statement.ReviewedBy", g.ReviewedBy == w.ReviewedBy, g.ReviewedBy, w.ReviewedBy)
	x, y := got.Evidence, want.Evidence
	field("Evidence.Reference", x.Reference == y.Reference, x.Reference, y.Reference)
	field("Evidence.URL", x.URL == y.URL, x.URL, y.URL)
	field("Evidence.IP", x.IP == y.IP, x.IP, y.IP)
	field("Evidence.UserAgent", x.UserAgent == y.UserAgent, x.UserAgent, y.UserAgent)
	field("Evidence.Actor", x.Actor == y.Actor, x.Actor, y.Actor)
	if len(x.Extra) != len(y.Extra) {
		wrong = append(wrong, fmt.Sprintf("Evidence.Extra has %d keys, want %d", len(x.Extra), len(y.Extra)))
	}
	for k, v := range y.Extra {
		if have, found := x.Extra[k]; !found || have != v {
			wrong = append(wrong, fmt.Sprintf("Evidence.Extra[%s] is %s, want %s", brief(k), brief(have), brief(v)))
		}
	}
	if len(wrong) == 0 && !got.Equal(want) { // a field that came after this list
		wrong = append(wrong, "Record.Equal is false")
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New(strings.Join(wrong[:min(len(wrong), 5)], "; "))
}

// brief writes a value so that a failure stays readable.
func brief(v any) string {
	const limit = 60
	switch v := v.(type) {
	case consent.Subject:
		return v.LogValue().String()
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	s := fmt.Sprintf("%q", fmt.Sprint(v))
	if len(s) > limit {
		s = fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(s[:limit], ""), len(fmt.Sprint(v)))
	}
	return s
}

// fold adds records up by the contract's sentences and nothing else: for each
// category and kind the latest, of those of one instant the one that expires first, and
// then the one with the greater ID. It owes nothing to Standing.Apply.
func fold(records []consent.Record) consent.Standing {
	type slot struct {
		category consent.Category
		kind     consent.Kind
	}
	latest := map[slot]consent.Entry{}
	for _, r := range records {
		categories := r.Categories
		if len(categories) == 0 && r.Kind != consent.KindOptIn {
			categories = []consent.Category{""}
		}
		for _, c := range categories {
			e := consent.Entry{Category: c, Kind: r.Kind, OccurredAt: r.OccurredAt, RecordID: r.ID, ExpiresAt: r.ExpiresAt}
			old, found := latest[slot{c, r.Kind}]
			if !found || supersedes(e, old) {
				latest[slot{c, r.Kind}] = e
			}
		}
	}
	var out consent.Standing
	for _, e := range latest {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b consent.Entry) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

func supersedes(e, old consent.Entry) bool {
	if !e.OccurredAt.Equal(old.OccurredAt) {
		return e.OccurredAt.After(old.OccurredAt)
	}
	if !e.ExpiresAt.Equal(old.ExpiresAt) {
		return old.ExpiresAt.IsZero() || !e.ExpiresAt.IsZero() && e.ExpiresAt.Before(old.ExpiresAt)
	}
	return bytes.Compare(e.RecordID[:], old.RecordID[:]) > 0
}

func sameStanding(got, want consent.Standing) error {
	if got.Equal(want) {
		return nil
	}
	return fmt.Errorf("the standing is %s, want %s", describe(got), describe(want))
}

func describe(s consent.Standing) string {
	const limit = 6
	var b strings.Builder
	b.WriteByte('[')
	for i, e := range s {
		if i == limit {
			fmt.Fprintf(&b, ", … %d in all", len(s))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40q %s at %s", e.Category, e.Kind, e.OccurredAt.Format(time.RFC3339Nano))
		if !e.ExpiresAt.IsZero() {
			fmt.Fprintf(&b, " until %s", e.ExpiresAt.Format(time.RFC3339Nano))
		}
		fmt.Fprintf(&b, " by %x", e.RecordID[:])
	}
	b.WriteByte(']')
	return b.String()
}

// stale returns entries that no case expects, in a slice with room for more of them.
func stale(n int) consent.Standing {
	s := make(consent.Standing, n, n+8)
	for i := range s[:cap(s)] {
		s[:cap(s)][i] = consent.Entry{Category: "stale", Kind: consent.KindOptIn, OccurredAt: noon.AddDate(50, 0, 0), RecordID: [16]byte{0xde, 0xad}}
	}
	return s
}
