package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/optinkit/consent"
)

// everyCase stands for so many cases that a list would say nothing; the ones
// that matter are still named.
const everyCase = "…"

// broken are stores with one fault each, and the cases that must find it: those and
// no others, unless everyCase is among them.
var broken = []struct {
	fault string
	store func() consent.Store
	fails []string
}{
	{"folds the case of business IDs", func() consent.Store {
		return keyed(func(b string, s consent.Subject) string { return strings.ToLower(b) + "\x00" + s.String() })
	}, []string{"Keys/Exact", "Append/Many"}},
	{"trims spaces at the end of business IDs", func() consent.Store {
		return keyed(func(b string, s consent.Subject) string { return strings.TrimRight(b, " ") + "\x00" + s.String() })
	}, []string{"Keys/Exact"}},
	{"drops accents from business IDs", func() consent.Store {
		fold := strings.NewReplacer("\u0301", "", "\u00e9", "e")
		return keyed(func(b string, s consent.Subject) string { return fold.Replace(b) + "\x00" + s.String() })
	}, []string{"Keys/Exact"}},
	{"cuts business IDs at 254 bytes", func() consent.Store {
		return keyed(func(b string, s consent.Subject) string { return b[:min(len(b), 254)] + "\x00" + s.String() })
	}, []string{"Keys/Exact"}},
	{"folds the case of user IDs", func() consent.Store {
		return keyed(func(b string, s consent.Subject) string { return b + "\x00" + strings.ToLower(s.String()) })
	}, []string{"Keys/Exact"}},
	{"cuts subjects at 16 bytes", func() consent.Store {
		return keyed(func(b string, s consent.Subject) string { return b + "\x00" + s.String()[:min(len(s.String()), 16)] })
	}, []string{"Keys/Exact"}},
	{"knows people by subject only", func() consent.Store {
		return keyed(func(_ string, s consent.Subject) string { return s.String() })
	}, []string{"Keys/Apart", "Keys/Exact", "Append/AllOrNothing", "Append/Many", "Append/IDElsewhere", "Standings/Random", "Standings/Nobody", "Erase/OnlyOne", "Erase/Nobody"}},
	{"folds the case of categories", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			var s consent.Standing
			for _, r := range records {
				r = r.Clone()
				for i := range r.Categories {
					r.Categories[i] = consent.Category(strings.ToLower(string(r.Categories[i])))
				}
				s = s.Apply(r)
			}
			return s
		})
	}, []string{"Keys/Categories", "Standings/Random"}},
	{"sorts categories as people do", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			s := fold(records)
			slices.SortStableFunc(s, func(a, b consent.Entry) int {
				return cmp.Compare(strings.ToLower(string(a.Category)), strings.ToLower(string(b.Category)))
			})
			return s
		})
	}, []string{"Keys/Categories", "Standings/Random"}},
	{"joins categories with commas", func() consent.Store {
		return giving(func(r *consent.Record) {
			var split []consent.Category
			for _, c := range r.Categories {
				for part := range strings.SplitSeq(string(c), ",") {
					split = append(split, consent.Category(part))
				}
			}
			r.Categories = split
		})
	}, []string{"Keys/Categories"}},

	{"loses Evidence.Extra", func() consent.Store {
		return giving(func(r *consent.Record) { r.Evidence.Extra = nil })
	}, []string{"Append/EveryField", "Append/Again", "Append/Conflict", "Own/Appended", "Own/History"}},
	{"cuts statements at 4 KiB", func() consent.Store {
		return storing(func(r *consent.Record) { r.Statement.Text = r.Statement.Text[:min(len(r.Statement.Text), 4<<10)] })
	}, []string{"Append/EveryField"}},
	{"keeps text of three bytes a rune only", func() consent.Store {
		return storing(func(r *consent.Record) {
			r.Evidence.Actor = strings.Map(func(c rune) rune {
				if c > 0xffff {
					return '?'
				}
				return c
			}, r.Evidence.Actor)
		})
	}, []string{"Append/EveryField"}},
	{"trims evidence", func() consent.Store {
		return storing(func(r *consent.Record) { r.Evidence.Reference = strings.TrimSpace(r.Evidence.Reference) })
	}, []string{"Append/EveryField"}},
	{"renames deprecated languages", func() consent.Store {
		return storing(func(r *consent.Record) {
			if r.Statement.Language.String() == "iw" {
				r.Statement.Language = tagged("", "he").Language
			}
		})
	}, []string{"Append/EveryField", "Append/Again"}},
	{"turns mapped addresses into IPv4", func() consent.Store {
		return giving(func(r *consent.Record) { r.Evidence.IP = r.Evidence.IP.Unmap() })
	}, []string{"Append/EveryField"}},
	{"loses ReviewedBy", func() consent.Store {
		return giving(func(r *consent.Record) { r.Statement.ReviewedBy = "" })
	}, []string{"Append/EveryField"}},

	{"keeps milliseconds", func() consent.Store {
		return storing(func(r *consent.Record) {
			r.OccurredAt, r.ExpiresAt = r.OccurredAt.Truncate(time.Millisecond), r.ExpiresAt.Truncate(time.Millisecond)
		})
	}, []string{"Append/Times", "Append/Conflict", "Append/ConflictInOneCall", "Standings/Latest", "Standings/Late", "Standings/Ties", "History/Order"}},
	{"keeps RecordedAt in seconds", func() consent.Store {
		return giving(func(r *consent.Record) { r.RecordedAt = r.RecordedAt.Truncate(time.Second) })
	}, []string{"Append/Times"}},
	{"gives local times", func() consent.Store {
		return giving(func(r *consent.Record) { r.OccurredAt = r.OccurredAt.In(time.FixedZone("CET", 3600)) })
	}, []string{"Append/Times"}},
	{"takes 1970 for unset", func() consent.Store {
		return storing(func(r *consent.Record) {
			if r.ExpiresAt.Unix() == 0 {
				r.ExpiresAt = time.Time{}
			}
		})
	}, []string{"Append/Times"}},
	{"counts nanoseconds in 64 bits", func() consent.Store {
		return storing(func(r *consent.Record) { r.OccurredAt = time.Unix(0, r.OccurredAt.UnixNano()).UTC() })
	}, []string{"Append/Times", "History/Order", "Standings/Late"}},
	{"takes a kind it does not know for an opt-out", func() consent.Store {
		return giving(func(r *consent.Record) {
			if r.Kind != consent.KindOptIn {
				r.Kind = consent.KindOptOut
			}
		})
	}, []string{"Append/UnknownValues", "Standings/Random"}},
	{"drops sources it does not know", func() consent.Store {
		return giving(func(r *consent.Record) {
			if !r.Source.IsValid() {
				r.Source = ""
			}
		})
	}, []string{"Append/UnknownValues"}},

	{"appends one by one", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			for _, r := range records {
				if err := f.Append(ctx, r); err != nil {
					return err
				}
			}
			return nil
		}}
	}, []string{"Append/AllOrNothing", "Append/ConflictInOneCall"}},
	{"commits a hundred records at a time", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			for chunk := range slices.Chunk(records, 100) {
				if err := f.Append(ctx, chunk...); err != nil {
					return err
				}
			}
			return nil
		}}
	}, []string{"Append/AllOrNothing"}},
	{"refuses a call without records", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if len(records) == 0 {
				return errors.New("nothing to do")
			}
			return f.Append(ctx, records...)
		}}
	}, []string{"Append/None"}},
	{"files all records of a call under the first one's business", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			records = slices.Clone(records)
			for i := range records {
				records[i].BusinessID = records[0].BusinessID
			}
			return f.Append(ctx, records...)
		}}
	}, []string{"Append/Many", "Append/AllOrNothing", "Append/TwiceInOneCall"}},
	{"takes the same record again for a conflict", func() consent.Store {
		f := newReference()
		f.same = func(consent.Record, consent.Record) bool { return false }
		return f
	}, []string{"Append/Again", "Append/TwiceInOneCall", "Concurrent/SameRecord", "Standings/Random"}},
	{"compares times with ==", func() consent.Store {
		f := newReference()
		f.same = func(a, b consent.Record) bool { return a.Equal(b) && a.OccurredAt == b.OccurredAt }
		return f
	}, []string{"Append/Again"}},
	{"tells nil from empty", func() consent.Store {
		f := newReference()
		f.same = func(a, b consent.Record) bool { return a.Equal(b) && (a.Categories == nil) == (b.Categories == nil) }
		return f
	}, []string{"Append/Again"}},
	{"keeps the same record again", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			seen := map[[16]byte]bool{}
			for _, r := range records {
				if k := f.key(r.BusinessID, r.Subject); seen[r.ID] {
					f.people[k] = append(f.people[k], r)
				}
				seen[r.ID] = true
			}
			return nil
		}}
	}, []string{"Append/TwiceInOneCall", "Standings/Random"}},
	{"lets the same record again change RecordedAt", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, r := range records {
				have := f.people[f.key(r.BusinessID, r.Subject)]
				for i := range have {
					if have[i].ID == r.ID {
						have[i].RecordedAt = r.RecordedAt
					}
				}
			}
			return nil
		}}
	}, []string{"Append/Again"}},
	{"skips IDs that are anybody's", func() consent.Store {
		f := newReference()
		var mu sync.Mutex
		taken := map[[16]byte]string{}
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			mu.Lock()
			defer mu.Unlock()
			var fresh []consent.Record
			for _, r := range records {
				key := f.key(r.BusinessID, r.Subject)
				if of, there := taken[r.ID]; there && of != key {
					continue
				}
				fresh = append(fresh, r)
			}
			if err := f.Append(ctx, fresh...); err != nil {
				return err
			}
			for _, r := range fresh {
				taken[r.ID] = f.key(r.BusinessID, r.Subject)
			}
			return nil
		}}
	}, []string{"Append/IDElsewhere"}},
	{"ignores conflicts", func() consent.Store {
		f := newReference()
		f.same = func(consent.Record, consent.Record) bool { return true }
		return f
	}, []string{"Append/Conflict", "Append/ConflictInOneCall", "Append/AllOrNothing", "Concurrent/SameRecord", "Erase/ThenAppend"}},
	{"looks at extras only by number", func() consent.Store {
		f := newReference()
		f.same = func(a, b consent.Record) bool {
			a.Evidence.Extra = maps.Clone(a.Evidence.Extra)
			maps.Copy(a.Evidence.Extra, b.Evidence.Extra)
			return a.Equal(b)
		}
		return f
	}, []string{"Append/Conflict", "Append/ConflictInOneCall"}},
	{"compares text as a collation does", func() consent.Store {
		f := newReference()
		f.same = func(a, b consent.Record) bool {
			if strings.EqualFold(a.Statement.Text, b.Statement.Text) {
				a.Statement.Text = b.Statement.Text
			}
			return a.Equal(b)
		}
		return f
	}, []string{"Append/Conflict", "Append/ConflictInOneCall"}},
	{"overlooks conflicts within a call", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			var first []consent.Record
			for _, r := range records {
				if !slices.ContainsFunc(first, func(o consent.Record) bool { return o.ID == r.ID }) {
					first = append(first, r)
				}
			}
			return f.Append(ctx, first...)
		}}
	}, []string{"Append/ConflictInOneCall", "Append/AllOrNothing"}},
	{"has a conflict error of its own", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); errors.Is(err, consent.ErrConflict) {
				return fmt.Errorf("duplicate key: %v", err) //nolint:errorlint // the fault
			} else if err != nil {
				return err
			}
			return nil
		}}
	}, []string{"Append/Conflict", "Append/ConflictInOneCall", "Append/AllOrNothing", "Concurrent/SameRecord", "Erase/ThenAppend"}},

	{"knows the first record only", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing { return fold(records[:min(len(records), 1)]) })
	}, []string{"Standings/Latest", "Standings/Late", "Standings/Ties", "Standings/Everything", "Standings/Random", everyCase}},
	{"lets the last to come win", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			records = slices.Clone(records)
			entries := map[string]consent.Entry{}
			for _, r := range records {
				for _, e := range fold([]consent.Record{r}) {
					entries[string(e.Category)+"\x00"+string(e.Kind)] = e
				}
			}
			return sorted(entries)
		})
	}, []string{"Standings/Late", "Standings/Ties", "Standings/Random", everyCase}},
	{"lets the last to come win a tie", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			entries := map[string]consent.Entry{}
			for _, r := range records {
				for _, e := range fold([]consent.Record{r}) {
					slot := string(e.Category) + "\x00" + string(e.Kind)
					if old, found := entries[slot]; !found || !old.OccurredAt.After(e.OccurredAt) {
						entries[slot] = e
					}
				}
			}
			return sorted(entries)
		})
	}, []string{"Standings/Ties", "Standings/Random", everyCase}},
	{"lets the opt-in that expires last win a tie", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			s := fold(records)
			for i := range s {
				for _, r := range records {
					if r.Kind == s[i].Kind && slices.Contains(r.Categories, s[i].Category) && r.OccurredAt.Equal(s[i].OccurredAt) &&
						!s[i].ExpiresAt.IsZero() && (r.ExpiresAt.IsZero() || r.ExpiresAt.After(s[i].ExpiresAt)) {
						s[i].RecordID, s[i].ExpiresAt = r.ID, r.ExpiresAt
					}
				}
			}
			return s
		})
	}, []string{"Standings/Ties", "Standings/Random"}},
	{"takes the lesser ID on a tie", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			records = slices.Clone(records)
			for i := range records {
				for j := range records[i].ID {
					records[i].ID[j] ^= 0xff
				}
			}
			s := fold(records)
			for i := range s {
				for j := range s[i].RecordID {
					s[i].RecordID[j] ^= 0xff
				}
			}
			return s
		})
	}, []string{"Standings/Ties", "Standings/Random", "Concurrent/OneSubject"}},
	{"keeps the winner of opt-in and opt-out only", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			var out consent.Standing
			for _, e := range fold(records) {
				if n := len(out); n > 0 && out[n-1].Category == e.Category {
					if !e.OccurredAt.Before(out[n-1].OccurredAt) {
						out[n-1] = e
					}
					continue
				}
				out = append(out, e)
			}
			return out
		})
	}, []string{"Standings/Latest", "Standings/Late", "Standings/Ties", "Standings/Everything", "Standings/Random", "Keys/Categories", "Append/UnknownValues", "Concurrent/OneSubject", "Own/Standings"}},
	{"overlooks opt-outs of everything", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			return slices.DeleteFunc(fold(records), func(e consent.Entry) bool { return e.Category == "" })
		})
	}, []string{"Standings/Everything", everyCase}},
	{"takes an opt-in without categories for one to everything", func() consent.Store {
		return folding(func(records []consent.Record) consent.Standing {
			records = slices.Clone(records)
			for i, r := range records {
				if r.Kind == consent.KindOptIn && len(r.Categories) == 0 {
					records[i].Categories = []consent.Category{""}
				}
			}
			return fold(records)
		})
	}, []string{"Standings/Everything", "Standings/Random"}},
	{"writes after what into held", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			got := make([]consent.Standing, len(subjects))
			if err := f.Standings(ctx, b, subjects, got); err != nil {
				return err
			}
			for i := range got {
				into[i] = append(into[i], got[i]...)
			}
			return nil
		}}
	}, []string{"Standings/StaleInto", "Standings/Duplicates"}},
	{"leaves into as it was for people it does not know", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			got := make([]consent.Standing, len(subjects))
			if err := f.Standings(ctx, b, subjects, got); err != nil {
				return err
			}
			for i := range got {
				if len(got[i]) > 0 {
					into[i] = got[i]
				}
			}
			return nil
		}}
	}, []string{"Standings/StaleInto", "Standings/Duplicates"}},
	{"clears all of into", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			clear(into)
			return f.Standings(ctx, b, subjects, into)
		}}
	}, []string{"Standings/LongInto"}},
	{"answers a subject once", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := f.Standings(ctx, b, subjects, into); err != nil {
				return err
			}
			seen := map[consent.Subject]bool{}
			for i, s := range subjects {
				if seen[s] {
					into[i] = nil
				}
				seen[s] = true
			}
			return nil
		}}
	}, []string{"Standings/Duplicates", "Standings/Many", "Own/Standings"}},
	{"answers in the order of the keys", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			return f.Standings(ctx, b, slices.SortedFunc(slices.Values(subjects), consent.Subject.Compare), into)
		}}
	}, []string{"Standings/Many", "Standings/Duplicates", "Standings/StaleInto", "Standings/Random", "Own/Standings"}},
	{"takes 1,000 parameters", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if len(subjects) > 1000 {
				return errors.New("too many SQL variables")
			}
			return f.Standings(ctx, b, subjects, into)
		}}
	}, []string{"Standings/Many"}},
	{"cannot ask about no subjects", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if len(subjects) == 0 {
				return errors.New(`syntax error at or near ")"`)
			}
			return f.Standings(ctx, b, subjects, into)
		}}
	}, []string{"Standings/None", "Standings/LongInto"}},
	{"does not find people it does not know", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := f.Standings(ctx, b, subjects, into); err != nil {
				return err
			}
			for i := range subjects {
				if len(into[i]) == 0 {
					return errors.New("no rows in result set")
				}
			}
			return nil
		}}
	}, []string{"Standings/Nobody", everyCase}},

	{"gives the newest first", func() consent.Store {
		f := newReference()
		f.order = func(a, b consent.Record) int { return b.OccurredAt.Compare(a.OccurredAt) }
		return f
	}, []string{"History/Order"}},
	{"orders one instant by arrival", func() consent.Store {
		f := newReference()
		f.order = func(a, b consent.Record) int { return a.OccurredAt.Compare(b.OccurredAt) }
		return f
	}, []string{"History/Order"}},
	{"orders IDs as signed numbers", func() consent.Store {
		f := newReference()
		f.order = func(a, b consent.Record) int {
			a.ID[0] ^= 0x80
			b.ID[0] ^= 0x80
			return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), bytes.Compare(a.ID[:], b.ID[:]))
		}
		return f
	}, []string{"History/Order"}},
	{"orders times as text", func() consent.Store {
		f := newReference()
		f.order = func(a, b consent.Record) int {
			return cmp.Or(
				cmp.Compare(a.OccurredAt.Format(time.RFC3339Nano), b.OccurredAt.Format(time.RFC3339Nano)),
				bytes.Compare(a.ID[:], b.ID[:]),
			)
		}
		return f
	}, []string{"History/Order"}},
	{"pages by time and loses what is at the edge", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				n := 0
				var edge consent.Record
				for r, err := range f.History(ctx, b, s) {
					if err == nil && n >= 100 && r.OccurredAt.Equal(edge.OccurredAt) {
						continue
					}
					if n++; n == 100 {
						edge = r
					}
					if !yield(r, err) {
						return
					}
				}
			}
		}}
	}, []string{"History/Order"}},
	{"goes on after the loop has ended", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				for r, err := range f.History(ctx, b, s) {
					_ = yield(r, err)
				}
			}
		}}
	}, []string{"History/EarlyExit"}},
	{"keeps its only connection after an early end", func() consent.Store { return newSingle(false) }, []string{"History/EarlyExit"}},
	{"keeps its only connection during the loop", func() consent.Store { return newSingle(true) }, []string{"History/CallInside"}},
	{"reads once and for all", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			all, err := collect(ctx, f, b, s)
			return func(yield func(consent.Record, error) bool) {
				if err != nil {
					yield(consent.Record{}, err)
					return
				}
				for _, r := range all {
					if !yield(r.Clone(), nil) {
						return
					}
				}
			}
		}}
	}, []string{"History/Twice", "Cancel/History"}},

	{"erases the records and leaves the standing", func() consent.Store {
		f := newReference()
		kept := newReference()
		kept.same = func(consent.Record, consent.Record) bool { return true }
		return &wrapped{Store: f, standings: kept.Standings, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			return kept.Append(ctx, records...)
		}}
	}, []string{"Erase/All", "Erase/OnlyOne", "Erase/ThenAppend", "History/CallInside", "Concurrent/Erase", "Concurrent/ReadYourWrites"}},
	{"erases the latest record only", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, erase: func(ctx context.Context, b string, s consent.Subject) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			have := f.people[f.key(b, s)]
			f.people[f.key(b, s)] = have[:max(len(have)-1, 0)]
			return nil
		}}
	}, []string{"Erase/All", "History/CallInside", "Concurrent/ReadYourWrites"}},
	{"erases the person of every business", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, erase: func(ctx context.Context, b string, s consent.Subject) error {
			if err := f.Erase(ctx, b, s); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			maps.DeleteFunc(f.people, func(k string, _ []consent.Record) bool { return strings.HasSuffix(k, "\x00"+s.String()) })
			return nil
		}}
	}, []string{"Erase/OnlyOne", "Erase/Nobody", "Keys/Exact"}},
	{"cannot erase nobody", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, erase: func(ctx context.Context, b string, s consent.Subject) error {
			f.mu.Lock()
			_, found := f.people[f.key(b, s)]
			f.mu.Unlock()
			if err := f.Erase(ctx, b, s); err != nil {
				return err
			}
			if !found {
				return errors.New("no rows affected")
			}
			return nil
		}}
	}, []string{"Erase/Nobody", everyCase}},
	{"remembers the IDs of the erased", func() consent.Store {
		f := newReference()
		var mu sync.Mutex
		seen := map[[16]byte]consent.Record{}
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			mu.Lock()
			defer mu.Unlock()
			for _, r := range records {
				if old, found := seen[r.ID]; found && !old.Equal(r) {
					return consent.ErrConflict
				}
			}
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			for _, r := range records {
				seen[r.ID] = r.Clone()
			}
			return nil
		}}
	}, []string{"Erase/ThenAppend"}},

	{"loses updates of the standing", func() consent.Store { return newCached(false, true) }, []string{"Concurrent/OneSubject", everyCase}},
	{"erases in two steps", func() consent.Store { return newCached(true, false) }, []string{"Concurrent/Erase", everyCase}},
	{"fails where two calls meet", func() consent.Store {
		f := newReference()
		var inside atomic.Int32
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			defer inside.Add(-1)
			if inside.Add(1) > 1 {
				return errors.New("deadlock detected")
			}
			pause()
			return f.Append(ctx, records...)
		}}
	}, []string{"Concurrent/ManySubjects", "Concurrent/OneSubject", "Concurrent/SameRecord", everyCase}},
	{"looks for conflicts before it takes the lock", func() consent.Store {
		f := newReference()
		f.same = func(consent.Record, consent.Record) bool { return true }
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			for i, r := range records {
				have, err := collect(ctx, f, r.BusinessID, r.Subject)
				if err != nil {
					return err
				}
				for _, h := range slices.Concat(have, records[:i]) {
					if h.ID == r.ID && h.Subject == r.Subject && h.BusinessID == r.BusinessID && !h.Equal(r) {
						return consent.ErrConflict
					}
				}
			}
			pause()
			return f.Append(ctx, records...)
		}}
	}, []string{"Concurrent/SameRecord"}},
	{"reads from a replica that is behind", func() consent.Store {
		f, replica := newReference(), newReference()
		return &wrapped{Store: f, standings: replica.Standings, history: replica.History, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			clones := make([]consent.Record, len(records))
			for i, r := range records {
				clones[i] = r.Clone()
			}
			time.AfterFunc(2*time.Millisecond, func() { _ = replica.Append(context.Background(), clones...) })
			return nil
		}}
	}, []string{"Concurrent/ReadYourWrites", everyCase}},

	{"does not look at the context in Append", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			return f.Append(context.WithoutCancel(ctx), records...)
		}}
	}, []string{"Cancel/Append"}},
	{"appends and then looks at the context", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			return errors.Join(f.Append(context.WithoutCancel(ctx), records...), ctx.Err())
		}}
	}, []string{"Cancel/Append"}},
	{"answers that it knows nobody when it cannot read", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := f.Standings(ctx, b, subjects, into); err != nil {
				clear(into[:len(subjects)])
			}
			return nil
		}}
	}, []string{"Cancel/Standings"}},
	{"gives the context's error as text", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := f.Standings(ctx, b, subjects, into); err != nil {
				return errors.New("read: " + err.Error())
			}
			return nil
		}, erase: func(ctx context.Context, b string, s consent.Subject) error {
			if err := f.Erase(ctx, b, s); err != nil {
				return errors.New("erase: " + err.Error())
			}
			return nil
		}}
	}, []string{"Cancel/Standings", "Cancel/Erase"}},
	{"says of every context that it was cancelled", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if ctx.Err() != nil {
				return context.Canceled
			}
			return f.Append(ctx, records...)
		}}
	}, []string{"Cancel/Append"}},
	{"ends a History without an error when the context is over", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				for r, err := range f.History(ctx, b, s) {
					if err != nil || !yield(r, nil) {
						return
					}
				}
			}
		}}
	}, []string{"Cancel/History"}},
	{"yields an error beside the records", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				for r, err := range f.History(context.WithoutCancel(ctx), b, s) {
					if !yield(r, errors.Join(err, ctx.Err())) {
						return
					}
				}
			}
		}}
	}, []string{"Cancel/History"}},
	{"erases with any context", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, erase: func(ctx context.Context, b string, s consent.Subject) error {
			return f.Erase(context.WithoutCancel(ctx), b, s)
		}}
	}, []string{"Cancel/Erase"}},

	{"keeps the caller's categories", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, r := range records {
				have := f.people[f.key(r.BusinessID, r.Subject)]
				for i := range have {
					if have[i].ID == r.ID {
						have[i].Categories = r.Categories
					}
				}
			}
			return nil
		}}
	}, []string{"Own/Appended"}},
	{"keeps the caller's extras", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, r := range records {
				have := f.people[f.key(r.BusinessID, r.Subject)]
				for i := range have {
					if have[i].ID == r.ID {
						have[i].Evidence.Extra = r.Evidence.Extra
					}
				}
			}
			return nil
		}}
	}, []string{"Own/Appended"}},
	{"sorts the caller's records", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
			slices.SortFunc(records, f.order)
			return f.Append(ctx, records...)
		}}
	}, []string{"Own/Appended"}},
	{"sorts the caller's subjects", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			slices.SortFunc(subjects, consent.Subject.Compare)
			return f.Standings(ctx, b, subjects, into)
		}}
	}, []string{"Own/Standings", "Standings/StaleInto", "Standings/Duplicates"}},
	{"hands out the standing it keeps", func() consent.Store { return newSharing(false) }, []string{"Own/Standings", everyCase}},
	{"hands out one standing twice", func() consent.Store { return newSharing(true) }, []string{"Own/Standings"}},
	{"hands out the records it keeps", func() consent.Store {
		f := newReference()
		return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				if err := ctx.Err(); err != nil {
					yield(consent.Record{}, err)
					return
				}
				f.mu.Lock()
				records := slices.SortedFunc(slices.Values(f.people[f.key(b, s)]), f.order)
				f.mu.Unlock()
				for _, r := range records {
					if !yield(r, nil) {
						return
					}
				}
			}
		}}
	}, []string{"Own/History"}},
}

func sorted(entries map[string]consent.Entry) consent.Standing {
	return slices.SortedFunc(maps.Values(entries), func(a, b consent.Entry) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Kind, b.Kind))
	})
}

// pause lets other goroutines come between.
func pause() {
	time.Sleep(100 * time.Microsecond)
	runtime.Gosched()
}

// newSingle returns a store with one connection. It holds it while a History is
// ranged over or, if not, loses it when the loop ends early.
func newSingle(holds bool) consent.Store {
	f := newReference()
	connection := make(chan struct{}, 1)
	take := func(ctx context.Context) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		patience := 5 * time.Second
		if !holds {
			patience = 100 * time.Millisecond // nobody will give it back
		}
		select {
		case connection <- struct{}{}:
			return nil
		case <-ctx.Done():
		case <-time.After(patience):
		}
		return errors.New("no connection")
	}
	give := func() { <-connection }
	return &wrapped{Store: f,
		append: func(ctx context.Context, records []consent.Record) error {
			if err := take(ctx); err != nil {
				return err
			}
			defer give()
			return f.Append(ctx, records...)
		},
		standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := take(ctx); err != nil {
				return err
			}
			defer give()
			return f.Standings(ctx, b, subjects, into)
		},
		history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
			return func(yield func(consent.Record, error) bool) {
				if err := take(ctx); err != nil {
					yield(consent.Record{}, err)
					return
				}
				all, err := collect(ctx, f, b, s)
				if holds {
					defer give()
				} else {
					give()
				}
				if err != nil {
					yield(consent.Record{}, err)
					return
				}
				for _, r := range all {
					if !yield(r, nil) {
						if !holds {
							connection <- struct{}{}
						}
						return
					}
				}
			}
		},
	}
}

// newCached returns a store that keeps standings beside the records, and
// brings the two together too late.
func newCached(erasesApart, updatesApart bool) consent.Store {
	f := newReference()
	var mu sync.Mutex
	cache := map[string]consent.Standing{}
	read := func(k string) consent.Standing {
		mu.Lock()
		defer mu.Unlock()
		return cache[k]
	}
	write := func(k string, s consent.Standing) {
		mu.Lock()
		defer mu.Unlock()
		cache[k] = s
	}
	var turn sync.Mutex
	return &wrapped{Store: f,
		append: func(ctx context.Context, records []consent.Record) error {
			if !updatesApart {
				turn.Lock()
				defer turn.Unlock()
			}
			if err := f.Append(ctx, records...); err != nil {
				return err
			}
			for _, r := range records {
				k := f.key(r.BusinessID, r.Subject)
				s := read(k)
				if updatesApart {
					runtime.Gosched()
				}
				write(k, s.Apply(r))
			}
			return nil
		},
		standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			for i, s := range subjects {
				into[i] = append(into[i][:0], read(f.key(b, s))...)
			}
			return nil
		},
		erase: func(ctx context.Context, b string, s consent.Subject) error {
			if !erasesApart {
				turn.Lock()
				defer turn.Unlock()
			}
			if err := f.Erase(ctx, b, s); err != nil {
				return err
			}
			if erasesApart {
				pause()
			}
			write(f.key(b, s), nil)
			return nil
		},
	}
}

// newSharing returns a store whose standings are not copies: of what it keeps
// or, within a call, of each other.
func newSharing(withinCall bool) consent.Store {
	f := newReference()
	var mu sync.Mutex
	kept := map[string]consent.Standing{}
	return &wrapped{Store: f,
		standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
			if err := f.Standings(ctx, b, subjects, into[:len(subjects):len(subjects)]); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if withinCall {
				clear(kept)
			}
			for i, s := range subjects {
				k := f.key(b, s)
				if old, found := kept[k]; found && (withinCall || len(old) == len(into[i])) {
					into[i] = old
				} else {
					kept[k] = slices.Clone(into[i])
					into[i] = kept[k]
				}
			}
			return nil
		},
	}
}

func TestBroken(t *testing.T) {
	for _, b := range broken {
		t.Run(b.fault, func(t *testing.T) {
			t.Parallel()
			failed := failures(t, b.store)
			for _, name := range b.fails {
				if name != everyCase && !slices.Contains(failed, name) && !failsInTime(t, name, b.store) {
					t.Errorf("%s passes", name)
				}
			}
			for _, name := range failed {
				if !slices.Contains(b.fails, name) && !slices.Contains(b.fails, everyCase) {
					t.Errorf("%s fails too", name)
				}
			}
		})
	}
}

// failsInTime tells whether a Concurrent case fails when it is tried again: no
// case can make goroutines meet every time.
func failsInTime(t *testing.T, name string, newStore func() consent.Store) bool {
	t.Helper()
	i := slices.IndexFunc(concurrentCases, func(c testCase) bool { return c.name == name })
	for tries := 0; i >= 0 && tries < 50; tries++ {
		if concurrentCases[i].run(newEnv(t, newStore())) != nil {
			return true
		}
	}
	return false
}

func newEnv(t *testing.T, store consent.Store) *env {
	t.Helper()
	return &env{ctx: t.Context(), store: store, short: true, hang: 250 * time.Millisecond}
}

// failures runs every case on a store of its own and returns the names of
// those that fail.
func failures(t *testing.T, newStore func() consent.Store) []string {
	t.Helper()
	var failed []string
	for _, c := range cases() {
		if err := c.run(newEnv(t, newStore())); err != nil {
			failed = append(failed, c.name)
			t.Log(failure(c, err))
		}
	}
	return failed
}
