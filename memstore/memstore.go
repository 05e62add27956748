// Package memstore keeps consent records in memory.
//
// It is for tests, for small tools that load a file and answer from it, and for a cache
// that is filled from a database at start:
//
//	ledger := consent.New(memstore.New(), consent.Config{})
//
// Nothing survives the process. An opt-out that only this store knows is forgotten at
// the next start, so a service that sends messages wants package sqlstore or an adapter
// of its own underneath.
//
// # Concurrency
//
// A Store is safe for use by many goroutines at once. Readers take no lock and never
// wait: not for each other, not for a writer, not while the store grows. Writers take
// turns. What a reader sees of one person is always the state between two records,
// never a part of one; of a call that appends to several people it may see the first
// people's records before the last's, until the call returns.
//
// # IDs
//
// Where the contract on [consent.Store] leaves a choice, this store is strict about IDs
// and lenient about RecordedAt: an ID is taken in the whole store, so the same ID under
// another business or subject is [consent.ErrConflict], and the same record with
// another RecordedAt is the same record.
package memstore

import (
	"bytes"
	"cmp"
	"context"
	"hash/maphash"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
)

// Store is a [consent.Store] in memory. Make one with [New].
type Store struct {
	seed   maphash.Seed
	people atomic.Pointer[table]

	mu  sync.Mutex // held to write people and ids
	ids map[uuid.UUID]struct{}
}

var _ consent.Store = (*Store)(nil)

// New returns an empty Store.
func New() *Store {
	s := &Store{seed: maphash.MakeSeed(), ids: make(map[uuid.UUID]struct{})}
	s.people.Store(newTable(0))
	return s
}

// hash is split in two, so that a call about many people of one business reads the
// business ID once.
func (s *Store) hash(ofBusiness uint64, subject consent.Subject) uint64 {
	return ofBusiness ^ maphash.String(s.seed, subject.String())
}

func (s *Store) hashBusiness(id string) uint64 {
	h := maphash.String(s.seed, id)
	return h<<32 | h>>32 // or a business named like a number would cancel it out
}

func (s *Store) find(businessID string, subject consent.Subject) *person {
	return s.people.Load().find(s.hash(s.hashBusiness(businessID), subject), businessID, subject)
}

// Append implements [consent.Store].
func (s *Store) Append(ctx context.Context, records ...consent.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh, err := s.fresh(records)
	if err != nil {
		return err
	}
	for _, i := range fresh {
		s.add(records[i])
	}
	return nil
}

// fresh tells which of records are to be added. Nothing is written before all of them
// have passed.
func (s *Store) fresh(records []consent.Record) ([]int, error) {
	fresh := make([]int, 0, len(records))
	inCall := make(map[uuid.UUID]int, len(records))
	for i := range records {
		r := &records[i]
		if first, again := inCall[r.ID]; again {
			if !records[first].Equal(*r) {
				return nil, consent.ErrConflict
			}
			continue
		}
		inCall[r.ID] = i
		if _, taken := s.ids[r.ID]; !taken {
			fresh = append(fresh, i)
		} else if !s.find(r.BusinessID, r.Subject).holds(r) {
			return nil, consent.ErrConflict
		}
	}
	return fresh, nil
}

func (s *Store) add(r consent.Record) {
	h := s.hash(s.hashBusiness(r.BusinessID), r.Subject)
	t := s.people.Load()
	if t.full() {
		t = t.grown()
		s.people.Store(t)
	}
	t.put(h, t.find(h, r.BusinessID, r.Subject).with(r))
	s.ids[r.ID] = struct{}{}
}

// Standings implements [consent.Store]. It allocates only where into[i] lacks the
// capacity.
func (s *Store) Standings(ctx context.Context, businessID string, subjects []consent.Subject, into []consent.Standing) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t, ofBusiness := s.people.Load(), s.hashBusiness(businessID)
	for i, subject := range subjects {
		into[i] = into[i][:0]
		if p := t.find(s.hash(ofBusiness, subject), businessID, subject); p != nil {
			into[i] = append(into[i], p.standing...)
		}
	}
	return nil
}

// History implements [consent.Store]. It yields what was there when the loop began.
func (s *Store) History(ctx context.Context, businessID string, subject consent.Subject) iter.Seq2[consent.Record, error] {
	return func(yield func(consent.Record, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(consent.Record{}, err)
			return
		}
		p := s.find(businessID, subject)
		if p == nil {
			return
		}
		var all []*record
		for r := p.last; r != nil; r = r.before {
			all = append(all, r)
		}
		slices.SortFunc(all, func(a, b *record) int {
			return cmp.Or(cmp.Compare(a.occurredAt, b.occurredAt), bytes.Compare(a.id[:], b.id[:]))
		})
		for _, r := range all {
			if !yield(r.unpack(p), nil) {
				return
			}
		}
	}
}

// Erase implements [consent.Store].
func (s *Store) Erase(ctx context.Context, businessID string, subject consent.Subject) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hash(s.hashBusiness(businessID), subject)
	t := s.people.Load()
	p := t.find(h, businessID, subject)
	if p == nil {
		return nil
	}
	for r := p.last; r != nil; r = r.before {
		delete(s.ids, r.id)
	}
	t.remove(h, p)
	return nil
}
