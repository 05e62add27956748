package boltstore

import (
	"bytes"
	"encoding/binary"
	"iter"

	"github.com/optinkit/consent"
	bolt "go.etcd.io/bbolt"
)

// personKey is what every key of a person begins with: business ID and
// subject, each after its length. The lengths keep keys exact: without them
// business "a" with subject "bc" would be business "ab" with subject "c", and
// all keys of "a" would begin those of "ab" too. bbolt compares bytes, so case
// and trailing spaces count, as they must.
func personKey(businessID string, subject consent.Subject) []byte {
	var key []byte
	for _, part := range []string{businessID, subject.String()} {
		key = binary.AppendUvarint(key, uint64(len(part)))
		key = append(key, part...)
	}
	return key
}

// recordKey orders the records of a person by time and then ID, as History
// must. Flipping the sign bit puts the years before 1970 first when compared
// as bytes.
func recordKey(person []byte, r consent.Record) []byte {
	key := append([]byte(nil), person...)
	key = binary.BigEndian.AppendUint64(key, uint64(r.OccurredAt.UnixMicro())^1<<63)
	return append(key, r.ID[:]...)
}

// after walks the entries of a person that come after the key last, or all of them if last is nil. Keys
// and values are valid until the transaction ends.
func after(tx *bolt.Tx, bucket, person, last []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		cursor := tx.Bucket(bucket).Cursor()
		from := person
		if last != nil {
			from = append(last[:len(last):len(last)], 0) // the least key after last
		}
		for key, value := cursor.Seek(from); key != nil && bytes.HasPrefix(key, person); key, value = cursor.Next() {
			if !yield(key, value) {
				return
			}
		}
	}
}
