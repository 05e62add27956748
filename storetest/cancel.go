package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/optinkit/consent"
)

var cancelCases = []testCase{
	{"Cancel/Append", "with a context that is over, Append returns an error that is the context's and changes nothing", cancelAppend},
	{"Cancel/Standings", "with a context that is over, Standings returns an error that is the context's, and never an answer", cancelStandings},
	{"Cancel/History", "with a context that is over, History yields one pair: a zero Record and an error that is the context's", cancelHistory},
	{"Cancel/Erase", "with a context that is over, Erase returns an error that is the context's and changes nothing", cancelErase},
}

// withEnded calls try with a context that was cancelled, and with one whose
// deadline is past.
func (e *env) withEnded(try func(ctx context.Context) error) error {
	cancelled, cancel := context.WithCancel(e.ctx)
	cancel()
	late, cancelLate := context.WithDeadline(e.ctx, time.Now().Add(-time.Hour))
	defer cancelLate()
	if err := try(cancelled); err != nil {
		return fmt.Errorf("a cancelled context: %w", err)
	}
	if err := try(late); err != nil {
		return fmt.Errorf("a context past its deadline: %w", err)
	}
	return nil
}

// isEnd checks that err is the context's.
func isEnd(ctx context.Context, method string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("%s gave no error, want one that is %q", method, ctx.Err())
	case !errors.Is(err, ctx.Err()):
		return fmt.Errorf("errors.Is with %q is false for the error of %s: %w", ctx.Err(), method, err)
	}
	return nil
}

func cancelAppend(e *env) error {
	s := person(1)
	there := e.optIn(acme, s, noon, consent.Marketing)
	if err := e.append(there); err != nil {
		return err
	}
	return e.withEnded(func(ctx context.Context) error {
		stop, other := e.optOut(acme, s, noon.Add(time.Minute)), e.optIn(acme, person(2), noon, consent.Marketing)
		if err := isEnd(ctx, "Append", e.store.Append(ctx, stop)); err != nil {
			return err
		}
		if err := isEnd(ctx, "Append of two", e.store.Append(ctx, stop, other)); err != nil {
			return err
		}
		if err := e.want(acme, s, there); err != nil {
			return err
		}
		return e.want(acme, person(2))
	})
}

func cancelStandings(e *env) error {
	subjects, _, err := e.crowd()
	if err != nil {
		return err
	}
	return e.withEnded(func(ctx context.Context) error {
		for n := 1; n <= len(subjects); n++ {
			if err := isEnd(ctx, "Standings", e.store.Standings(ctx, acme, subjects[:n], make([]consent.Standing, n))); err != nil {
				return err
			}
		}
		return isEnd(ctx, "Standings of nobody", e.store.Standings(ctx, "zenith", subjects[:1], make([]consent.Standing, 1)))
	})
}

func cancelHistory(e *env) error {
	s := person(1)
	records := []consent.Record{e.optIn(acme, s, noon, consent.Marketing), e.optOut(acme, s, noon.Add(time.Minute)), e.optOut(acme, s, noon.Add(time.Hour))}
	if err := e.append(records...); err != nil {
		return err
	}
	if err := e.withEnded(func(ctx context.Context) error {
		for _, of := range []consent.Subject{s, person(2)} {
			if err := endedHistory(ctx, e.store, of); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}

	// The context ends between History and the loop, and inside the loop.
	ctx, cancel := context.WithCancel(e.ctx)
	seq := e.store.History(ctx, acme, s)
	cancel()
	var last error
	for _, err := range seq {
		last = err
	}
	if err := isEnd(ctx, "a loop over a History that was called before the context was cancelled", last); err != nil {
		return err
	}
	ctx, cancel = context.WithCancel(e.ctx)
	defer cancel()
	var over error
	after, zero := 0, true
	for r, err := range e.store.History(ctx, acme, s) {
		switch {
		case over != nil:
			after++
		case err != nil:
			over, zero = err, isZero(r)
		}
		cancel()
	}
	switch {
	case after > 0:
		return fmt.Errorf("History yielded %d pairs after an error", after)
	case !zero:
		return errors.New("History yielded an error beside a record that is not zero")
	}
	if over != nil {
		return isEnd(ctx, "History, cancelled inside the loop,", over)
	}
	return nil
}

func isZero(r consent.Record) bool { return (consent.Record{}).Equal(r) && r.RecordedAt.IsZero() }

// endedHistory checks what History yields when the context is over already.
func endedHistory(ctx context.Context, store consent.Store, s consent.Subject) error {
	pairs, zero := 0, true
	var last error
	for r, err := range store.History(ctx, acme, s) {
		pairs++
		last = err
		zero = zero && isZero(r)
	}
	switch {
	case pairs > 1:
		return fmt.Errorf("History yielded %d pairs, want one", pairs)
	case !zero:
		return errors.New("History yielded a record")
	}
	return isEnd(ctx, "History", last)
}

func cancelErase(e *env) error {
	s := person(1)
	r := e.optIn(acme, s, noon, consent.Marketing)
	if err := e.append(r); err != nil {
		return err
	}
	return e.withEnded(func(ctx context.Context) error {
		if err := isEnd(ctx, "Erase", e.store.Erase(ctx, acme, s)); err != nil {
			return err
		}
		if err := isEnd(ctx, "Erase of nobody", e.store.Erase(ctx, acme, person(2))); err != nil {
			return err
		}
		return e.want(acme, s, r)
	})
}
