package storetest

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/optinkit/consent"
)

func TestReference(t *testing.T) {
	Run(t, func(*testing.T) consent.Store { return newReference() })
}

func BenchmarkReference(b *testing.B) {
	Benchmark(b, func(*testing.B) consent.Store { return newReference() })
}

// TestOdd has stores that use what the contract leaves open. They pass.
func TestOdd(t *testing.T) {
	for _, odd := range []struct {
		way   string
		store func() consent.Store
	}{
		{"counts another RecordedAt as a conflict", func() consent.Store {
			f := newReference()
			f.same = func(a, b consent.Record) bool { return a.Equal(b) && a.RecordedAt.Equal(b.RecordedAt) }
			return f
		}},
		{"knows an ID in the whole store", func() consent.Store {
			f := newReference()
			var mu sync.Mutex
			return &wrapped{Store: f, append: func(ctx context.Context, records []consent.Record) error {
				mu.Lock()
				defer mu.Unlock()
				f.mu.Lock()
				owner := map[[16]byte]string{}
				for k, have := range f.people {
					for _, r := range have {
						owner[r.ID] = k
					}
				}
				f.mu.Unlock()
				for _, r := range records {
					k := f.key(r.BusinessID, r.Subject)
					if other, taken := owner[r.ID]; taken && other != k {
						return consent.ErrConflict
					}
					owner[r.ID] = k
				}
				return f.Append(ctx, records...)
			}}
		}},
		{"wraps its errors twice", func() consent.Store {
			f := newReference()
			wrap := func(err error) error {
				if err == nil {
					return nil
				}
				return errors.Join(errors.New("the transaction was rolled back"), fmt.Errorf("odd: %w", err))
			}
			return &wrapped{
				Store:  f,
				append: func(ctx context.Context, records []consent.Record) error { return wrap(f.Append(ctx, records...)) },
				standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
					return wrap(f.Standings(ctx, b, subjects, into))
				},
				erase: func(ctx context.Context, b string, s consent.Subject) error { return wrap(f.Erase(ctx, b, s)) },
				history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
					return func(yield func(consent.Record, error) bool) {
						for r, err := range f.History(ctx, b, s) {
							if !yield(r, wrap(err)) {
								return
							}
						}
					}
				},
			}
		}},
		{"gives empty slices and maps for nil", func() consent.Store {
			return giving(func(r *consent.Record) {
				r.Categories = append([]consent.Category{}, r.Categories...)
				if r.Evidence.Extra == nil {
					r.Evidence.Extra = map[string]string{}
				}
			})
		}},
		{"gives UTC under another pointer", func() consent.Store {
			return giving(func(r *consent.Record) {
				zone := time.FixedZone("UTC", 0)
				r.OccurredAt, r.RecordedAt = r.OccurredAt.In(zone), r.RecordedAt.In(zone)
				if !r.ExpiresAt.IsZero() {
					r.ExpiresAt = r.ExpiresAt.In(zone)
				}
			})
		}},
		{"gives standings in new slices that are exactly as long", func() consent.Store {
			f := newReference()
			return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
				got := make([]consent.Standing, len(subjects))
				if err := f.Standings(ctx, b, subjects, got); err != nil {
					return err
				}
				for i, s := range got {
					into[i] = slices.Clip(append(consent.Standing{}, s...))
				}
				return nil
			}}
		}},
		{"gives nil for nobody and leaves dirt past the end", func() consent.Store {
			f := newReference()
			return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
				if err := f.Standings(ctx, b, subjects, into); err != nil {
					return err
				}
				for i := range subjects {
					if len(into[i]) == 0 {
						into[i] = nil
						continue
					}
					into[i] = append(into[i], stale(2)...)[:len(into[i])]
				}
				return nil
			}}
		}},
		{"scribbles into into before it fails", func() consent.Store {
			f := newReference()
			return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
				for i := range subjects {
					into[i] = append(into[i][:0], stale(1)...)
				}
				return f.Standings(ctx, b, subjects, into)
			}}
		}},
		{"asks for a few subjects at a time", func() consent.Store {
			f := newReference()
			return &wrapped{Store: f, standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
				for chunk := range slices.Chunk(subjects, 7) {
					if err := f.Standings(ctx, b, chunk, into); err != nil {
						return err
					}
					into = into[len(chunk):]
				}
				return nil
			}}
		}},
		{"is slow", func() consent.Store {
			f := newReference()
			const delay = 100 * time.Microsecond
			return &wrapped{
				Store: f,
				append: func(ctx context.Context, records []consent.Record) error {
					time.Sleep(delay)
					defer time.Sleep(delay)
					return f.Append(ctx, records...)
				},
				standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
					defer time.Sleep(delay)
					return f.Standings(ctx, b, subjects, into)
				},
			}
		}},
		{"lets one call in at a time", func() consent.Store {
			f := newReference()
			turn := make(chan struct{}, 1)
			wait := func(ctx context.Context) error {
				select {
				case turn <- struct{}{}:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return &wrapped{
				Store: f,
				append: func(ctx context.Context, records []consent.Record) error {
					if err := wait(ctx); err != nil {
						return err
					}
					defer func() { <-turn }()
					return f.Append(ctx, records...)
				},
				standings: func(ctx context.Context, b string, subjects []consent.Subject, into []consent.Standing) error {
					if err := wait(ctx); err != nil {
						return err
					}
					defer func() { <-turn }()
					return f.Standings(ctx, b, subjects, into)
				},
			}
		}},
		{"shows in a History what is appended during it", func() consent.Store {
			f := newReference()
			return &wrapped{Store: f, history: func(ctx context.Context, b string, s consent.Subject) iter.Seq2[consent.Record, error] {
				return func(yield func(consent.Record, error) bool) {
					given := map[[16]byte]bool{}
					for {
						all, err := collect(ctx, f, b, s)
						if err != nil {
							yield(consent.Record{}, err)
							return
						}
						i := slices.IndexFunc(all, func(r consent.Record) bool { return !given[r.ID] })
						if i < 0 {
							return
						}
						given[all[i].ID] = true
						if !yield(all[i], nil) {
							return
						}
					}
				}
			}}
		}},
	} {
		t.Run(odd.way, func(t *testing.T) {
			t.Parallel()
			if failed := failures(t, odd.store); len(failed) > 0 {
				t.Errorf("fails %s", strings.Join(failed, ", "))
			}
		})
	}
}

// TestNames holds the comment on Store and the cases to the same names, so that there is no
// "must" without a test and no test without a "must".
func TestNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../store.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var contract string
	for _, d := range file.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.TYPE {
			continue
		}
		for _, spec := range d.Specs {
			if spec.(*ast.TypeSpec).Name.Name == "Store" {
				contract = strings.Join(strings.Fields(d.Doc.Text()), " ")
			}
		}
	}
	var documented []string
	for _, list := range regexp.MustCompile(`\(([A-Z]\w*/\w+(?:, [A-Z]\w*/\w+)*)\)`).FindAllStringSubmatch(contract, -1) {
		documented = append(documented, strings.Split(list[1], ", ")...)
	}
	var tested []string
	for _, c := range cases() {
		tested = append(tested, c.name)
		if c.rule == "" {
			t.Errorf("%s has no rule", c.name)
		}
	}
	slices.Sort(documented)
	documented = slices.Compact(documented) // one case may hold a store to two sentences
	slices.Sort(tested)
	if len(tested) == 0 || !slices.Equal(documented, tested) {
		t.Errorf("the comment on Store and the cases differ\nonly in the comment: %q\nonly in the cases: %q", without(documented, tested), without(tested, documented))
	}
	if twice := slices.Compact(slices.Clone(tested)); len(twice) != len(tested) {
		t.Errorf("a name is there twice: %q", tested)
	}
	for _, sentence := range regexp.MustCompile(`[.:] (#|[A-Z])`).Split(strings.ReplaceAll(contract, `"must"`, ""), -1) {
		if strings.Contains(sentence, "must ") && !regexp.MustCompile(`\([A-Z]?\w*/\w+`).MatchString(sentence) {
			t.Errorf("a must that names no case: %s", sentence)
		}
	}
}

func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(others, n) })
}

// TestCaught has every case found out by some broken store.
func TestCaught(t *testing.T) {
	for _, c := range cases() {
		if !slices.ContainsFunc(broken, func(b struct {
			fault string
			store func() consent.Store
			fails []string
		}) bool {
			return slices.Contains(b.fails, c.name)
		}) {
			t.Errorf("no broken store is there for %s", c.name)
		}
	}
}

// TestRunFails runs the suite, in a process of its own, on a store whose
// errors tell whom they are about.
func TestRunFails(t *testing.T) {
	const inside = "STORETEST_RUN_FAILS"
	phone := person(1).String()
	if os.Getenv(inside) != "" {
		Run(t, func(*testing.T) consent.Store {
			f := newReference()
			return &wrapped{Store: f, append: func(_ context.Context, records []consent.Record) error {
				if len(records) == 0 {
					return nil
				}
				return fmt.Errorf("cannot insert %s, %s or US.13491208655302741918", records[0].Subject, strings.TrimPrefix(phone, "+"))
			}}
		})
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunFails$/^Append$/^(Again|None)$")
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("Run passes a store that keeps nothing:\n%s", out)
	}
	for _, want := range []string{
		"--- FAIL: TestRunFails/Append/Again",
		"rule: a record that is there already with the same content is skipped without error",
		"seen: Append of 1 records failed: cannot insert +19",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	for _, secret := range []string{phone, strings.TrimPrefix(phone, "+"), "13491208655302741918"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("the output shows a whole key")
		}
	}
	if strings.Contains(string(out), "FAIL: TestRunFails/Append/None") {
		t.Errorf("Append/None fails")
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"+19990000001":                    "+19*******01",
		"cannot insert +19990000001: no":  "cannot insert +19*******01: no",
		"key (acme, US.13491208655302)":   "key (acme, US.**********02)",
		"US.ENT.abcdefgh and US.a":        "US.**********gh and *****",
		"19990000001":                     "199******01",
		"2026-03-04T12:00:00.123456Z 100": "2026-03-04T12:00:00.123456Z 100",
	} {
		if got := mask(text); got != want {
			t.Errorf("mask(%q) is %q, want %q", text, got, want)
		}
	}
}
