package storetest

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/optinkit/consent"
)

// reference is the plainest store that keeps the contract: a list of records
// for each key, and everything else worked out when asked. Its parts can be
// replaced by wrong ones.
type reference struct {
	key   func(business string, s consent.Subject) string
	same  func(a, b consent.Record) bool
	fold  func(records []consent.Record) consent.Standing
	order func(a, b consent.Record) int

	mu     sync.Mutex
	people map[string][]consent.Record // in the order they came
}

func newReference() *reference {
	return &reference{
		key:  func(business string, s consent.Subject) string { return business + "\x00" + s.String() },
		same: consent.Record.Equal,
		fold: func(records []consent.Record) consent.Standing {
			var s consent.Standing
			for _, r := range records {
				s = s.Apply(r)
			}
			return s
		},
		order: func(a, b consent.Record) int {
			return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), bytes.Compare(a.ID[:], b.ID[:]))
		},
		people: map[string][]consent.Record{},
	}
}

func (f *reference) Append(ctx context.Context, records ...consent.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := map[string][]consent.Record{}
	for _, r := range records {
		k := f.key(r.BusinessID, r.Subject)
		have, touched := changed[k]
		if !touched {
			have = slices.Clip(f.people[k])
		}
		if i := slices.IndexFunc(have, func(h consent.Record) bool { return h.ID == r.ID }); i < 0 {
			changed[k] = append(have, r.Clone())
		} else if !f.same(have[i], r) {
			return consent.ErrConflict
		}
	}
	for k, have := range changed {
		f.people[k] = have
	}
	return nil
}

func (f *reference) Standings(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, s := range subjects {
		into[i] = append(into[i][:0], f.fold(f.people[f.key(business, s)])...)
	}
	return nil
}

func (f *reference) History(ctx context.Context, business string, s consent.Subject) iter.Seq2[consent.Record, error] {
	return func(yield func(consent.Record, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(consent.Record{}, err)
			return
		}
		f.mu.Lock()
		records := slices.Clone(f.people[f.key(business, s)])
		f.mu.Unlock()
		slices.SortStableFunc(records, f.order)
		for _, r := range records {
			if !yield(r.Clone(), nil) {
				return
			}
		}
	}
}

func (f *reference) Erase(ctx context.Context, business string, s consent.Subject) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.people, f.key(business, s))
	return nil
}

// wrapped is a store with some methods replaced.
type wrapped struct {
	consent.Store
	append    func(ctx context.Context, records []consent.Record) error
	standings func(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error
	history   func(ctx context.Context, business string, s consent.Subject) iter.Seq2[consent.Record, error]
	erase     func(ctx context.Context, business string, s consent.Subject) error
}

func (w *wrapped) Append(ctx context.Context, records ...consent.Record) error {
	if w.append != nil {
		return w.append(ctx, records)
	}
	return w.Store.Append(ctx, records...)
}

func (w *wrapped) Standings(ctx context.Context, business string, subjects []consent.Subject, into []consent.Standing) error {
	if w.standings != nil {
		return w.standings(ctx, business, subjects, into)
	}
	return w.Store.Standings(ctx, business, subjects, into)
}

func (w *wrapped) History(ctx context.Context, business string, s consent.Subject) iter.Seq2[consent.Record, error] {
	if w.history != nil {
		return w.history(ctx, business, s)
	}
	return w.Store.History(ctx, business, s)
}

func (w *wrapped) Erase(ctx context.Context, business string, s consent.Subject) error {
	if w.erase != nil {
		return w.erase(ctx, business, s)
	}
	return w.Store.Erase(ctx, business, s)
}

// storing returns a store that keeps change(r) in place of every record r.
func storing(change func(r *consent.Record)) consent.Store {
	f := newReference()
	return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
		changed := make([]consent.Record, len(records))
		for i, r := range records {
			changed[i] = r.Clone()
			change(&changed[i])
		}
		return f.Append(ctx, changed...)
	}}
}

// giving returns a store whose History gives change(r) for every record r.
func giving(change func(r *consent.Record)) consent.Store {
	f := newReference()
	return &wrapped{Store: f, history: func(ctx context.Context, business string, s consent.Subject) iter.Seq2[consent.Record, error] {
		return func(yield func(consent.Record, error) bool) {
			for r, err := range f.History(ctx, business, s) {
				if err == nil {
					change(&r)
				}
				if !yield(r, err) {
					return
				}
			}
		}
	}}
}

// folding returns a store whose standings are fold(records), with the records
// in the order they came.
func folding(fold func(records []consent.Record) consent.Standing) consent.Store {
	f := newReference()
	f.fold = fold
	return f
}

// keyed returns a store that takes keys with the same key(…) for one.
func keyed(key func(business string, s consent.Subject) string) consent.Store {
	f := newReference()
	f.key = key
	return f
}
