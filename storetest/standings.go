package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/optinkit/consent"
)

var standingCases = []testCase{
	{"Standings/Latest", "for each category the standing holds the latest opt-in and the latest opt-out", standingsLatest},
	{"Standings/Late", "a record that is appended late counts by when it happened, not by when it came", standingsLate},
	{"Standings/Ties", "of records of one instant, category and kind the one that expires first stands, then the one with the greater ID; an opt-in and an opt-out both stand", standingsTies},
	{"Standings/Everything", "an opt-out without categories is of everything, an opt-in without categories of nothing", standingsEverything},
	{"Standings/Random", "the standing is the one that Standing.Apply gives for all records, whatever order they were appended in", standingsRandom},
	{"Standings/Nobody", "the standing of a person without records is empty", standingsNobody},
	{"Standings/StaleInto", "what into held before does not show through", standingsStaleInto},
	{"Standings/LongInto", "elements of into past len(subjects) stay as they are", standingsLongInto},
	{"Standings/Duplicates", "a subject that is named twice is answered twice", standingsDuplicates},
	{"Standings/Many", "a call that names 100,000 subjects is answered in their order", standingsMany},
	{"Standings/None", "a call that names no subjects succeeds", standingsNone},
}

// stepByStep appends records in a call each and checks the standing after each.
func (e *env) stepByStep(s consent.Subject, records ...consent.Record) error {
	for i, r := range records {
		if err := e.append(r); err != nil {
			return err
		}
		if err := e.wantStanding(acme, s, records[:i+1]...); err != nil {
			return fmt.Errorf("after record %d of %d: %w", i+1, len(records), err)
		}
	}
	return nil
}

func standingsLatest(e *env) error {
	s := person(1)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	return e.stepByStep(s,
		e.optIn(acme, s, at(0), consent.Marketing),
		expiring(e.optIn(acme, s, at(1), consent.Marketing, consent.Utility), at(1000)),
		e.optOut(acme, s, at(2), consent.Marketing),
		e.optIn(acme, s, at(3), "marketing/offers"),
		e.optOut(acme, s, at(4), consent.Marketing),
		e.optIn(acme, s, at(5), consent.Marketing),
		e.optIn(acme, s, at(5).Add(time.Microsecond), consent.Marketing),
		e.optOut(acme, s, at(6)),
		e.optIn(acme, s, at(7), consent.Calls, consent.Marketing, consent.Utility),
	)
}

func standingsLate(e *env) error {
	s := person(1)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	err := e.stepByStep(s,
		e.optOut(acme, s, at(9)),
		e.optIn(acme, s, at(8), consent.Marketing), // an import of old opt-ins does not revive one
		expiring(e.optIn(acme, s, at(7), consent.Marketing), at(20)),
		e.optOut(acme, s, at(6)),
		e.optOut(acme, s, at(5), consent.Marketing),
		e.optIn(acme, s, at(4), consent.Calls, consent.Marketing),
		e.optIn(acme, s, at(9).Add(-time.Microsecond), consent.Marketing),
		e.optIn(acme, s, time.Date(1, 1, 1, 0, 0, 0, 1_000, time.UTC), consent.Utility),
		e.optIn(acme, s, time.Unix(-1, 0).UTC(), consent.Utility),
	)
	if err != nil {
		return err
	}
	s = person(2) // the newest first, in one call
	records := []consent.Record{e.optIn(acme, s, at(3), consent.Marketing), e.optIn(acme, s, at(2), consent.Marketing), e.optIn(acme, s, at(1), consent.Marketing)}
	if err := e.append(records...); err != nil {
		return err
	}
	return e.wantStanding(acme, s, records...)
}

func standingsTies(e *env) error {
	next := 0
	bothWays := func(what string, a, b consent.Record) error {
		for _, oneCall := range []bool{true, false} {
			for _, flip := range []bool{false, true} {
				next++
				pair := []consent.Record{a, b}
				if flip {
					slices.Reverse(pair)
				}
				for i := range pair {
					// Another ID each time, with the order of the first bytes kept.
					fresh := e.id()
					copy(pair[i].ID[4:], fresh[4:])
					pair[i].Subject = person(next)
				}
				appendPair := e.appendEach
				if oneCall {
					appendPair = e.append
				}
				if err := appendPair(pair...); err != nil {
					return err
				}
				if err := e.wantStanding(acme, person(next), pair...); err != nil {
					return fmt.Errorf("%s, in one call: %v, the other way round: %v: %w", what, oneCall, flip, err)
				}
			}
		}
		return nil
	}
	in := func(first byte, expires time.Time) consent.Record {
		return withID(expiring(e.optIn(acme, person(0), noon, consent.Marketing), expires), [16]byte{first})
	}
	out := func(first byte, categories ...consent.Category) consent.Record {
		return withID(e.optOut(acme, person(0), noon, categories...), [16]byte{first})
	}
	var never time.Time
	soon, late, past := noon.Add(time.Hour), noon.Add(2*time.Hour), noon.Add(time.Microsecond)
	for _, tie := range []struct {
		what string
		a, b consent.Record
	}{
		{"an opt-in and an opt-out of the category", in(1, never), out(2, consent.Marketing)},
		{"an opt-in and an opt-out of everything", in(1, never), out(2)},
		{"two opt-ins that expire at different times, the earlier has the lesser ID", in(1, soon), in(2, late)},
		{"two opt-ins that expire at different times, the earlier has the greater ID", in(2, soon), in(1, late)},
		{"two opt-ins that expire a microsecond apart", in(1, soon), in(2, soon.Add(time.Microsecond))},
		{"two opt-ins of which the one with the greater ID never expires", in(1, late), in(2, never)},
		{"two opt-ins of which the one with the lesser ID never expires", in(2, past), in(1, never)},
		{"two opt-ins that differ in the ID only", in(1, soon), in(2, soon)},
		{"two opt-ins that never expire", in(0x7f, never), in(0x80, never)},
		{"two opt-outs", out(0x09, consent.Marketing), out(0xa0, consent.Marketing)},
		{"two opt-outs of everything", out(0x7f), out(0xff)},
	} {
		if err := bothWays(tie.what, tie.a, tie.b); err != nil {
			return err
		}
	}
	return nil
}

func standingsEverything(e *env) error {
	s := person(1)
	if err := e.stepByStep(s,
		e.optIn(acme, s, noon),
		e.optOut(acme, s, noon.Add(time.Minute)),
		e.optOut(acme, s, noon.Add(2*time.Minute), consent.Marketing),
		e.optIn(acme, s, noon.Add(3*time.Minute)),
		e.optIn(acme, s, noon.Add(4*time.Minute), consent.Marketing),
		e.optOut(acme, s, noon.Add(5*time.Minute)),
	); err != nil {
		return err
	}
	s = person(2)
	nothing := e.optIn(acme, s, noon)
	if err := e.append(nothing); err != nil {
		return err
	}
	return e.want(acme, s, nothing)
}

func standingsRandom(e *env) error {
	for seed := range e.size(25, 6) {
		if err := e.randomRound(uint64(seed)); err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return nil
}

func (e *env) randomRound(seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	business := fmt.Sprintf("random-%d", seed)
	categories := []consent.Category{"calls", "marketing", "marketing/a", "marketing/b", "Marketing", "utility"}
	subjects := []consent.Subject{subject("US.abc"), person(2), person(1)}
	of := map[consent.Subject][]consent.Record{}

	// Few instants, so that there are many ties.
	var todo []consent.Record
	for range 20 + random.IntN(40) {
		s := subjects[random.IntN(len(subjects))]
		at := noon.Add(time.Duration(random.IntN(6)) * time.Minute)
		var chosen []consent.Category
		for _, c := range categories {
			if random.IntN(3) == 0 {
				chosen = append(chosen, c)
			}
		}
		slices.Sort(chosen)
		r := e.optIn(business, s, at, chosen...)
		switch random.IntN(8) {
		case 0, 1, 2:
			r.Kind, r.Statement = consent.KindOptOut, consent.Statement{}
		case 3:
			r.Kind = "pause"
		case 4, 5:
			r.ExpiresAt = at.Add(time.Duration(1+random.IntN(3)) * time.Hour)
		}
		for range 1 + random.IntN(10)/9 { // one in ten comes twice
			todo = append(todo, r)
		}
		of[s] = append(of[s], r)
	}
	random.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	for len(todo) > 0 {
		n := min(1+random.IntN(8), len(todo))
		if err := e.append(todo[:n]...); err != nil {
			return err
		}
		todo = todo[n:]
	}

	got, err := e.standings(business, subjects...)
	if err != nil {
		return err
	}
	for i, s := range subjects {
		var applied consent.Standing
		for _, r := range of[s] {
			applied = applied.Apply(r)
		}
		if plain := fold(of[s]); !plain.Equal(applied) {
			return fmt.Errorf("this is no fault of the store: Standing.Apply gives %s and the plain fold %s", describe(applied), describe(plain))
		}
		if err := sameStanding(got[i], applied); err != nil {
			return fmt.Errorf("subject %d of %d records: %w", i, len(of[s]), err)
		}
		if err := e.wantHistory(business, s, of[s]...); err != nil {
			return fmt.Errorf("subject %d: %w", i, err)
		}
	}
	return nil
}

func standingsNobody(e *env) error {
	if err := e.wantStanding(acme, person(1)); err != nil {
		return fmt.Errorf("in an empty store: %w", err)
	}
	if err := e.append(e.optIn(acme, person(1), noon, consent.Marketing)); err != nil {
		return err
	}
	if err := e.want(acme, person(2)); err != nil {
		return fmt.Errorf("another subject: %w", err)
	}
	if err := e.want("zenith", person(1)); err != nil {
		return fmt.Errorf("another business: %w", err)
	}
	return nil
}

// crowd appends people with no, one, two and five entries, and returns them
// with their records.
func (e *env) crowd() ([]consent.Subject, [][]consent.Record, error) {
	var subjects []consent.Subject
	var records [][]consent.Record
	for i, categories := range [][]consent.Category{
		nil,
		{"marketing"},
		{"marketing", "utility"},
		{"authentication", "calls", "marketing", "service", "utility"},
		nil,
		{"calls"},
	} {
		s := person(i)
		var rs []consent.Record
		if categories != nil {
			rs = []consent.Record{e.optIn(acme, s, noon.Add(time.Duration(i)*time.Minute), categories...)}
		}
		if err := e.appendEach(rs...); err != nil {
			return nil, nil, err
		}
		subjects, records = append(subjects, s), append(records, rs)
	}
	return subjects, records, nil
}

func (e *env) wantInto(what string, subjects []consent.Subject, records [][]consent.Record, into []consent.Standing) error {
	if err := e.store.Standings(e.ctx, acme, subjects, into); err != nil {
		return fmt.Errorf("%s: Standings failed: %w", what, err)
	}
	for i := range subjects {
		if err := sameStanding(into[i], fold(records[i])); err != nil {
			return fmt.Errorf("%s, subject %d of %d: %w", what, i+1, len(subjects), err)
		}
	}
	return nil
}

func standingsStaleInto(e *env) error {
	subjects, records, err := e.crowd()
	if err != nil {
		return err
	}
	n := len(subjects)
	for _, length := range []int{0, 1, 2, 7} {
		into := make([]consent.Standing, n)
		for i := range into {
			into[i] = stale(length)
		}
		if err := e.wantInto(fmt.Sprintf("into of %d stale entries each", length), subjects, records, into); err != nil {
			return err
		}
	}

	// Neighbours in one array, each with its own part of it.
	array := stale(2 * n)
	into := make([]consent.Standing, n)
	for i := range into {
		into[i] = array[2*i : 2*i+1 : 2*i+2]
	}
	if err := e.wantInto("into in parts of one array", subjects, records, into); err != nil {
		return err
	}

	// The same into again and again, for others each time.
	for turn := range 2 * n {
		subjects = append(subjects[1:], subjects[0])
		records = append(records[1:], records[0])
		if turn%2 == 1 {
			into[0], into[n-1] = into[n-1], into[0]
		}
		if err := e.wantInto("into of the call before", subjects, records, into); err != nil {
			return err
		}
	}
	return nil
}

func standingsLongInto(e *env) error {
	subjects, records, err := e.crowd()
	if err != nil {
		return err
	}
	for _, n := range []int{0, 1, len(subjects)} {
		into := make([]consent.Standing, n+3)
		into[n], into[n+2] = stale(2), stale(0)
		if err := e.wantInto("an into that is longer", subjects[:n], records[:n], into); err != nil {
			return err
		}
		if err := sameStanding(into[n], stale(2)); err != nil {
			return fmt.Errorf("into[%d] of a call of %d subjects: %w", n, n, err)
		}
		if into[n+1] != nil {
			return fmt.Errorf("into[%d] of a call of %d subjects is set, and was nil", n+1, n)
		}
		if len(into[n+2]) != 0 || !into[n+2][:1].Equal(stale(1)) {
			return fmt.Errorf("into[%d] of a call of %d subjects has changed", n+2, n)
		}
	}
	return nil
}

func standingsDuplicates(e *env) error {
	subjects, records, err := e.crowd()
	if err != nil {
		return err
	}
	var twice []consent.Subject
	var want [][]consent.Record
	for _, i := range []int{1, 1, 0, 3, 1, 2, 0, 2, 3, 3, 1} {
		twice, want = append(twice, subjects[i]), append(want, records[i])
	}
	if err := e.wantInto("subjects that come twice", twice, want, make([]consent.Standing, len(twice))); err != nil {
		return err
	}
	into := make([]consent.Standing, len(twice))
	for i := range into {
		into[i] = stale(3)
	}
	return e.wantInto("subjects that come twice, and a stale into", twice, want, into)
}

func standingsMany(e *env) error {
	n := e.size(100_000, 5_000)
	const every = 97 // one in so many has records
	records := map[consent.Subject][]consent.Record{}
	var batch []consent.Record
	for i := 0; i < n; i += every {
		s := person(i)
		r := e.optIn(acme, s, noon.Add(time.Duration(i)*time.Second), consent.Marketing)
		records[s] = append(records[s], r)
		batch = append(batch, r)
		if i%2 == 0 {
			stop := e.optOut(acme, s, r.OccurredAt.Add(time.Minute))
			records[s] = append(records[s], stop)
			batch = append(batch, stop)
		}
		if len(batch) >= 250 || i+every >= n {
			if err := e.append(batch...); err != nil {
				return err
			}
			batch = nil
		}
	}
	subjects := make([]consent.Subject, n)
	for i := range subjects {
		subjects[i] = person(i)
	}
	rand.New(rand.NewPCG(1, 0x5eed)).Shuffle(n, func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
	subjects[n-1], subjects[n/2] = person(0), person(0) // named three times, far apart
	into := make([]consent.Standing, n)
	if err := e.store.Standings(e.ctx, acme, subjects, into); err != nil {
		return fmt.Errorf("Standings of %d subjects failed: %w", n, err)
	}
	for i, s := range subjects {
		if err := sameStanding(into[i], fold(records[s])); err != nil {
			return fmt.Errorf("subject %d of %d: %w", i+1, n, err)
		}
	}
	return nil
}

func standingsNone(e *env) error {
	if err := e.append(e.optIn(acme, person(1), noon, consent.Marketing)); err != nil {
		return err
	}
	for _, into := range [][]consent.Standing{nil, {}} {
		if err := e.store.Standings(e.ctx, acme, nil, into); err != nil {
			return fmt.Errorf("Standings of no subjects failed: %w", err)
		}
	}
	if err := e.store.Standings(e.ctx, "nobody knows it", []consent.Subject{}, nil); err != nil {
		return fmt.Errorf("Standings of no subjects of an unknown business failed: %w", err)
	}
	return nil
}
