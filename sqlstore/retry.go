package sqlstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// How a failed attempt is repeated. The pauses grow from first to longest, each
// anywhere between half and the whole of that. A call whose context has a
// deadline goes on until then, as a server that takes over may need a minute;
// a call without one goes on for patience.
const (
	firstPause   = 2 * time.Millisecond
	longestPause = time.Second
	patience     = 15 * time.Second
)

// transact runs fn in a transaction: one of the Store's own, as a whole again while the
// database asks for that, or inside the caller's.
func (s *Store) transact(ctx context.Context, op string, fn func(context.Context, DB) error) error {
	if s.begin == nil {
		return s.join(ctx, op, fn)
	}
	err := s.attempt(ctx, func() error { return s.once(ctx, fn) })
	if s.stmts != nil && err == nil {
		s.stmts.prepareWanted(ctx)
	}
	return s.explain(ctx, op, err)
}

// once is one attempt at a transaction of the Store's own. If Commit fails with
// the connection, the outcome is not known; as appending and erasing
// again change nothing, another attempt is right either way.
func (s *Store) once(ctx context.Context, fn func(context.Context, DB) error) error {
	tx, err := s.begin.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		_ = tx.Rollback() // the first error is what matters
		return err
	}
	return tx.Commit()
}

// savepoint is the name of the Store's savepoints. They are never nested in one another.
const savepoint = "consent_append"

// join runs fn inside the caller's transaction, and undoes what it did if it fails,
// so that the caller may go on and even commit. After a failure that
// ends the transaction nothing more is sent: MySQL and MariaDB have left it then,
// and a further statement, even one that undoes, would stand on its own.
func (s *Store) join(ctx context.Context, op string, fn func(context.Context, DB) error) error {
	err := within(ctx, s.db, fn)
	if err != nil && classify(err) == again {
		s.over.Store(true)
	}
	return s.explain(ctx, op, err)
}

// within runs fn between a savepoint of tx and its release.
func within(ctx context.Context, tx DB, fn func(context.Context, DB) error) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT "+savepoint); err != nil {
		return err
	}
	err := fn(ctx, tx)
	if err != nil && classify(err) == again {
		return err
	}
	if err != nil {
		// The caller's context may be what failed; undoing must not fail with it.
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if _, undoErr := tx.ExecContext(undo, "ROLLBACK TO SAVEPOINT "+savepoint); undoErr != nil {
			return errors.Join(err, undoErr)
		}
		return err
	}
	_, err = tx.ExecContext(ctx, "RELEASE SAVEPOINT "+savepoint)
	return err
}

// attempt calls fn until it succeeds, fails for good, or time is up.
func (s *Store) attempt(ctx context.Context, fn func() error) error {
	giveUp := time.Now().Add(patience)
	if deadline, ok := ctx.Deadline(); ok {
		giveUp = deadline
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := fn()
		if err == nil || ctx.Err() != nil || s.begin == nil || !transient(ctx, err) {
			return err
		}
		wait := pause/2 + rand.N(pause/2)
		if time.Now().Add(wait).After(giveUp) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// transient tells whether another attempt may succeed. A deadline that is not the
// caller's is a driver's own, for connecting.
func transient(ctx context.Context, err error) bool {
	return classify(err) == again || ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded)
}
