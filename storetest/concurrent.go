package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/optinkit/consent"
)

var concurrentCases = []testCase{
	{"Concurrent/OneSubject", "many goroutines may append to one subject at once, and its standing and history have all of it", concurrentOneSubject},
	{"Concurrent/ManySubjects", "many goroutines may append to the same subjects at once in any order, and no call fails because of another", concurrentManySubjects},
	{"Concurrent/SameRecord", "of calls at once with one ID, those with the content that is kept succeed and the others are ErrConflict", concurrentSameRecord},
	{"Concurrent/Erase", "Append and Erase may be called at once, and the standing equals the records that are left", concurrentErase},
	{"Concurrent/ReadYourWrites", "when Append or Erase has returned nil, every later Standings and History shows its effect", concurrentReadYourWrites},
}

const writers = 8

// together calls work in n goroutines that start at once, and returns the
// first error.
func together(n int, work func(i int) error) error {
	var wg sync.WaitGroup
	start := make(chan struct{})
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = work(i)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// appendInTurns is appendEach for goroutines that are to meet: a store that never waits would
// be done with one before the next has begun.
func (e *env) appendInTurns(records ...consent.Record) error {
	for _, r := range records {
		runtime.Gosched()
		if err := e.append(r); err != nil {
			return err
		}
	}
	return nil
}

func concurrentOneSubject(e *env) error {
	s := person(1)
	per := e.size(20, 6)
	all := make([][]consent.Record, writers)
	for w := range all {
		for i := range per {
			// Everyone writes to the same few slots of the standing, and at the same instants.
			c := []consent.Category{consent.Calls, consent.Marketing, consent.Utility}[(w+i)%3]
			r := e.optIn(acme, s, noon.Add(time.Duration(i)*time.Second), c)
			if w%2 == 1 {
				r = e.optOut(acme, s, r.OccurredAt, c)
			}
			all[w] = append(all[w], r)
		}
	}
	const readers = 2
	err := together(writers+readers, func(i int) error {
		if i < writers {
			return e.appendInTurns(all[i]...)
		}
		for range per {
			if _, err := e.standings(acme, s, s); err != nil {
				return err
			}
			if _, err := e.history(acme, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.want(acme, s, slices.Concat(all...)...)
}

func concurrentManySubjects(e *env) error {
	const subjects = 5
	rounds := e.size(12, 4)
	calls := make([][][]consent.Record, writers)
	of := make([][]consent.Record, subjects)
	for w := range calls {
		for round := range rounds {
			var call []consent.Record
			for i := range subjects {
				// Each writer goes through the subjects from another place, half of them backwards, as calls that wait for
				// each other's locks would.
				n := (w + i) % subjects
				if w%2 == 1 {
					n = (w + subjects - i) % subjects
				}
				r := e.optIn(acme, person(n), noon.Add(time.Duration(round*writers+w)*time.Second), consent.Marketing)
				call, of[n] = append(call, r), append(of[n], r)
			}
			calls[w] = append(calls[w], call)
		}
	}
	err := together(writers, func(w int) error {
		for _, call := range calls[w] {
			if err := e.append(call...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for n, records := range of {
		if err := e.want(acme, person(n), records...); err != nil {
			return err
		}
	}
	return nil
}

func concurrentSameRecord(e *env) error {
	for round := range e.size(10, 4) {
		s := person(round)
		r := e.optIn(acme, s, noon, consent.Marketing)
		if err := together(writers, func(int) error { return e.append(r.Clone()) }); err != nil {
			return fmt.Errorf("the same record: %w", err)
		}
		if err := e.want(acme, s, r); err != nil {
			return fmt.Errorf("the same record: %w", err)
		}

		id := e.id()
		rivals := make([]consent.Record, writers)
		for i := range rivals {
			rivals[i] = withID(e.optIn(acme, s, noon.Add(time.Duration(i+1)*time.Second), consent.Marketing), id)
		}
		var kept, lost atomic.Int32
		winners := make([]bool, writers)
		err := together(writers, func(i int) error {
			switch err := e.store.Append(e.ctx, rivals[i]); {
			case err == nil:
				winners[i] = true
				kept.Add(1)
			case errors.Is(err, consent.ErrConflict):
				lost.Add(1)
			default:
				return fmt.Errorf("other content under one ID: Append failed: %w", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if kept.Load() != 1 {
			return fmt.Errorf("%d records with other content under one ID: %d were kept and %d were ErrConflict, want 1 and %d", writers, kept.Load(), lost.Load(), writers-1)
		}
		if err := e.want(acme, s, r, rivals[slices.Index(winners, true)]); err != nil {
			return fmt.Errorf("other content under one ID: %w", err)
		}
	}
	return nil
}

func concurrentErase(e *env) error {
	for round := range e.size(12, 6) {
		s, other := person(2*round), person(2*round+1)
		per := e.size(10, 5)
		all := make([][]consent.Record, writers)
		their := make([]consent.Record, writers)
		for w := range all {
			for i := range per {
				all[w] = append(all[w], e.optIn(acme, s, noon.Add(time.Duration(i*writers+w)*time.Second), consent.Marketing))
			}
			their[w] = e.optOut(acme, other, noon.Add(time.Duration(w)*time.Second))
		}
		// One erasure among the appends can go wrong for good, at their start or in their midst; of many, each mends
		// what the one before did. All three are tried.
		erasers, times := 1, 1
		if round%3 == 2 {
			erasers, times = 2, per
		}
		midst := make(chan struct{})
		if round%3 != 1 {
			close(midst)
		}
		err := together(erasers+writers, func(i int) error {
			if i < erasers {
				<-midst
				for range times {
					if err := e.erase(acme, s); err != nil {
						return err
					}
				}
				return nil
			}
			w := i - erasers
			err := errors.Join(e.append(all[w][0], their[w]), e.appendInTurns(all[w][1:per/2]...))
			if w == 0 && round%3 == 1 {
				close(midst)
			}
			return errors.Join(err, e.appendInTurns(all[w][per/2:]...))
		})
		if err != nil {
			return err
		}
		// Which records are left depends on the order of the calls; that they agree with the standing does not.
		left, err := e.history(acme, s)
		if err != nil {
			return err
		}
		known := map[[16]byte]consent.Record{}
		for _, r := range slices.Concat(all...) {
			known[r.ID] = r
		}
		for _, r := range left {
			want, found := known[r.ID]
			if !found {
				return fmt.Errorf("History has a record %x that was not appended, or has it twice", r.ID[:])
			}
			delete(known, r.ID)
			if err := sameRecord(r, want); err != nil {
				return err
			}
		}
		if err := e.wantStanding(acme, s, left...); err != nil {
			return fmt.Errorf("with %d records left: %w", len(left), err)
		}
		if err := e.want(acme, other, their...); err != nil {
			return fmt.Errorf("a subject that nobody erased: %w", err)
		}
	}
	return nil
}

func concurrentReadYourWrites(e *env) error {
	rounds := e.size(25, 8)
	records := make([][]consent.Record, writers)
	for w := range records {
		for i := range rounds {
			at := noon.Add(time.Duration(i) * time.Minute)
			if i%2 == 0 {
				records[w] = append(records[w], e.optIn(acme, person(w), at, consent.Marketing))
			} else {
				records[w] = append(records[w], e.optOut(acme, person(w), at))
			}
		}
	}
	// Each writer tells a reader of its own, elsewhere, what there must be, and waits for the answer.
	wants := make([]chan []consent.Record, writers)
	answers := make([]chan error, writers)
	for w := range writers {
		wants[w], answers[w] = make(chan []consent.Record), make(chan error)
	}
	return together(2*writers, func(i int) error {
		w := i / 2
		if i%2 == 1 {
			for want := range wants[w] {
				answers[w] <- e.want(acme, person(w), want...)
			}
			return nil
		}
		defer close(wants[w])
		written := 0
		for n := range records[w] {
			if err := e.append(records[w][n]); err != nil {
				return err
			}
			wants[w] <- records[w][written : n+1]
			if err := <-answers[w]; err != nil {
				return fmt.Errorf("after Append had returned: %w", err)
			}
			if n%7 != 6 {
				continue
			}
			if err := e.erase(acme, person(w)); err != nil {
				return err
			}
			written = n + 1
			wants[w] <- nil
			if err := <-answers[w]; err != nil {
				return fmt.Errorf("after Erase had returned: %w", err)
			}
		}
		return nil
	})
}
