package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/optinkit/consent"
)

var historyCases = []testCase{
	{"History/Order", "History yields every record once, oldest OccurredAt first and at one instant in the order of the IDs' bytes", historyOrder},
	{"History/EarlyExit", "History stops when the loop ends early, and leaves the store usable", historyEarlyExit},
	{"History/CallInside", "calling other methods inside a History loop does not block", historyCallInside},
	{"History/Twice", "a History sequence may be ranged over again, and then reads anew", historyTwice},
}

func historyOrder(e *env) error {
	s := person(1)
	if err := e.wantHistory(acme, s); err != nil {
		return fmt.Errorf("of a person without records: %w", err)
	}
	random := rand.New(rand.NewPCG(2, 0x5eed))

	// IDs of one instant that differ in one byte, so that an order that is not of bytes from first to last shows.
	var records []consent.Record
	for i := range 16 {
		for _, b := range []byte{0x01, 0x7f, 0x80, 0xff} {
			id := [16]byte{6: 0x70, 8: 0x80}
			id[i] = b
			id[15] |= 2
			if i == 15 {
				id[15] = b &^ 2 // not one of the others'
			}
			records = append(records, withID(e.optIn(acme, s, noon, consent.Marketing), id))
		}
	}
	// Instants whose order as text or as unsigned numbers is another.
	for _, t := range instants {
		records = append(records, e.optOut(acme, s, t))
	}
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	for batch := range slices.Chunk(records, 10) {
		if err := e.append(batch...); err != nil {
			return err
		}
	}
	got, err := e.history(acme, s)
	if err != nil {
		return err
	}
	if err := sameHistory(got, records); err != nil {
		return err
	}
	return e.longHistory(random)
}

// longHistory has many records at few instants: the edge of a page lies
// between two of one instant.
func (e *env) longHistory(random *rand.Rand) error {
	s := person(2)
	var records []consent.Record
	for range e.size(1_200, 250) {
		records = append(records, e.optIn(acme, s, noon.Add(time.Duration(random.IntN(4))*time.Hour), consent.Marketing))
	}
	if err := e.append(records...); err != nil {
		return err
	}
	got, err := e.history(acme, s)
	if err != nil {
		return err
	}
	if err := sameHistory(got, records); err != nil {
		return fmt.Errorf("a history of %d records: %w", len(records), err)
	}
	return nil
}

func historyEarlyExit(e *env) error {
	s := person(1)
	var records []consent.Record
	for i := range e.size(300, 30) {
		records = append(records, e.optIn(acme, s, noon.Add(time.Duration(i)*time.Minute), consent.Marketing))
	}
	if err := e.append(records...); err != nil {
		return err
	}
	// More often than a pool has connections.
	for turn := range 30 {
		stopAfter := []int{1, 2, len(records)}[turn%3]
		calls := 0
		// Not a range loop, which would panic where this can count.
		e.store.History(e.ctx, acme, s)(func(r consent.Record, err error) bool {
			calls++
			return calls < stopAfter
		})
		if calls != stopAfter {
			return fmt.Errorf("the loop ended after record %d, and yield was called %d times", stopAfter, calls)
		}
	}
	stop := e.optOut(acme, s, noon.AddDate(1, 0, 0))
	if err := e.append(stop); err != nil {
		return fmt.Errorf("after loops that ended early: %w", err)
	}
	if err := e.want(acme, s, append(records, stop)...); err != nil {
		return fmt.Errorf("after loops that ended early: %w", err)
	}
	return nil
}

func historyCallInside(e *env) error {
	s, other := person(1), person(2)
	records := []consent.Record{
		e.optIn(acme, s, noon, consent.Marketing), e.optIn(acme, s, noon.Add(time.Minute), consent.Marketing), e.optOut(acme, s, noon.Add(2*time.Minute)),
	}
	their := e.optIn(acme, other, noon, consent.Marketing)
	late := e.optIn(acme, s, noon.Add(time.Hour), consent.Utility)
	if err := e.append(append(records, their)...); err != nil {
		return err
	}
	all := append(records, late)
	for _, call := range []struct {
		name string
		call func(e *env) error
	}{
		{"Standings", func(e *env) error { return e.wantStanding(acme, s, records...) }},
		{"History", func(e *env) error { return e.wantHistory(acme, s, records...) }},
		{"Append", func(e *env) error { return e.append(late) }},
		{"Erase of another", func(e *env) error { return e.erase(acme, other) }},
		{"Erase", func(e *env) error { return e.erase(acme, s) }},
	} {
		if err := e.insideHistory(s, call.name, call.call); err != nil {
			return err
		}
		switch call.name {
		case "Append":
			if err := e.want(acme, s, all...); err != nil {
				return fmt.Errorf("after Append inside the loop: %w", err)
			}
		case "Erase of another":
			if err := e.want(acme, other); err != nil {
				return fmt.Errorf("after Erase inside the loop: %w", err)
			}
		case "Erase":
			if err := e.want(acme, s); err != nil {
				return fmt.Errorf("after Erase inside the loop: %w", err)
			}
		}
	}
	return nil
}

// insideHistory calls call at the first record of a History loop.
func (e *env) insideHistory(s consent.Subject, name string, call func(e *env) error) error {
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel() // frees a call that waits for the loop, if it heeds its context
	inside := *e
	inside.ctx = ctx
	done := make(chan error, 1)
	go func() {
		defer close(done)
		first := true
		for _, err := range e.store.History(ctx, acme, s) {
			if !first {
				continue
			}
			first = false
			if err == nil {
				err = call(&inside)
			}
			done <- err
		}
	}()
	timer := time.NewTimer(e.hang)
	defer timer.Stop()
	select {
	case err, called := <-done:
		if !called {
			return fmt.Errorf("History yielded nothing, so %s was not called", name)
		}
		if err != nil {
			return fmt.Errorf("%s inside the loop: %w", name, err)
		}
	case <-timer.C:
		return fmt.Errorf("%s inside the loop did not return within %v", name, e.hang)
	}
	// The loop itself must come to its end too, before others use the store.
	select {
	case <-done:
		return nil
	case <-timer.C:
		return fmt.Errorf("the loop did not end within %v of %s inside it", e.hang, name)
	}
}

func historyTwice(e *env) error {
	s := person(1)
	a, b := e.optIn(acme, s, noon, consent.Marketing), e.optOut(acme, s, noon.Add(-time.Minute))
	seq := e.store.History(e.ctx, acme, s) // before there is anything
	var all []consent.Record
	for _, r := range []consent.Record{a, b} {
		if err := e.append(r); err != nil {
			return err
		}
		all = append(all, r)
		for turn := range 2 {
			var got []consent.Record
			for have, err := range seq {
				if err != nil {
					return fmt.Errorf("History yielded an error: %w", err)
				}
				got = append(got, have)
			}
			if err := sameHistory(inOrder(got), all); err != nil {
				return fmt.Errorf("the same sequence after %d appends, range %d: %w", len(all), turn+1, err)
			}
		}
	}
	return nil
}
