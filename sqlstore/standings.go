package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/optinkit/consent"
)

// Standings implements [consent.Store]. One subject is one statement; many are
// one statement for each few thousand, sorted, so that the database reads its pages in order.
func (s *Store) Standings(ctx context.Context, businessID string, subjects []consent.Subject, into []consent.Standing) error {
	const op = "standings"
	if err := s.check(ctx, op); err != nil {
		return err
	}
	if len(into) < len(subjects) {
		return fmt.Errorf("sqlstore: %s: into has %d elements for %d subjects; make it as long", op, len(into), len(subjects))
	}
	if len(subjects) == 0 {
		return nil
	}
	var err error
	if len(subjects) == 1 {
		err = s.attempt(ctx, func() error { return s.standing(ctx, businessID, subjects[0], &into[0]) })
	} else {
		err = s.standings(ctx, businessID, subjects, into)
	}
	if err != nil {
		return s.failedRead(ctx, op, err)
	}
	return nil
}

// standing reads the rows of one person.
func (s *Store) standing(ctx context.Context, business string, subject consent.Subject, into *consent.Standing) error {
	rows, err := s.query(ctx, s.q.standing, true, business, subject.String())
	if err != nil {
		return err
	}
	defer rows.Close()
	var scan entryScan
	dest := scan.dest()
	out := (*into)[:0]
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		e, err := scan.entry()
		if err != nil {
			return err
		}
		out = put(out, e)
	}
	*into = out
	return rows.Err()
}

// asked is a subject and where in the call it stands. Numbers of up to 15 digits
// are compared by the 16 bytes in hi and lo alone.
type asked struct {
	hi, lo uint64
	at     int
}

// standings reads the rows of many people, chunk by chunk.
func (s *Store) standings(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error {
	order := sorted(subjects)
	keys := make([]string, 0, min(len(order), s.q.standings.chunk))
	at := make([]int, 0, cap(keys)) // where in subjects each key stands
	for len(order) > 0 {
		keys, at = keys[:0], at[:0]
		n := 0
		for n < len(order) {
			key := subjects[order[n].at].String()
			if len(keys) == 0 || key != keys[len(keys)-1] {
				if len(keys) == s.q.standings.chunk {
					break
				}
				keys, at = append(keys, key), append(at, order[n].at)
			}
			n++
		}
		err := s.attempt(ctx, func() error {
			for _, i := range at {
				into[i] = into[i][:0]
			}
			return s.readChunk(ctx, business, keys, at, into)
		})
		if err != nil {
			return err
		}
		// A subject that was named again has the same answer, in memory of its own.
		for i, k := 0, 0; i < n; i++ {
			if subjects[order[i].at].String() != keys[k] {
				k++
			}
			if order[i].at != at[k] {
				into[order[i].at] = append(into[order[i].at][:0], into[at[k]]...)
			}
		}
		order = order[n:]
	}
	return nil
}

func sorted(subjects []consent.Subject) []asked {
	order := make([]asked, len(subjects))
	ready := true
	for i, subject := range subjects {
		var b [16]byte
		copy(b[:], subject.String())
		order[i] = asked{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:]), i}
		ready = ready && (i == 0 || subjects[i-1].Compare(subject) <= 0)
	}
	if ready {
		return order
	}
	slices.SortFunc(order, func(a, b asked) int {
		if c := cmp.Compare(a.hi, b.hi); c != 0 {
			return c
		}
		if c := cmp.Compare(a.lo, b.lo); c != 0 {
			return c
		}
		return subjects[a.at].Compare(subjects[b.at])
	})
	return order
}

// readChunk asks for keys, which are sorted and each there once, and adds each row to the standing at its place.
func (s *Store) readChunk(ctx context.Context, business string, keys []string, at []int, into []consent.Standing) error {
	var args []any
	n := len(keys)
	if list, ok := s.q.standings.list(keys); ok {
		args = []any{business, list}
	} else {
		n = roundUp(n, s.q.standings.chunk)
		args = make([]any, 0, n+1)
		args = append(args, business)
		for i := range n {
			args = append(args, keys[min(i, len(keys)-1)])
		}
	}
	rows, err := s.query(ctx, s.q.standings.text(n), true, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var scan entryScan
	var subject sql.RawBytes
	dest := append([]any{&subject}, scan.dest()...)
	k := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		e, err := scan.entry()
		if err != nil {
			return err
		}
		// Rows come in the order of the keys as a rule, but nothing promises it.
		for k < len(keys) && keys[k] < string(subject) {
			k++
		}
		if k == len(keys) || keys[k] != string(subject) {
			var ok bool
			if k, ok = slices.BinarySearchFunc(keys, subject, func(key string, b sql.RawBytes) int { return strings.Compare(key, string(b)) }); !ok {
				return ownError{fmt.Errorf("sqlstore: standings: %w: the database returned a subject that was not asked for", ErrSchema)}
			}
		}
		into[at[k]] = put(into[at[k]], e)
	}
	return rows.Err()
}

// roundUp gives statements few lengths, so that each can be kept prepared.
func roundUp(n, limit int) int {
	size := 2
	for size < n {
		size *= 4
	}
	return min(size, limit)
}

// entryScan takes the columns of standingColumns.
type entryScan struct {
	category, kind, id sql.RawBytes
	occurred           int64
	expires            sql.NullInt64
}

func (e *entryScan) dest() []any {
	return []any{&e.category, &e.kind, &e.occurred, &e.expires, &e.id}
}

func (e *entryScan) entry() (consent.Entry, error) {
	id, err := readID(e.id)
	return consent.Entry{
		Category: known(e.category), Kind: knownKind(e.kind), RecordID: id,
		OccurredAt: time.UnixMicro(e.occurred).UTC(), ExpiresAt: readTime(e.expires),
	}, err
}

// known is b as a category; the roots take no memory of their own.
func known(b []byte) consent.Category {
	for _, c := range [...]consent.Category{
		"", consent.Marketing, consent.Utility, consent.Authentication, consent.Service, consent.Calls,
	} {
		if string(b) == string(c) {
			return c
		}
	}
	return consent.Category(b)
}

func knownKind(b []byte) consent.Kind {
	switch string(b) {
	case string(consent.KindOptIn):
		return consent.KindOptIn
	case string(consent.KindOptOut):
		return consent.KindOptOut
	}
	return consent.Kind(b)
}

// put adds e where it belongs: by category, then kind.
func put(s consent.Standing, e consent.Entry) consent.Standing {
	s = append(s, e)
	for i := len(s) - 1; i > 0 && slot(s[i], s[i-1]) < 0; i-- {
		s[i], s[i-1] = s[i-1], s[i]
	}
	return s
}

func slot(a, b consent.Entry) int {
	return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Kind, b.Kind))
}
