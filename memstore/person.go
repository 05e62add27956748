package memstore

import (
	"maps"
	"strings"
	"time"
	"unique"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
)

// person is all that is kept under one key. It is never changed: a new record
// makes a new person.
type person struct {
	businessID string
	subject    consent.Subject
	standing   consent.Standing
	last       *record // appended last; the list is in no other order
}

// personOfOne holds its only entry beside it, as most people have one: a
// reader then touches one place in memory and not two.
type personOfOne struct {
	person
	entry [1]consent.Entry
}

// with returns the person with r added. A nil person is one without records.
func (p *person) with(r consent.Record) *person {
	next := person{}
	if p != nil {
		next = *p
	}
	packed := pack(r)
	packed.before, next.last = next.last, packed
	if p == nil {
		// Copies, lest a key cut from a long text keep all of the text.
		next.businessID = packed.form.Value().businessID
		if own, err := consent.ParseSubject(strings.Clone(r.Subject.String())); err == nil {
			next.subject = own
		}
	}
	next.standing = next.standing.Apply(packed.unpack(&next))
	if len(next.standing) == 1 {
		one := &personOfOne{person: next, entry: [1]consent.Entry(next.standing)}
		one.standing = one.entry[:]
		return &one.person
	}
	return &next
}

// holds tells whether r is there with the same content.
func (p *person) holds(r *consent.Record) bool {
	if p == nil {
		return false
	}
	for have := p.last; have != nil; have = have.before {
		if have.id == r.ID {
			return have.unpack(p).Equal(pack(*r).unpack(p))
		}
	}
	return false
}

// record is a consent.Record without its key, in a sixth of the space.
type record struct {
	before                            *record
	form                              unique.Handle[form]
	id                                uuid.UUID
	occurredAt, recordedAt, expiresAt int64             // Unix time in microseconds; time.Time's zero has one too
	evidence                          *consent.Evidence // nil: none
}

// form is what the records of people who filled in the same form share. It
// is kept once, and goes with the last of them.
type form struct {
	kind                     consent.Kind
	businessID, businessName string
	categories               string // each followed by NUL, which no category contains
	source                   consent.Source
	statement                consent.Statement
}

func pack(r consent.Record) *record {
	var categories strings.Builder
	for _, c := range r.Categories {
		categories.WriteString(string(c))
		categories.WriteByte(0)
	}
	p := &record{
		id: r.ID,
		form: unique.Make(form{
			kind: r.Kind, businessID: r.BusinessID, businessName: r.BusinessName,
			categories: categories.String(), source: r.Source, statement: r.Statement,
		}),
		occurredAt: r.OccurredAt.UnixMicro(), recordedAt: r.RecordedAt.UnixMicro(), expiresAt: r.ExpiresAt.UnixMicro(),
	}
	if !r.Evidence.IsZero() {
		evidence := r.Evidence
		evidence.Extra = maps.Clone(evidence.Extra)
		p.evidence = &evidence
	}
	return p
}

func (r *record) unpack(p *person) consent.Record {
	f := r.form.Value()
	out := consent.Record{
		ID: r.id, Kind: f.kind, BusinessID: f.businessID, BusinessName: f.businessName, Subject: p.subject,
		Source: f.source, Statement: f.statement,
		OccurredAt: fromMicro(r.occurredAt), RecordedAt: fromMicro(r.recordedAt), ExpiresAt: fromMicro(r.expiresAt),
	}
	for c := range strings.SplitAfterSeq(f.categories, "\x00") {
		if c != "" {
			out.Categories = append(out.Categories, consent.Category(c[:len(c)-1]))
		}
	}
	if r.evidence != nil {
		out.Evidence = *r.evidence
		out.Evidence.Extra = maps.Clone(out.Evidence.Extra)
	}
	return out
}

func fromMicro(t int64) time.Time { return time.UnixMicro(t).UTC() }
