package memstore

import (
	"sync/atomic"

	"github.com/optinkit/consent"
)

// table is a hash table with linear probing that is read without a lock while
// one writer at a time changes it. A slot belongs to one hash for as long as the
// table lives; only its person is ever replaced. A table that is too small is left
// to its readers, and a larger copy takes its place.
type table struct {
	slots []slot // a power of two
	taken int    // slots that are not empty, read by writers only
	live  int    // and hold somebody
}

// slot is empty while person is nil. The hash is written before the person
// and never again, so whoever has loaded a person may read it.
type slot struct {
	hash   uint64
	person atomic.Pointer[person]
}

// erased stands where somebody was, so that probing goes on past the place.
var erased = new(person)

const minSlots = 8

// newTable returns an empty table that n people fill by half at most.
func newTable(n int) *table {
	size := minSlots
	for size < 2*n {
		size *= 2
	}
	return &table{slots: make([]slot, size)}
}

func (t *table) full() bool { return t.taken >= len(t.slots)/4*3 }

func (t *table) grown() *table {
	// Counted by the living: a table full of erased people is swept, not doubled.
	out := newTable(t.live + t.live/4)
	for i := range t.slots {
		if p := t.slots[i].person.Load(); p != nil && p != erased {
			out.put(t.slots[i].hash, p)
		}
	}
	return out
}

func (t *table) find(hash uint64, businessID string, subject consent.Subject) *person {
	last := uint64(len(t.slots) - 1)
	for i := hash & last; ; i = (i + 1) & last {
		s := &t.slots[i]
		p := s.person.Load()
		if p == nil {
			return nil
		}
		if s.hash == hash && p != erased && p.subject == subject && p.businessID == businessID {
			return p
		}
	}
}

// put stores p in place of the person of the same key, or in a slot of its
// own. The table must not be full.
func (t *table) put(hash uint64, p *person) {
	s := t.slot(hash, p)
	switch old := s.person.Load(); old {
	case nil:
		s.hash = hash
		t.taken++
		t.live++
	case erased:
		t.live++
	}
	s.person.Store(p)
}

func (t *table) remove(hash uint64, p *person) {
	t.slot(hash, p).person.Store(erased)
	t.live--
}

// slot finds where the person of p's key stands or may be put.
func (t *table) slot(hash uint64, p *person) *slot {
	var free *slot
	last := uint64(len(t.slots) - 1)
	for i := hash & last; ; i = (i + 1) & last {
		s := &t.slots[i]
		old := s.person.Load()
		switch {
		case old == nil && free != nil:
			return free
		case old == nil:
			return s
		case s.hash != hash:
		case old == erased:
			free = s
		case old.subject == p.subject && old.businessID == p.businessID:
			return s
		}
	}
}
