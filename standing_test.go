package consent_test

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/optinkit/consent"
)

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// randomRecords makes records that collide often: few times, categories and IDs.
func randomRecords(r *rand.Rand, n int) []consent.Record {
	categories := []consent.Category{"marketing", "marketing/offers", "marketing/offers/food", "utility", "calls", "service"}
	out := make([]consent.Record, n)
	for i := range out {
		rec := consent.Record{
			Kind:       consent.KindOptIn,
			OccurredAt: t0.Add(time.Duration(r.IntN(6)) * time.Hour),
		}
		binary.BigEndian.PutUint64(rec.ID[8:], r.Uint64())
		if r.IntN(2) == 0 {
			rec.Kind = consent.KindOptOut
		}
		for range r.IntN(4) {
			rec.Categories = append(rec.Categories, categories[r.IntN(len(categories))])
		}
		if rec.Kind == consent.KindOptIn && r.IntN(3) == 0 {
			rec.ExpiresAt = t0.Add(time.Duration(r.IntN(12)) * time.Hour)
		}
		out[i] = rec
	}
	return out
}

func applyAll(s consent.Standing, records []consent.Record) consent.Standing {
	for _, r := range records {
		s = s.Apply(r)
	}
	return s
}

func TestStandingIsAJoin(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		records := randomRecords(r, 1+r.IntN(12))
		want := applyAll(nil, records)

		shuffled := slices.Clone(records)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.True(t, want.Equal(applyAll(nil, shuffled)), "order does not matter (seed %d)", seed)
		require.True(t, want.Equal(applyAll(want, records)), "records that come twice change nothing (seed %d)", seed)

		i, j := r.IntN(len(records)+1), r.IntN(len(records)+1)
		i, j = min(i, j), max(i, j)
		a, b, c := applyAll(nil, records[:i]), applyAll(nil, records[i:j]), applyAll(nil, records[j:])
		require.True(t, a.Merge(b).Equal(b.Merge(a)), "Merge is commutative (seed %d)", seed)
		require.True(t, a.Merge(b).Merge(c).Equal(a.Merge(b.Merge(c))), "Merge is associative (seed %d)", seed)
		require.True(t, a.Merge(a).Equal(a), "Merge is idempotent (seed %d)", seed)
		require.True(t, want.Equal(a.Merge(b).Merge(c)), "Merge of parts is Apply of all (seed %d)", seed)
		require.True(t, slices.IsSortedFunc(want, func(x, y consent.Entry) int {
			if x.Category != y.Category {
				return map[bool]int{true: -1, false: 1}[x.Category < y.Category]
			}
			return map[bool]int{true: -1, false: 1}[x.Kind < y.Kind]
		}), "sorted (seed %d)", seed)
	}
}

func TestStandingLeavesItsReceiver(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		a, b := applyAll(nil, randomRecords(r, 6)), applyAll(nil, randomRecords(r, 6))
		// Spare capacity would show an append into the receiver's memory.
		a, b = append(make(consent.Standing, 0, 32), a...), append(make(consent.Standing, 0, 32), b...)
		beforeA, beforeB := slices.Clone(a[:cap(a)]), slices.Clone(b[:cap(b)])
		a.Merge(b)
		applyAll(a, randomRecords(r, 6))
		require.Equal(t, beforeA, a[:cap(a)])
		require.Equal(t, beforeB, b[:cap(b)])
	}
}

func TestStandingApply(t *testing.T) {
	in := func(id byte, at, expires time.Time, cs ...consent.Category) consent.Record {
		return consent.Record{ID: uuid.UUID{id}, Kind: consent.KindOptIn, OccurredAt: at, ExpiresAt: expires, Categories: cs}
	}
	var never time.Time
	tests := []struct {
		name    string
		records []consent.Record
		want    consent.Standing
	}{
		{"an opt-in without categories permits nothing", []consent.Record{in(1, t0, never)}, nil},
		{"an opt-in to the empty category permits nothing", []consent.Record{in(1, t0, never, "")}, nil},
		{"an opt-out without categories is of everything", []consent.Record{{Kind: consent.KindOptOut, OccurredAt: t0}},
			consent.Standing{{Kind: consent.KindOptOut, OccurredAt: t0}}},
		{"of opt-ins of one instant the one that expires first", []consent.Record{in(9, t0, never, "calls"), in(1, t0, t0.Add(time.Hour), "calls"), in(8, t0, t0.Add(2*time.Hour), "calls")},
			consent.Standing{{Category: "calls", Kind: consent.KindOptIn, OccurredAt: t0, RecordID: uuid.UUID{1}, ExpiresAt: t0.Add(time.Hour)}}},
		{"and then the one with the greater ID", []consent.Record{in(2, t0, never, "calls"), in(3, t0, never, "calls"), in(1, t0, never, "calls")},
			consent.Standing{{Category: "calls", Kind: consent.KindOptIn, OccurredAt: t0, RecordID: uuid.UUID{3}}}},
		{"an unknown kind is kept", []consent.Record{{Kind: "paused", OccurredAt: t0}},
			consent.Standing{{Kind: "paused", OccurredAt: t0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, applyAll(nil, tt.records))
			slices.Reverse(tt.records)
			assert.Equal(t, tt.want, applyAll(nil, tt.records))
		})
	}
}

// decideBySentence answers by the sentence of the design, over the records
// themselves: of all records whose category covers the message's, the latest
// wins; on a tie the opt-out wins. No record and an expired opt-in are not permission.
func decideBySentence(records []consent.Record, c consent.Category, now time.Time) bool {
	var latest *consent.Record
	for i := range records {
		r := &records[i]
		covers := r.Kind == consent.KindOptOut && len(r.Categories) == 0
		for _, rc := range r.Categories {
			covers = covers || rc.Covers(c)
		}
		if !covers {
			continue
		}
		switch {
		case latest == nil || r.OccurredAt.After(latest.OccurredAt):
			latest = r
		case !r.OccurredAt.Equal(latest.OccurredAt):
		case r.Kind == consent.KindOptOut:
			latest = r
		case latest.Kind == consent.KindOptIn && !r.ExpiresAt.IsZero() && (latest.ExpiresAt.IsZero() || r.ExpiresAt.Before(latest.ExpiresAt)):
			latest = r
		}
	}
	return latest != nil && latest.Kind == consent.KindOptIn && (latest.ExpiresAt.IsZero() || latest.ExpiresAt.After(now))
}

func FuzzStanding(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(5), uint8(3))
	f.Add(uint64(3), uint64(4), uint8(40), uint8(11))
	f.Fuzz(func(t *testing.T, s1, s2 uint64, n, hours uint8) {
		r := rand.New(rand.NewPCG(s1, s2))
		records := randomRecords(r, int(n%64))
		now := t0.Add(time.Duration(hours%24) * time.Hour)
		split := 0
		if len(records) > 0 {
			split = r.IntN(len(records))
		}
		standing := applyAll(nil, records[split:]).Merge(applyAll(nil, records[:split]))
		for _, c := range []consent.Category{"marketing", "marketing/offers", "marketing/offers/food", "marketing/news", "utility", "authentication", "calls"} {
			m := consent.Message{Category: c, Template: &consent.Template{Category: c.Root(), Status: consent.TemplateApproved}}
			if c == consent.Calls {
				m.Template = nil
			}
			d := consent.Policy{}.Decide(standing, m, now)
			if want := decideBySentence(records, c, now); d.Allowed != want {
				t.Fatalf("%s: allowed %v, by the sentence %v; reasons %v", c, d.Allowed, want, d.Reasons)
			}
			if d.Allowed != (len(d.Reasons) == 0) || d.Allowed != (d.OptIn != uuid.Nil) {
				t.Fatalf("%s: decision contradicts itself: %+v", c, d)
			}
		}
	})
}

func TestDecideIsTheSentence(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	for range 3000 {
		records := randomRecords(r, r.IntN(10))
		now := t0.Add(time.Duration(r.IntN(12)) * time.Hour)
		standing := applyAll(nil, records)
		for _, c := range []consent.Category{"marketing/offers", "marketing", "utility"} {
			m := consent.Message{Category: c, Template: &consent.Template{Category: c.Root(), Status: consent.TemplateApproved}}
			require.Equal(t, decideBySentence(records, c, now), consent.Policy{}.Decide(standing, m, now).Allowed, "%s of %v", c, records)
		}
	}
}

func TestRecordEqual(t *testing.T) {
	full := func() consent.Record { return fullRecord() }
	a := full()
	b := a.Clone()
	b.RecordedAt = b.RecordedAt.Add(time.Second)
	b.OccurredAt = b.OccurredAt.In(time.FixedZone("x", 3600))
	assert.True(t, a.Equal(b), "RecordedAt and time zones do not count")
	for name, change := range map[string]func(*consent.Record){
		"ID":           func(r *consent.Record) { r.ID[0]++ },
		"Kind":         func(r *consent.Record) { r.Kind = consent.KindOptOut },
		"BusinessID":   func(r *consent.Record) { r.BusinessID += " " },
		"BusinessName": func(r *consent.Record) { r.BusinessName = "" },
		"Subject":      func(r *consent.Record) { r.Subject = consent.Subject{} },
		"Categories":   func(r *consent.Record) { r.Categories = r.Categories[:1] },
		"Source":       func(r *consent.Record) { r.Source = consent.SourceSMS },
		"OccurredAt":   func(r *consent.Record) { r.OccurredAt = r.OccurredAt.Add(time.Microsecond) },
		"ExpiresAt":    func(r *consent.Record) { r.ExpiresAt = time.Time{} },
		"Text":         func(r *consent.Record) { r.Statement.Text += "." },
		"Language":     func(r *consent.Record) { r.Statement.Language = consent.Statement{}.Language },
		"ReviewedBy":   func(r *consent.Record) { r.Statement.ReviewedBy = "" },
		"Reference":    func(r *consent.Record) { r.Evidence.Reference = "" },
		"Extra":        func(r *consent.Record) { r.Evidence.Extra["a"] = "c" },
	} {
		c := full()
		change(&c)
		assert.False(t, a.Equal(c), name)
	}
}

// Adapters may keep records as JSON; nothing may get lost on the way.
func TestRecordJSON(t *testing.T) {
	for _, rec := range []consent.Record{fullRecord(), {}} {
		b, err := json.Marshal(rec)
		require.NoError(t, err)
		var got consent.Record
		require.NoError(t, json.Unmarshal(b, &got))
		assert.True(t, rec.Equal(got), string(b))
		assert.True(t, rec.RecordedAt.Equal(got.RecordedAt))
	}
}
