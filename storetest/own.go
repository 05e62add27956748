package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/optinkit/consent"
)

var ownCases = []testCase{
	{"Own/Appended", "the store neither keeps nor changes the slices and maps of an Append", ownAppended},
	{"Own/Standings", "the store keeps no standing that it hands out, and does not change the subjects it is given", ownStandings},
	{"Own/History", "the store keeps no slice or map of a record that it hands out", ownHistory},
}

// scribble changes whatever can be changed through r.
func scribble(r consent.Record) {
	for i := range r.Categories[:cap(r.Categories)] {
		r.Categories[:cap(r.Categories)][i] = "scribbled"
	}
	for k := range r.Evidence.Extra {
		r.Evidence.Extra[k] = "scribbled"
	}
	if r.Evidence.Extra != nil {
		r.Evidence.Extra["scribbled"] = "scribbled"
	}
}

func (e *env) scribbleable(s consent.Subject) []consent.Record {
	in := e.optIn(acme, s, noon, append(make([]consent.Category, 0, 8), "calls", "marketing")...)
	in.Evidence.Extra = map[string]string{"form": "checkout"}
	out := e.optOut(acme, s, noon.Add(time.Minute), consent.Utility)
	bare := e.optOut(acme, s, noon.Add(time.Hour))
	bare.Categories, bare.Evidence.Extra = make([]consent.Category, 0, 4), map[string]string{}
	return []consent.Record{in, out, bare}
}

func ownAppended(e *env) error {
	s := person(1)
	records := e.scribbleable(s)
	slices.Reverse(records) // so that a store that sorts them shows
	want := make([]consent.Record, len(records))
	for i := range records {
		want[i] = records[i].Clone()
	}
	if err := e.append(records...); err != nil {
		return err
	}
	for i := range records {
		if err := sameRecord(records[i], want[i]); err != nil {
			return fmt.Errorf("Append changed record %d of those it was given: %w", i+1, err)
		}
	}
	for i := range records {
		scribble(records[i])
		records[i] = consent.Record{}
	}
	if err := e.want(acme, s, want...); err != nil {
		return fmt.Errorf("after the caller changed what it had given to Append: %w", err)
	}
	return nil
}

func ownStandings(e *env) error {
	a, b := person(2), person(1)
	ofA := []consent.Record{e.optIn(acme, a, noon, consent.Calls, consent.Marketing)}
	ofB := []consent.Record{e.optOut(acme, b, noon)}
	if err := e.append(ofA[0], ofB[0]); err != nil {
		return err
	}
	subjects := []consent.Subject{a, b, a, person(0)}
	given := slices.Clone(subjects)
	first := make([]consent.Standing, len(subjects))
	if err := e.store.Standings(e.ctx, acme, subjects, first); err != nil {
		return fmt.Errorf("Standings failed: %w", err)
	}
	if !slices.Equal(subjects, given) {
		return fmt.Errorf("Standings changed the subjects that it was given")
	}

	// What was handed out does not follow the store.
	stop := e.optOut(acme, a, noon.Add(time.Minute), consent.Calls)
	newer := e.optIn(acme, a, noon.Add(time.Hour), consent.Calls)
	if err := e.appendEach(stop, newer); err != nil {
		return err
	}
	if _, err := e.standings(acme, subjects...); err != nil {
		return err
	}
	for i, want := range [][]consent.Record{ofA, ofB, ofA, nil} {
		if err := sameStanding(first[i], fold(want)); err != nil {
			return fmt.Errorf("into[%d] of an earlier call, after an Append: %w", i, err)
		}
	}

	// Nor the store what was handed out.
	ofA = append(ofA, stop, newer)
	second, err := e.standings(acme, subjects...)
	if err != nil {
		return err
	}
	for i := range second[:2] {
		for j := range second[i][:cap(second[i])] {
			second[i][:cap(second[i])][j] = consent.Entry{Category: "scribbled", RecordID: [16]byte{1}}
		}
	}
	if err := sameStanding(second[2], fold(ofA)); err != nil {
		return fmt.Errorf("into[2], of the same subject as into[0], after the caller changed into[0] and into[1]: %w", err)
	}
	if err := e.wantStanding(acme, a, ofA...); err != nil {
		return fmt.Errorf("after the caller changed a standing: %w", err)
	}
	if err := e.wantStanding(acme, b, ofB...); err != nil {
		return fmt.Errorf("after the caller changed a standing: %w", err)
	}
	return nil
}

func ownHistory(e *env) error {
	s := person(1)
	records := e.scribbleable(s)
	if err := e.append(records...); err != nil {
		return err
	}
	for turn := range 2 {
		got, err := e.history(acme, s)
		if err != nil {
			return err
		}
		if err := sameHistory(inOrder(got), records); err != nil {
			return fmt.Errorf("read %d: %w", turn+1, err)
		}
		for _, r := range got {
			scribble(r)
		}
		if err := e.want(acme, s, records...); err != nil {
			return fmt.Errorf("after the caller changed what History gave: %w", err)
		}
	}
	return nil
}
