// Package boltstore keeps consent records in a bbolt file. It is an example of
// a Store of one's own: read it beside the contract, the comment on
// [consent.Store], and prove yours as boltstore_test.go does.
package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/optinkit/consent"
	bolt "go.etcd.io/bbolt"
)

// Store implements [consent.Store] on a bbolt database. It is safe for use by
// many goroutines at once, because bbolt's transactions are.
type Store struct {
	db *bolt.DB
}

// The compiler tells when the interface and this type part ways.
var _ consent.Store = (*Store)(nil)

// Three buckets, each a sorted map from bytes to bytes. Every key begins with the person
// (see personKey), so that what belongs together lies together.
var (
	records   = []byte("consent.records")   // person, time, ID → the record as JSON: in History's order
	ids       = []byte("consent.ids")       // person, ID → the record's key in records: for idempotence
	standings = []byte("consent.standings") // person → the standing as JSON: what Check reads
)

// New returns a Store that keeps its records in db. The caller opens db, and
// closes it when the Store is no longer used.
func New(db *bolt.DB) (*Store, error) {
	err := db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{records, ids, standings} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("boltstore: create the buckets: %w", err)
	}
	return &Store{db}, nil
}

// Append implements [consent.Store]. One bbolt transaction makes it all or
// nothing, and orders it before or after every other.
func (s *Store) Append(ctx context.Context, rs ...consent.Record) error {
	if err := ctx.Err(); err != nil || len(rs) == 0 {
		return err
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		// bbolt has one writer at a time. Whoever gave up while waiting for
		// its turn must find nothing stored; an error rolls back.
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, r := range rs {
			if err := put(tx, r); err != nil {
				return fmt.Errorf("boltstore: append: %w", err)
			}
		}
		return nil
	})
}

// put adds one record. It sees what the transaction has put before, so a
// record that comes twice in one call is treated as one that is already there.
func put(tx *bolt.Tx, r consent.Record) error {
	r.OccurredAt, r.RecordedAt, r.ExpiresAt = r.OccurredAt.UTC(), r.RecordedAt.UTC(), r.ExpiresAt.UTC()
	person := personKey(r.BusinessID, r.Subject)
	idKey := append(person[:len(person):len(person)], r.ID[:]...)

	if key := tx.Bucket(ids).Get(idKey); key != nil {
		var stored consent.Record
		if err := json.Unmarshal(tx.Bucket(records).Get(key), &stored); err != nil {
			return err
		}
		if !stored.Equal(r) {
			return consent.ErrConflict
		}
		return nil
	}

	key := recordKey(person, r)
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := tx.Bucket(records).Put(key, value); err != nil {
		return err
	}
	if err := tx.Bucket(ids).Put(idKey, key); err != nil {
		return err
	}

	// The standing could be worked out from the records at every Check. It is
	// kept beside them because a business asks far oftener than people change
	// their minds. Apply holds the rules; a store has none of its own.
	standing, err := readStanding(tx, person)
	if err != nil {
		return err
	}
	if value, err = json.Marshal(standing.Apply(r)); err != nil {
		return err
	}
	return tx.Bucket(standings).Put(person, value)
}

// readStanding decodes into a variable of its own: JSON leaves fields that it does not mention as
// they were, so that decoding over an old standing would let its expiry times through.
func readStanding(tx *bolt.Tx, person []byte) (consent.Standing, error) {
	value := tx.Bucket(standings).Get(person)
	if value == nil {
		return nil, nil // somebody without records
	}
	var standing consent.Standing
	err := json.Unmarshal(value, &standing)
	return standing, err
}

// Standings implements [consent.Store].
func (s *Store) Standings(ctx context.Context, businessID string, subjects []consent.Subject, into []consent.Standing) error {
	return s.db.View(func(tx *bolt.Tx) error {
		for i, subject := range subjects {
			// A call may name 100,000 people: look up now and then whether anybody still waits.
			if i%1024 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			standing, err := readStanding(tx, personKey(businessID, subject))
			if err != nil {
				return fmt.Errorf("boltstore: standing %d of %d: %w", i, len(subjects), err)
			}
			into[i] = standing
		}
		return ctx.Err()
	})
}

// pageSize is how many records History holds in memory.
const pageSize = 100

// History implements [consent.Store]. It reads a page, ends the transaction and only
// then yields. Were the transaction open while the loop's body runs, a body that
// appends could wait for it for ever: bbolt cannot grow its file under a reader.
func (s *Store) History(ctx context.Context, businessID string, subject consent.Subject) iter.Seq2[consent.Record, error] {
	person := personKey(businessID, subject)
	return func(yield func(consent.Record, error) bool) {
		var last []byte // key of the record yielded last: each range of the sequence has its own
		for {
			page, next, err := s.page(ctx, person, last)
			if err != nil {
				yield(consent.Record{}, fmt.Errorf("boltstore: history: %w", err))
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			last = next
		}
	}
}

// page reads up to pageSize records of a person after the key last, and
// returns the key of the last of them.
func (s *Store) page(ctx context.Context, person, last []byte) (page []consent.Record, next []byte, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	err = s.db.View(func(tx *bolt.Tx) error {
		for key, value := range after(tx, records, person, last) {
			var r consent.Record
			if err := json.Unmarshal(value, &r); err != nil {
				return err
			}
			page = append(page, r)
			if len(page) == pageSize {
				// bbolt's slices are valid only inside the transaction.
				next = append(next, key...)
				return nil
			}
		}
		return nil
	})
	return page, next, err
}

// Erase implements [consent.Store].
func (s *Store) Erase(ctx context.Context, businessID string, subject consent.Subject) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	person := personKey(businessID, subject)
	err := s.db.Update(func(tx *bolt.Tx) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, name := range [][]byte{records, ids} {
			var keys [][]byte // a bucket must not be changed while a cursor walks it
			for key := range after(tx, name, person, nil) {
				keys = append(keys, key)
			}
			for _, key := range keys {
				if err := tx.Bucket(name).Delete(key); err != nil {
					return err
				}
			}
		}
		return tx.Bucket(standings).Delete(person)
	})
	if err != nil {
		return fmt.Errorf("boltstore: erase: %w", err)
	}
	return nil
}
