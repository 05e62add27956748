package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

const business = "biz"

// person returns the i-th of the test's people; the numbers are of a range reserved for fiction.
func person(i int) consent.Subject {
	s, err := consent.ParseSubject(fmt.Sprintf("+1%03d555%04d", 200+i/10000, i%10000))
	if err != nil {
		panic(err)
	}
	return s
}

func people(n int) []consent.Subject {
	list := make([]consent.Subject, n)
	for i := range list {
		list[i] = person(i)
	}
	return list
}

var start = time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)

// newID is a UUIDv7.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func optIn(subject consent.Subject, categories ...consent.Category) consent.Record {
	return consent.Record{
		ID: newID(), Kind: consent.KindOptIn, BusinessID: business, BusinessName: "Panadería Sol S.L.", Subject: subject,
		Categories: categories, Source: consent.SourceWebsite, OccurredAt: start, RecordedAt: start.Add(time.Second),
		Statement: consent.Statement{Text: "Yes, Panadería Sol may send me offers on WhatsApp. 🥐", Language: language.English},
		Evidence: consent.Evidence{
			Reference: "form-8812", URL: "https://panaderia.example/alta", IP: netip.MustParseAddr("203.0.113.7"), UserAgent: "Mozilla/5.0",
		},
	}
}

func optOut(subject consent.Subject, categories ...consent.Category) consent.Record {
	return consent.Record{
		ID: newID(), Kind: consent.KindOptOut, BusinessID: business, Subject: subject, Categories: categories,
		Source: consent.SourceWhatsAppThread, OccurredAt: start.Add(time.Minute), RecordedAt: start.Add(time.Minute),
	}
}

// randomRecord makes records that meet one another: few categories, kinds, times and expiries.
func randomRecord(rng *rand.Rand, subject consent.Subject) consent.Record {
	r := optIn(subject)
	rng.Uint64()
	for i := range r.ID {
		r.ID[i] = byte(rng.Uint32())
	}
	r.Kind = []consent.Kind{consent.KindOptIn, consent.KindOptOut, "paused"}[rng.IntN(3)]
	for _, c := range []consent.Category{consent.Calls, consent.Marketing, "marketing/offers"} {
		if rng.IntN(2) == 0 {
			r.Categories = append(r.Categories, c)
		}
	}
	r.OccurredAt = start.Add(time.Duration(rng.IntN(3)) * time.Microsecond)
	r.ExpiresAt = [...]time.Time{{}, start.Add(time.Hour), start.Add(2 * time.Hour)}[rng.IntN(3)]
	if rng.IntN(3) == 0 {
		r.Statement, r.Evidence, r.RecordedAt = consent.Statement{}, consent.Evidence{}, time.Time{}
	}
	return r
}

// TestRoundTrip appends records in calls of many sizes, so that every statement
// length is used, and reads all of them again.
func TestRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		_, s := x.store(t)
		rng := rand.New(rand.NewPCG(1, 2))
		all := map[consent.Subject][]consent.Record{}
		subjects := people(40)
		for _, n := range []int{1, 2, 15, 16, 17, 129, 500, 501, 1203} {
			var records []consent.Record
			for range n {
				r := randomRecord(rng, subjects[rng.IntN(len(subjects))])
				records = append(records, r)
				all[r.Subject] = append(all[r.Subject], r)
			}
			for range 2 { // the second time nothing is new
				if err := s.Append(t.Context(), records...); err != nil {
					t.Fatalf("%d records: %v", n, err)
				}
			}
		}
		into := make([]consent.Standing, len(subjects))
		if err := s.Standings(t.Context(), business, subjects, into); err != nil {
			t.Fatal(err)
		}
		for i, subject := range subjects {
			want := map[uuid.UUID]consent.Record{}
			var standing consent.Standing
			for _, r := range all[subject] {
				want[r.ID] = r
				standing = standing.Apply(r)
			}
			if !standing.Equal(into[i]) {
				t.Errorf("standing %d:\n got %v\nwant %v", i, into[i], standing)
			}
			for r, err := range s.History(t.Context(), business, subject) {
				if err != nil {
					t.Fatal(err)
				}
				if w, ok := want[r.ID]; !ok || !w.Equal(r) || !w.RecordedAt.Equal(r.RecordedAt) {
					t.Errorf("history %d:\n got %+v\nwant %+v", i, r, w)
				}
				delete(want, r.ID)
			}
			if len(want) > 0 {
				t.Errorf("history %d lacks %d records", i, len(want))
			}
		}
	})
}

// TestConflictInAMany finds the one record of many that is there with other content.
func TestConflictInMany(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		_, s := x.store(t)
		first := optIn(person(0), consent.Marketing)
		if err := s.Append(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*consent.Record){
			"time":      func(r *consent.Record) { r.OccurredAt = r.OccurredAt.Add(time.Microsecond) },
			"statement": func(r *consent.Record) { r.Statement.ReviewedBy = "Ana" },
			"no text":   func(r *consent.Record) { r.Statement = consent.Statement{} },
			"evidence":  func(r *consent.Record) { r.Evidence.Extra = map[string]string{"a": "b"} },
		} {
			other := first
			change(&other)
			records := []consent.Record{other}
			for i := range 300 {
				records = append(records, optIn(person(i+1), consent.Marketing))
			}
			if err := s.Append(t.Context(), records...); !errors.Is(err, consent.ErrConflict) {
				t.Errorf("%s: got %v, want ErrConflict", name, err)
			}
			var into [1]consent.Standing
			if err := s.Standings(t.Context(), business, []consent.Subject{person(1)}, into[:]); err != nil || len(into[0]) != 0 {
				t.Errorf("%s: a record of a failed call was stored: %v, %v", name, into[0], err)
			}
		}
	})
}

// TestCallersTransaction records consent together with a row of the application's.
func TestCallersTransaction(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db, s := x.store(t)
		ctx := t.Context()
		if _, err := db.Exec("CREATE TABLE users (name varchar(20) PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		count := func() (n int) {
			if err := db.QueryRow("SELECT COUNT(*) FROM users").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		begin := func(name string) (*sql.Tx, *sqlstore.Store) {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO users VALUES ('" + name + "')"); err != nil {
				t.Fatal(err)
			}
			return tx, sqlstore.New(tx, x.dialect)
		}

		tx, in := begin("rolled back")
		if err := in.Append(ctx, optIn(person(1), consent.Marketing)); err != nil {
			t.Fatal(err)
		}
		if n := len(consistent(t, in, business, people(2))); n != 1 {
			t.Errorf("inside the transaction there are %d records, want 1", n)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := len(consistent(t, s, business, people(2))); n != 0 || count() != 0 {
			t.Errorf("after a rollback there are %d records and %d users", n, count())
		}

		tx, in = begin("committed")
		first := optIn(person(1), consent.Marketing)
		if err := in.Append(ctx, first); err != nil {
			t.Fatal(err)
		}
		other := first
		other.Source = consent.SourcePaper
		if err := in.Append(ctx, optIn(person(0), consent.Calls), other); !errors.Is(err, consent.ErrConflict) {
			t.Errorf("got %v, want ErrConflict", err)
		}
		// The conflict has undone its own call and no more.
		if err := in.Append(ctx, optOut(person(1))); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := len(consistent(t, s, business, people(2))); n != 2 || count() != 1 {
			t.Errorf("after a commit there are %d records and %d users, want 2 and 1", n, count())
		}
		if err := in.Append(ctx, first); err == nil || !strings.Contains(err.Error(), "has ended") {
			t.Errorf("after the transaction: %v", err)
		}
	})
}

// TestConn uses one connection of the caller's, which can begin transactions.
func TestConn(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db, s := x.store(t)
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		on := sqlstore.New(conn, x.dialect)
		if err := on.Append(t.Context(), optIn(person(0), consent.Marketing)); err != nil {
			t.Fatal(err)
		}
		if err := on.Erase(t.Context(), business, person(0)); err != nil {
			t.Fatal(err)
		}
		if err := on.Append(t.Context(), optOut(person(0))); err != nil {
			t.Fatal(err)
		}
		if n := len(consistent(t, s, business, people(1))); n != 1 {
			t.Errorf("%d records, want 1", n)
		}
	})
}

// TestOneConnection works on a database that lends one connection at a time.
func TestOneConnection(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db, s := x.store(t)
		db.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 5 {
					if err := s.Append(ctx, optIn(person(i), consent.Marketing)); err != nil {
						t.Error(err)
					}
				}
				for _, err := range s.History(ctx, business, person(i)) {
					if err == nil {
						err = s.Append(ctx, optOut(person(i)))
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(consistent(t, s, business, people(8))); n != 80 {
			t.Errorf("%d records, want 80", n)
		}
	})
}

// TestEraseAgainstAppend lets people be erased while records of theirs are appended. Whatever
// the order, what is left must agree.
func TestEraseAgainstAppend(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		db, s := x.store(t)
		// The stores of two processes.
		stores := []*sqlstore.Store{s, sqlstore.New(db, x.dialect)}
		subjects := people(3)
		rounds := 60
		if x.dialect == sqlstore.SQLite {
			rounds = 25
		}
		var wg sync.WaitGroup
		for w := range 6 {
			rng := rand.New(rand.NewPCG(7, uint64(w)))
			store := stores[w%2]
			wg.Go(func() {
				var last []consent.Record
				for range rounds {
					var err error
					switch {
					case w < 2:
						err = store.Erase(t.Context(), business, subjects[rng.IntN(len(subjects))])
					case rng.IntN(3) == 0 && last != nil:
						err = store.Append(t.Context(), last...) // once more
					default:
						last = nil
						for range 1 + rng.IntN(3) {
							last = append(last, randomRecord(rng, subjects[rng.IntN(len(subjects))]))
						}
						err = store.Append(t.Context(), last...)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		consistent(t, s, business, subjects)
	})
}

// TestOppositeOrders appends for the same people in opposite orders.
func TestOppositeOrders(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		_, s := x.store(t)
		subjects := people(20)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for range 10 {
					var records []consent.Record
					for i := range subjects {
						if w%2 == 1 {
							i = len(subjects) - 1 - i
						}
						records = append(records, optIn(subjects[i], consent.Marketing))
					}
					if err := s.Append(t.Context(), records...); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(consistent(t, s, business, subjects)); n != 8*10*20 {
			t.Errorf("%d records, want %d", n, 8*10*20)
		}
	})
}

// TestOtherProcess appends to one SQLite file through two databases, as two processes do.
func TestOtherProcess(t *testing.T) {
	for _, x := range sqliteTargets {
		t.Run(x.name, func(t *testing.T) {
			dsn := sqliteDSN[x.driver](filepath.Join(t.TempDir(), "shared.db"))
			stores := make([]*sqlstore.Store, 2)
			for i := range stores {
				stores[i] = sqlstore.New(openSQLite(t, x.driver, dsn), x.dialect)
			}
			var wg sync.WaitGroup
			for _, s := range stores {
				wg.Go(func() {
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for w := range 8 {
				wg.Go(func() {
					for range 20 {
						if err := stores[w%2].Append(t.Context(), optIn(person(w/2), consent.Marketing)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if n := len(consistent(t, stores[0], business, people(4))); n != 160 {
				t.Errorf("%d records, want 160", n)
			}
		})
	}
}

// TestStandingsOfMany asks for few, some and most of a business's people, which takes
// different statements, with people who are not there and people named twice.
func TestStandingsOfMany(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		_, s := x.store(t)
		var records []consent.Record
		for i := range 6000 {
			r := optIn(person(2*i), consent.Marketing, consent.Utility)
			r.Statement, r.Evidence = consent.Statement{}, consent.Evidence{}
			records = append(records, r)
		}
		if err := s.Append(t.Context(), records...); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(3, 4))
		for _, step := range []int{1, 2, 5, 60} {
			var subjects []consent.Subject
			for i := 0; i < 12000; i += step {
				subjects = append(subjects, person(i))
			}
			subjects = append(subjects, subjects[len(subjects)/2:]...)
			rng.Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
			into := make([]consent.Standing, len(subjects))
			if err := s.Standings(t.Context(), business, subjects, into); err != nil {
				t.Fatal(err)
			}
			there := map[consent.Subject]bool{}
			for i := range 6000 {
				there[person(2*i)] = true
			}
			for i, subject := range subjects {
				want := 0
				if there[subject] {
					want = 2
				}
				if len(into[i]) != want {
					t.Fatalf("every %d-th: standing %d of %d has %d entries, want %d", step, i, len(subjects), len(into[i]), want)
				}
			}
		}
	})
}
