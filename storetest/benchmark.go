package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/optinkit/consent"
)

// Benchmark measures what a ledger asks of a store, so that adapters can be
// compared with themselves and with others:
//
//	Append/1, Append/1000        records in one call, each of another subject
//	Standings/1, Standings/1000  subjects in one call, of 10,000 with three records each
//	History                      one subject's 20 records
//
// An operation is a call; the calls about many also report the time for one as ns/record or ns/subject. It calls newStore once
// for each, for an empty store. With -short there are 1,000 subjects.
func Benchmark(b *testing.B, newStore func(b *testing.B) consent.Store) {
	b.Helper()
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("Append/%d", n), func(b *testing.B) { benchmarkAppend(b, newStore(b), n) })
	}
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("Standings/%d", n), func(b *testing.B) { benchmarkStandings(b, newStore(b), n) })
	}
	b.Run("History", func(b *testing.B) { benchmarkHistory(b, newStore(b)) })
}

func benchmarkEnv(b *testing.B, store consent.Store) *env {
	return &env{ctx: b.Context(), store: store, short: testing.Short()}
}

func benchmarkAppend(b *testing.B, store consent.Store, n int) {
	e := benchmarkEnv(b, store)
	const people = 100_000
	subjects := make([]consent.Subject, people)
	for i := range subjects {
		subjects[i] = person(i)
	}
	records := make([]consent.Record, n)
	for i := range records {
		records[i] = e.optIn(acme, subjects[0], noon, consent.Marketing)
	}
	next := 0
	b.ReportAllocs()
	for b.Loop() {
		for i := range records {
			records[i].ID, records[i].Subject = e.id(), subjects[next%people]
			records[i].OccurredAt = noon.Add(time.Duration(next) * time.Millisecond)
			next++
		}
		if err := e.append(records...); err != nil {
			b.Fatal(mask(err.Error()))
		}
	}
	perOne(b, n, "record")
}

func benchmarkStandings(b *testing.B, store consent.Store, n int) {
	e := benchmarkEnv(b, store)
	const batch = 1000
	subjects := make([]consent.Subject, e.size(10_000, 1_000))
	var records []consent.Record
	for i := range subjects {
		// Neighbours in time are not neighbours in the key.
		s := person(i * 7919 % len(subjects))
		subjects[i] = s
		records = append(records,
			e.optIn(acme, s, noon, consent.Marketing), e.optOut(acme, s, noon.Add(time.Hour)), e.optIn(acme, s, noon.Add(2*time.Hour), consent.Marketing))
		if len(records) >= batch || i == len(subjects)-1 {
			if err := e.append(records...); err != nil {
				b.Fatal(mask(err.Error()))
			}
			records = records[:0]
		}
	}
	into := make([]consent.Standing, n)
	at := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := store.Standings(e.ctx, acme, subjects[at:at+n], into); err != nil {
			b.Fatal(mask(err.Error()))
		}
		if len(into[0]) == 0 {
			b.Fatal("the standing is empty")
		}
		if at += n; at+n > len(subjects) {
			at = 0
		}
	}
	perOne(b, n, "subject")
}

func benchmarkHistory(b *testing.B, store consent.Store) {
	e := benchmarkEnv(b, store)
	const length = 20
	s := person(1)
	for i := range length {
		if err := e.append(e.optIn(acme, s, noon.Add(time.Duration(i)*time.Hour), consent.Marketing)); err != nil {
			b.Fatal(mask(err.Error()))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range store.History(e.ctx, acme, s) {
			if err != nil {
				b.Fatal(mask(err.Error()))
			}
			n++
		}
		if n != length {
			b.Fatalf("History has %d records, want %d", n, length)
		}
	}
	perOne(b, length, "record")
}

func perOne(b *testing.B, n int, unit string) {
	if n > 1 {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/"+unit)
	}
}
