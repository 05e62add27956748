package boltstore_test

import (
	"path/filepath"
	"testing"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/examples/customstore/boltstore"
	"github.com/optinkit/consent/storetest"
	bolt "go.etcd.io/bbolt"
)

// This is all that a store of your own needs to be proved: give storetest an
// empty one for each of its cases.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) consent.Store {
		return newStore(t, open(t))
	})
}

// What cannot be read is an error. It must never look like "no records",
// which a person who has opted out would be messaged on.
func TestDamagedFile(t *testing.T) {
	db := open(t)
	store := newStore(t, db)
	subject := consent.MustParsePhone("+12015550123").Subject()
	if err := store.Append(t.Context(), consent.Record{Kind: consent.KindOptOut, BusinessID: "acme", Subject: subject}); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{"consent.records", "consent.standings"} {
			bucket := tx.Bucket([]byte(name))
			if err := bucket.ForEach(func(key, _ []byte) error { return bucket.Put(key, []byte("{damaged")) }); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Standings(t.Context(), "acme", []consent.Subject{subject}, make([]consent.Standing, 1)); err == nil {
		t.Error("Standings: no error")
	}
	n := 0
	for record, err := range store.History(t.Context(), "acme", subject) {
		if n++; err == nil || n > 1 || !record.Equal(consent.Record{}) {
			t.Error("History: want one pair, of a zero record and an error")
		}
	}
	if n == 0 {
		t.Error("History: no error")
	}
}

func open(t *testing.T) *bolt.DB {
	t.Helper()
	// NoSync spares the tests from waiting for the disk at every commit.
	db, err := bolt.Open(filepath.Join(t.TempDir(), "consent.db"), 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newStore(t *testing.T, db *bolt.DB) *boltstore.Store {
	t.Helper()
	store, err := boltstore.New(db)
	if err != nil {
		t.Fatal(err)
	}
	return store
}
