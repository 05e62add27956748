package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

const business = "acme"

var given = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// phone returns the i-th of 10 million mobile numbers that are valid in form.
func phone(i int) consent.Phone {
	return consent.MustParsePhone(fmt.Sprintf("+49151%08d", 10_000_000+i))
}

func optIn(i int, s consent.Subject) consent.Record {
	id := uuid.UUID{6: 0x70, 8: 0x80, 12: byte(i >> 24), 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
	return consent.Record{
		ID: id, Kind: consent.KindOptIn, BusinessID: business, BusinessName: "Acme", Subject: s,
		Categories: []consent.Category{consent.Marketing}, Source: consent.SourceWebsite,
		OccurredAt: given, RecordedAt: given,
		Statement: consent.Statement{Text: "I agree to receive offers from Acme on WhatsApp."},
	}
}

// filled is a store and what a benchmark asks it, for one number of subjects.
type filled struct {
	store    *memstore.Store
	baseline map[key]consent.Standing
	keys     []key // in random order
	messages []consent.Message
}

type key struct{ business, phone string }

// fill is remembered for the last n, because the benchmarks of one n follow
// each other.
var fill = func() func(tb testing.TB, n int) *filled {
	var last *filled
	return func(tb testing.TB, n int) *filled {
		tb.Helper()
		if last != nil && len(last.keys) == n {
			return last
		}
		last = nil
		last = newFilled(tb, n)
		return last
	}
}()

func newFilled(tb testing.TB, n int) *filled {
	tb.Helper()
	f := &filled{store: memstore.New(), baseline: make(map[key]consent.Standing, n)}
	template := &consent.Template{Name: "offer", Language: "en", Category: "MARKETING", Status: consent.TemplateApproved}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		p := phone(i)
		f.keys = append(f.keys, key{business, p.E164()})
		f.messages = append(f.messages, consent.Message{
			BusinessID: business, Phone: p, Category: consent.Marketing, Template: template,
		})
	}
	for _, i := range rand.New(rand.NewPCG(3, 4)).Perm(n) {
		// The map keeps keys of its own, as the store does: whoever asks comes with another string.
		k := key{business, strings.Clone(f.keys[i].phone)}
		r := optIn(i, f.messages[i].Phone.Subject())
		if err := f.store.Append(context.Background(), r); err != nil {
			tb.Fatal(err)
		}
		f.baseline[k] = consent.Standing(nil).Apply(r)
	}
	runtime.GC()
	return f
}

// BenchmarkCheck measures a whole Ledger.Check beside the least that any
// check must do: find the person in a map that others may write to, look at the
// context and at the clock.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("baseline/%d", n), func(b *testing.B) {
			f := fill(b, n)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var mu sync.RWMutex
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if i++; i == n {
					i = 0
				}
				if ctx.Err() != nil {
					b.Fatal(ctx.Err())
				}
				mu.RLock()
				s, found := f.baseline[f.keys[i]]
				mu.RUnlock()
				if now := time.Now(); !found || len(s) == 0 || now.IsZero() {
					b.Fatal("not found")
				}
			}
		})
		b.Run(fmt.Sprintf("ledger/%d", n), func(b *testing.B) {
			f := fill(b, n)
			ledger := consent.New(f.store, consent.Config{})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if i++; i == n {
					i = 0
				}
				if d, err := ledger.Check(ctx, f.messages[i]); err != nil || !d.Allowed {
					b.Fatal(err, d.Reasons)
				}
			}
		})
	}
}
