package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"

	"github.com/google/uuid"

	"github.com/optinkit/consent"
)

// pageSize is how many records History reads at a time. A page is read whole before any of it is
// yielded, so that the loop holds no connection.
const pageSize = 500

// History implements [consent.Store].
func (s *Store) History(ctx context.Context, businessID string, subject consent.Subject) iter.Seq2[consent.Record, error] {
	const op = "history"
	return func(yield func(consent.Record, error) bool) {
		if err := s.check(ctx, op); err != nil {
			yield(consent.Record{}, err)
			return
		}
		// Before all that can be stored.
		after := consent.Record{}
		occurred := int64(math.MinInt64)
		for {
			var page []consent.Record
			err := s.attempt(ctx, func() (err error) {
				page, err = s.page(ctx, businessID, subject, occurred, after.ID)
				return err
			})
			if err != nil {
				yield(consent.Record{}, s.failedRead(ctx, op, err))
				return
			}
			for _, r := range page {
				if err := ctx.Err(); err != nil {
					yield(consent.Record{}, fmt.Errorf("sqlstore: %s: %w", op, err))
					return
				}
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			after = page[len(page)-1]
			occurred = after.OccurredAt.UnixMicro()
		}
	}
}

// page reads the records of a subject that come after those at occurred and id.
func (s *Store) page(ctx context.Context, business string, subject consent.Subject, occurred int64, id uuid.UUID) ([]consent.Record, error) {
	var after any = id[:]
	if s.dialect == PostgreSQL {
		after = id.String()
	}
	rows, err := s.query(ctx, s.q.page, true, business, subject.String(), occurred, after, int64(pageSize))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []consent.Record
	for rows.Next() {
		var scan recordScan
		var text, lang, reviewedBy sql.NullString
		if err := rows.Scan(append(scan.dest(), &text, &lang, &reviewedBy)...); err != nil {
			return nil, err
		}
		r, err := scan.record(business)
		if err != nil {
			return nil, err
		}
		r.Subject = subject
		if scan.statement != nil {
			if !text.Valid {
				return nil, ownError{fmt.Errorf("sqlstore: history: record %s names a statement that consent_statements no longer holds; restore the row from a backup", r.ID)}
			}
			r.Statement = consent.Statement{Text: text.String, ReviewedBy: reviewedBy.String}
			if r.Statement.Language, err = readLanguage(lang.String); err != nil {
				return nil, err
			}
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// failedRead explains a read that failed, and remembers that the caller's
// transaction is over if it is.
func (s *Store) failedRead(ctx context.Context, op string, err error) error {
	if s.begin == nil && classify(err) == again {
		s.over.Store(true)
	}
	return s.explain(ctx, op, err)
}
