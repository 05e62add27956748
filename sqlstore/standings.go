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

// When most of a business's people are asked about, as for a broadcast, reading
// its rows one after the other is several times as fast as looking each person
// up. Which it is shows in the rows between the first and last subject of a chunk, which are read up to a limit.
const (
	probeFrom = 2_000  // subjects in a call, from which on the question is put
	probeSize = 250    // subjects whose range is tried first
	rangeSize = 10_000 // subjects whose range is read when that was worth it
	probeWait = 16     // chunks looked up before it is tried again
	dense     = 6      // rows read per subject at which looking up is about as fast
)

// standings reads the rows of many people, chunk by chunk.
func (s *Store) standings(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error {
	order := sorted(subjects)
	c := chunk{into: into}
	wait := 0 // chunks until the range is tried
	size := probeSize
	if len(subjects) < probeFrom {
		wait = len(subjects)
	}
	for len(order) > 0 {
		limit := s.q.standings.chunk
		if wait == 0 {
			limit = size
		}
		var taken []asked
		taken, order = c.fill(subjects, order, limit)
		err := s.attempt(ctx, func() error {
			c.reset()
			if wait > 0 {
				return s.lookUp(ctx, business, &c)
			}
			whole, err := s.readRange(ctx, business, &c)
			if err != nil || whole {
				size = rangeSize
				return err
			}
			wait, size = probeWait+1, probeSize
			c.reset()
			return s.lookUp(ctx, business, &c)
		})
		if err != nil {
			return err
		}
		wait = max(wait-1, 0)
		c.copyRepeated(subjects, taken)
	}
	return nil
}

// chunk is the subjects of one statement.
type chunk struct {
	keys []string // sorted, each once
	at   []int    // where in the call each stands
	into []consent.Standing
}

// fill takes up to limit different subjects from order.
func (c *chunk) fill(subjects []consent.Subject, order []asked, limit int) (taken, rest []asked) {
	c.keys, c.at = c.keys[:0], c.at[:0]
	for n, o := range order {
		key := subjects[o.at].String()
		if len(c.keys) > 0 && key == c.keys[len(c.keys)-1] {
			continue
		}
		if len(c.keys) == limit {
			return order[:n], order[n:]
		}
		c.keys, c.at = append(c.keys, key), append(c.at, o.at)
	}
	return order, nil
}

// reset empties the standings of the chunk, for a first or another attempt.
func (c *chunk) reset() {
	for _, i := range c.at {
		c.into[i] = c.into[i][:0]
	}
}

// copyRepeated answers for subjects that were named again, in memory of their own.
func (c *chunk) copyRepeated(subjects []consent.Subject, taken []asked) {
	if len(taken) == len(c.keys) {
		return
	}
	k := 0
	for _, o := range taken {
		if subjects[o.at].String() != c.keys[k] {
			k++
		}
		if o.at != c.at[k] {
			c.into[o.at] = append(c.into[o.at][:0], c.into[c.at[k]]...)
		}
	}
}

// readRange reads all rows between the chunk's first and last subject, and tells whether
// that was all of them before the limit.
func (s *Store) readRange(ctx context.Context, business string, c *chunk) (whole bool, err error) {
	limit := dense * len(c.keys)
	n, err := s.read(ctx, c, false, s.q.standings.between, business, c.keys[0], c.keys[len(c.keys)-1], int64(limit))
	return n < limit, err
}

// lookUp asks for each of the chunk's subjects.
func (s *Store) lookUp(ctx context.Context, business string, c *chunk) error {
	if list, ok := s.q.standings.list(c.keys); ok {
		_, err := s.read(ctx, c, true, s.q.standings.text(len(c.keys)), business, list)
		return err
	}
	n := roundUp(len(c.keys), s.q.standings.chunk)
	args := make([]any, 0, n+1)
	args = append(args, business)
	for i := range n {
		args = append(args, c.keys[min(i, len(c.keys)-1)])
	}
	_, err := s.read(ctx, c, true, s.q.standings.text(n), args...)
	return err
}

// read adds each row that the statement returns to the standing at its place, and tells how many there were.
// Rows of subjects that are not in the chunk are an error if each was asked for, and passed over if not.
func (s *Store) read(ctx context.Context, c *chunk, each bool, text string, args ...any) (n int, err error) {
	rows, err := s.query(ctx, text, true, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var scan entryScan
	var subject sql.RawBytes
	dest := append([]any{&subject}, scan.dest()...)
	k := 0
	for rows.Next() {
		n++
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		// Rows come in the order of the keys as a rule, but lookUp does not ask for it.
		for k < len(c.keys) && c.keys[k] < string(subject) {
			k++
		}
		if k == len(c.keys) || c.keys[k] != string(subject) {
			if !each {
				continue
			}
			var found bool
			if k, found = slices.BinarySearchFunc(c.keys, subject, compareKey); !found {
				return n, ownError{fmt.Errorf("sqlstore: standings: %w: the database returned a subject that was not asked for", ErrSchema)}
			}
		}
		e, err := scan.entry()
		if err != nil {
			return n, err
		}
		c.into[c.at[k]] = put(c.into[c.at[k]], e)
	}
	return n, rows.Err()
}

func compareKey(key string, b sql.RawBytes) int { return strings.Compare(key, string(b)) }

// asked is a subject and where in the call it stands. Numbers of up to 15 digits
// are compared by the 16 bytes in hi and lo alone.
type asked struct {
	hi, lo uint64
	at     int
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
