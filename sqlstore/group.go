package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// group lets concurrent Appends to SQLite, which has one writer at a time, share
// a transaction. Whichever caller gets the turn writes what all have queued; there
// is no goroutine while nobody appends.
type group struct {
	turn chan struct{} // holds one element while somebody writes

	mu    sync.Mutex
	queue []*waiting
}

// waiting is a call to Append that waits for the turn or for somebody who has it.
type waiting struct {
	ctx   context.Context
	items []item
	done  chan error // takes one error; has room for it
}

// groupRows bounds the records of one transaction, so that no caller waits for
// an endless one.
const groupRows = 10_000

// takeTurn waits until no other method of this Store writes to SQLite. Its
// processes wait for one another in the database, with pauses; goroutines need not.
func (s *Store) takeTurn(ctx context.Context) (release func(), err error) {
	if s.dialect != SQLite || s.begin == nil {
		return func() {}, nil
	}
	select {
	case s.group.turn <- struct{}{}:
		return func() { <-s.group.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// appendGrouped appends items together with those of other callers.
func (s *Store) appendGrouped(ctx context.Context, op string, items []item) error {
	g := &s.group
	me := &waiting{ctx: ctx, items: items, done: make(chan error, 1)}
	g.mu.Lock()
	g.queue = append(g.queue, me)
	g.mu.Unlock()

	for {
		select {
		case err := <-me.done:
			return s.explain(ctx, op, err)
		case <-ctx.Done():
			g.leave(me)
			return s.explain(ctx, op, ctx.Err())
		case g.turn <- struct{}{}:
		}
		all := g.take()
		switch {
		case len(all) == 0: // somebody has just written mine
			<-g.turn
		case len(all) == 1 && all[0] == me:
			defer func() { <-g.turn }()
			return s.transact(ctx, op, func(ctx context.Context, tx DB) error { return s.write(ctx, tx, items) })
		default:
			// The group must outlive any one of its callers, this one too.
			go func() {
				defer func() { <-g.turn }()
				s.writeGroup(all)
			}()
		}
	}
}

// take empties the queue up to groupRows, oldest first.
func (g *group) take() []*waiting {
	g.mu.Lock()
	defer g.mu.Unlock()
	rows, n := 0, 0
	for n < len(g.queue) && (n == 0 || rows+len(g.queue[n].items) <= groupRows) {
		rows += len(g.queue[n].items)
		n++
	}
	all := slices.Clone(g.queue[:n])
	g.queue = slices.Delete(g.queue, 0, n)
	return all
}

// leave takes w out of the queue if nobody has taken it yet.
func (g *group) leave(w *waiting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.queue, w); i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
	}
}

// writeGroup writes what all wait for in one transaction and tells each how it
// went. It goes on for as long as one of them still waits.
func (s *Store) writeGroup(all []*waiting) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(all[0].ctx))
	defer cancel()
	var left atomic.Int64
	left.Store(int64(len(all)))
	for _, w := range all {
		stop := context.AfterFunc(w.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
		defer stop()
	}

	outcome := make([]error, len(all))
	err := s.attempt(ctx, func() error {
		clear(outcome)
		return s.once(ctx, func(ctx context.Context, tx DB) error { return s.writeTogether(ctx, tx, all) })
	})
	if err != nil && ctx.Err() == nil && classify(err) == other && len(all) > 1 {
		// Something is wrong with one of them. Let each fail for itself.
		err = s.attempt(ctx, func() error {
			clear(outcome)
			return s.once(ctx, func(ctx context.Context, tx DB) error { return s.writeApart(ctx, tx, all, outcome) })
		})
	}
	if err == nil && s.stmts != nil {
		s.stmts.prepareWanted(ctx)
	}
	for i, w := range all {
		w.done <- errors.Join(err, outcome[i])
	}
}

// writeTogether writes all as one call would.
func (s *Store) writeTogether(ctx context.Context, tx DB, all []*waiting) error {
	var items []item
	for _, w := range all {
		items = append(items, w.items...)
	}
	items, err := ordered(items)
	if err != nil {
		return err
	}
	return s.write(ctx, tx, items)
}

// writeApart writes each of all behind a savepoint, and goes on after one that
// fails by its own fault.
func (s *Store) writeApart(ctx context.Context, tx DB, all []*waiting, outcome []error) error {
	for i, w := range all {
		err := within(ctx, tx, func(ctx context.Context, tx DB) error { return s.write(ctx, tx, w.items) })
		if err != nil && classify(err) != other {
			return err
		}
		outcome[i] = err
	}
	return nil
}
