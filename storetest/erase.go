package storetest

import (
	"fmt"
	"time"

	"github.com/optinkit/consent"
)

var eraseCases = []testCase{
	{"Erase/All", "Erase removes the subject's records and standing, and nothing of them comes back", eraseAll},
	{"Erase/OnlyOne", "Erase leaves every other subject and business as it is", eraseOnlyOne},
	{"Erase/Nobody", "erasing a person who has no records succeeds", eraseNobody},
	{"Erase/ThenAppend", "a record appended after an Erase is kept, also under an ID that was erased", eraseThenAppend},
}

func eraseAll(e *env) error {
	s := person(1)
	for range 2 {
		in := expiring(e.optIn(acme, s, noon, consent.Calls, consent.Marketing), noon.AddDate(1, 0, 0))
		if err := e.appendEach(in, e.optOut(acme, s, noon.Add(time.Minute)), e.optOut(acme, s, noon, consent.Marketing)); err != nil {
			return err
		}
		if _, err := e.standings(acme, s); err != nil { // lets a cache fill
			return err
		}
		if err := e.erase(acme, s); err != nil {
			return err
		}
		if err := e.want(acme, s); err != nil {
			return fmt.Errorf("after Erase: %w", err)
		}
	}
	// A new record is all there is then: the old opt-out is gone too.
	in := e.optIn(acme, s, noon.Add(-time.Hour), consent.Marketing)
	if err := e.append(in); err != nil {
		return err
	}
	if err := e.want(acme, s, in); err != nil {
		return fmt.Errorf("after Erase and a new record: %w", err)
	}
	return nil
}

func eraseOnlyOne(e *env) error {
	all, err := e.appendOwned([]string{acme, "acme2", "zenith"}, []consent.Subject{person(1), person(2), subject("US.abc"), subject("US.abd")})
	if err != nil {
		return err
	}
	for _, s := range []consent.Subject{person(1), subject("US.abc")} {
		if err := e.erase(acme, s); err != nil {
			return err
		}
		if err := e.want(acme, s); err != nil {
			return fmt.Errorf("after Erase: %w", err)
		}
		delete(all[acme], s)
		if err := e.wantOwned(all); err != nil {
			return fmt.Errorf("after Erase of another: %w", err)
		}
	}
	return nil
}

func eraseNobody(e *env) error {
	s := person(1)
	if err := e.erase(acme, s); err != nil {
		return fmt.Errorf("of nobody, in an empty store: %w", err)
	}
	r := e.optIn(acme, s, noon, consent.Marketing)
	if err := e.append(r); err != nil {
		return err
	}
	if err := e.erase(acme, person(2)); err != nil {
		return fmt.Errorf("of a subject without records: %w", err)
	}
	if err := e.erase("zenith", s); err != nil {
		return fmt.Errorf("of a subject without records with that business: %w", err)
	}
	if err := e.want(acme, s, r); err != nil {
		return fmt.Errorf("after Erase of nobody: %w", err)
	}
	for range 2 {
		if err := e.erase(acme, s); err != nil {
			return fmt.Errorf("twice: %w", err)
		}
	}
	return nil
}

func eraseThenAppend(e *env) error {
	s := person(1)
	a, b := e.optIn(acme, s, noon, consent.Marketing), e.optOut(acme, s, noon.Add(time.Minute))
	if err := e.append(a, b); err != nil {
		return err
	}
	if err := e.erase(acme, s); err != nil {
		return err
	}
	if err := e.append(a); err != nil {
		return fmt.Errorf("an erased record again: %w", err)
	}
	if err := e.want(acme, s, a); err != nil {
		return fmt.Errorf("an erased record again: %w", err)
	}
	other := b.Clone()
	other.Source, other.OccurredAt = consent.SourcePaper, noon.Add(-time.Hour)
	if err := e.append(other); err != nil {
		return fmt.Errorf("another record under an erased ID: %w", err)
	}
	if err := e.want(acme, s, a, other); err != nil {
		return fmt.Errorf("another record under an erased ID: %w", err)
	}
	return e.wantConflict("the erased record beside it", b)
}
