package memstore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
	"github.com/optinkit/consent/storetest"
)

// raceEnabled tells whether the race detector is on, with which sync.Pool
// forgets on purpose.
var raceEnabled bool

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) consent.Store { return memstore.New() })
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, func(*testing.B) consent.Store { return memstore.New() })
}

func subject(i int) consent.Subject {
	s, err := consent.ParseSubject(fmt.Sprintf("+49151%08d", i))
	if err != nil {
		panic(err)
	}
	return s
}

func TestIDsAreTakenInTheWholeStore(t *testing.T) {
	ctx, s := context.Background(), memstore.New()
	r := optIn(1, subject(1))
	elsewhere := optIn(1, subject(2))
	other := r.Clone()
	other.BusinessID = "zenith"
	if err := s.Append(ctx, r); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []consent.Record{elsewhere, other} {
		if err := s.Append(ctx, optIn(2, subject(3)), taken); !errors.Is(err, consent.ErrConflict) {
			t.Errorf("Append returned %v, want ErrConflict", err)
		}
	}
	if err := s.Erase(ctx, business, subject(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(ctx, elsewhere); err != nil {
		t.Errorf("after the erasure of its owner: %v", err)
	}
	twice := optIn(3, subject(4))
	twice.BusinessID = "zenith"
	if err := s.Append(ctx, optIn(3, subject(4)), twice); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("within one call: Append returned %v, want ErrConflict", err)
	}
}

func TestAnotherRecordedAtIsTheSameRecord(t *testing.T) {
	ctx, s := context.Background(), memstore.New()
	r := optIn(1, subject(1))
	later := r
	later.RecordedAt = r.RecordedAt.Add(time.Hour)
	if err := s.Append(ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(ctx, later); err != nil {
		t.Errorf("Append returned %v, want nil", err)
	}
}

// TestManyComeAndGo fills the store past several growths, with erasures in
// between, so that places are left, reused and swept.
func TestManyComeAndGo(t *testing.T) {
	ctx, s := context.Background(), memstore.New()
	const people, turns = 2_000, 4
	want := map[int]bool{}
	for turn := range turns {
		for i := range people {
			if err := s.Append(ctx, optIn(turn*people+i, subject(i))); err != nil {
				t.Fatal(err)
			}
			want[i] = true
			if gone := (i * 7) % people; i%3 != turn%3 && gone <= i {
				if err := s.Erase(ctx, business, subject(gone)); err != nil {
					t.Fatal(err)
				}
				want[gone] = false
			}
		}
		into := make([]consent.Standing, 1)
		for i := range people {
			if err := s.Standings(ctx, business, []consent.Subject{subject(i)}, into); err != nil {
				t.Fatal(err)
			}
			if (len(into[0]) == 1) != want[i] {
				t.Fatalf("turn %d, person %d: %d entries, there: %v", turn, i, len(into[0]), want[i])
			}
		}
	}
}

// TestReadersDoNotWait has one writer that never pauses and readers that must
// see everybody who was there before, while the store grows under them.
func TestReadersDoNotWait(t *testing.T) {
	ctx, s := context.Background(), memstore.New()
	const there, come = 100, 3_000
	var subjects []consent.Subject
	for i := range there {
		subjects = append(subjects, subject(i))
		if err := s.Append(ctx, optIn(i, subjects[i])); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		defer close(done)
		for i := range come {
			if err := s.Append(ctx, optIn(there+i, subject(there+i))); err != nil {
				t.Error(err)
			}
			if i%2 == 0 {
				if err := s.Erase(ctx, business, subject(there+i/2)); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 2 {
		wg.Go(func() {
			into := make([]consent.Standing, there)
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := s.Standings(ctx, business, subjects, into); err != nil {
					t.Error(err)
				}
				if i := slices.IndexFunc(into, func(s consent.Standing) bool { return len(s) != 1 }); i >= 0 {
					t.Errorf("person %d has %d entries, want 1", i, len(into[i]))
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestCheckDoesNotAllocate holds the whole way of an allowed message, ledger
// and store, to no allocation.
func TestCheckDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("with -race sync.Pool forgets on purpose")
	}
	f := newFilled(t, 100)
	ledger := consent.New(f.store, consent.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	both := f.messages[1]
	both.UserID = "US.13491208655302741918" // has no records, so there is nothing to merge
	for name, m := range map[string]consent.Message{"phone": f.messages[0], "phone and user ID": both} {
		allocs := testing.AllocsPerRun(1000, func() {
			if d, err := ledger.Check(ctx, m); err != nil || !d.Allowed {
				t.Fatal(err, d.Reasons)
			}
		})
		if allocs != 0 {
			t.Errorf("by %s: %v allocations, want 0", name, allocs)
		}
	}
}

// BenchmarkMemory reports what the store needs for a subject with one opt-in, numbers included.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				before := heap()
				s := memstore.New()
				for i := range n {
					if err := s.Append(context.Background(), optIn(i, subject(i))); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((heap()-before)/float64(n), "B/subject")
				runtime.KeepAlive(s)
			}
		})
	}
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
