package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/sqlstore"
)

// TestMeasure compares the Store with bare SQL, in turn and in one run, and prints
// the tables of README.md. It takes minutes: set CONSENT_MEASURE to the number of
// people, such as 1000000.
func TestMeasure(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("CONSENT_MEASURE"))
	if n == 0 {
		t.Skip("set CONSENT_MEASURE to a number of people, such as 1000000, to measure")
	}
	for _, x := range targets() {
		t.Run(x.name, func(t *testing.T) {
			measureAppend(t, x)
			measureDurable(t, x)
			db, s := x.store(t)
			fill(t, s, n)
			if x.dialect == sqlstore.PostgreSQL {
				if _, err := db.Exec("ANALYZE consent_standings"); err != nil {
					t.Fatal(err)
				}
			}
			measureCheck(t, x, db, s, n)
			measureStandings(t, x, db, s, n)
		})
	}
}

// number returns the i-th of many people. The range is one in use, as Check wants.
func number(i int) consent.Subject {
	s, err := consent.ParseSubject(fmt.Sprintf("+346%08d", i*7%100_000_000))
	if err != nil {
		panic(err)
	}
	return s
}

func report(t *testing.T, what, bare, store string, ratio float64) {
	t.Helper()
	fmt.Printf("| %s | %s | %s | %s | %.2f |\n", strings.TrimPrefix(t.Name(), "TestMeasure/"), what, bare, store, ratio)
}

func fill(t *testing.T, s *sqlstore.Store, n int) {
	t.Helper()
	for from := 0; from < n; from += 10_000 {
		var records []consent.Record
		for i := from; i < min(from+10_000, n); i++ {
			r := optIn(number(i), consent.Marketing)
			r.Evidence = consent.Evidence{}
			records = append(records, r)
		}
		if err := s.Append(t.Context(), records...); err != nil {
			t.Fatal(err)
		}
	}
}

// mark is the placeholder of parameter i in dialect d.
func mark(d sqlstore.Dialect, i int) string {
	if d == sqlstore.PostgreSQL {
		return "$" + strconv.Itoa(i)
	}
	return "?"
}

// median runs each of ways in turn, five rounds of them, and returns the median time of each.
func median(t *testing.T, ways ...func()) []time.Duration {
	t.Helper()
	times := make([][]time.Duration, len(ways))
	for range 5 {
		for i, way := range ways {
			began := time.Now()
			way()
			times[i] = append(times[i], time.Since(began))
		}
	}
	out := make([]time.Duration, len(ways))
	for i, list := range times {
		slices.Sort(list)
		out[i] = list[len(list)/2]
	}
	return out
}

// bareRow is what the bare SQL scans.
type bareRow struct {
	category, kind string
	occurred       int64
	expires        sql.NullInt64
	id             []byte
}

func measureCheck(t *testing.T, x target, db *sql.DB, s *sqlstore.Store, n int) {
	const calls = 10_000
	ctx := t.Context()
	stmt, err := db.Prepare("SELECT category, kind, occurred_at, expires_at, record_id FROM consent_standings WHERE business = " + mark(x.dialect, 1) + " AND subject = " + mark(x.dialect, 2))
	if err != nil {
		t.Fatal(err)
	}
	phones := make([]consent.Phone, calls)
	for i := range phones {
		if phones[i], err = consent.ParsePhone(number(rand.IntN(n)).String(), ""); err != nil {
			t.Fatal(err)
		}
	}
	ledger := consent.New(s, consent.Config{})
	into := make([]consent.Standing, 1)
	times := median(t, func() {
		for _, p := range phones {
			rows, err := stmt.QueryContext(ctx, business, p.E164())
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var r bareRow
				if err := rows.Scan(&r.category, &r.kind, &r.occurred, &r.expires, &r.id); err != nil {
					t.Fatal(err)
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			rows.Close()
		}
	}, func() {
		for _, p := range phones {
			if err := s.Standings(ctx, business, []consent.Subject{p.Subject()}, into); err != nil {
				t.Fatal(err)
			}
		}
	}, func() {
		for _, p := range phones {
			d, err := ledger.Check(ctx, consent.Message{
				BusinessID: business, Phone: p, Category: consent.Marketing,
				Template: &consent.Template{Category: consent.Marketing, Status: consent.TemplateApproved},
			})
			if err != nil || !d.Allowed {
				t.Fatal(d, err)
			}
		}
	})
	per := func(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d.Microseconds())/calls) }
	report(t, "one `Standings`, against a prepared SELECT", per(times[0]), per(times[1]), float64(times[1])/float64(times[0]))
	report(t, "one `Check`, against a prepared SELECT", per(times[0]), per(times[2]), float64(times[2])/float64(times[0]))
}

func measureStandings(t *testing.T, x target, db *sql.DB, s *sqlstore.Store, n int) {
	ctx := t.Context()
	const columns = "SELECT subject, category, kind, occurred_at, expires_at, record_id FROM consent_standings WHERE business = "
	for _, audience := range []int{n, n / 20} {
		subjects := make([]consent.Subject, audience)
		for i := range subjects {
			subjects[i] = number(i * (n / audience))
		}
		rand.Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
		into := make([]consent.Standing, len(subjects))

		collect := func(rows *sql.Rows, err error, place map[string]int) {
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var subject, category, kind, id sql.RawBytes
			var occurred int64
			var expires sql.NullInt64
			for rows.Next() {
				if err := rows.Scan(&subject, &category, &kind, &occurred, &expires, &id); err != nil {
					t.Fatal(err)
				}
				i, ok := place[string(subject)]
				if !ok {
					continue
				}
				e := consent.Entry{Category: consent.Category(category), Kind: consent.Kind(kind), OccurredAt: time.UnixMicro(occurred)}
				if len(id) == 16 {
					copy(e.RecordID[:], id)
				} else {
					e.RecordID, _ = uuid.ParseBytes(id)
				}
				into[i] = append(into[i], e)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
		}
		index := func() map[string]int {
			place := make(map[string]int, len(subjects))
			for i, subject := range subjects {
				place[subject.String()] = i
				into[i] = into[i][:0]
			}
			return place
		}
		stream := func() {
			place := index()
			rows, err := db.QueryContext(ctx, columns+mark(x.dialect, 1), business)
			collect(rows, err, place)
		}
		in := func() {
			place := index()
			keys := make([]string, len(subjects))
			for i, subject := range subjects {
				keys[i] = subject.String()
			}
			slices.Sort(keys)
			for chunk := range slices.Chunk(keys, 1000) {
				args := []any{business}
				marks := make([]string, len(chunk))
				for i, key := range chunk {
					args = append(args, key)
					marks[i] = mark(x.dialect, i+2)
				}
				rows, err := db.QueryContext(ctx, columns+mark(x.dialect, 1)+" AND subject IN ("+strings.Join(marks, ",")+")", args...)
				collect(rows, err, place)
			}
		}
		const single = 5_000
		one := func() {
			for i := range min(single, len(subjects)) {
				if err := s.Standings(ctx, business, subjects[i:i+1], into[i:]); err != nil {
					t.Fatal(err)
				}
			}
		}
		store := func() {
			if err := s.Standings(ctx, business, subjects, into); err != nil {
				t.Fatal(err)
			}
		}
		times := median(t, one, stream, in, store)
		best := min(times[1], times[2])
		name := fmt.Sprintf("`Standings` of %d of %d, against ", audience, n)
		secs := func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
		oneByOne := time.Duration(float64(times[0]) * float64(audience) / float64(min(single, len(subjects))))
		report(t, name+"one by one (scaled)", secs(oneByOne), secs(times[3]), float64(times[3])/float64(oneByOne))
		report(t, name+"reading the business", secs(times[1]), secs(times[3]), float64(times[3])/float64(times[1]))
		report(t, name+"sorted IN of 1,000", secs(times[2]), secs(times[3]), float64(times[3])/float64(times[2]))
		report(t, name+"the best of these", secs(best), secs(times[3]), float64(times[3])/float64(best))
	}
}

// bareStandings leaves out what only MySQL's table has.
const bareStandings = "consent_standings (business, subject, category, kind, occurred_at, expires_at, record_id)"

// bareInsert is a multi-row INSERT of rows into a table of the test's own.
func bareInsert(ctx context.Context, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, d sqlstore.Dialect, table string, width int, args []any,
) error {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " VALUES ")
	for i := range args {
		switch {
		case i%width > 0:
			b.WriteString(",")
		case i > 0:
			b.WriteString("),(")
		default:
			b.WriteString("(")
		}
		b.WriteString(mark(d, i+1))
	}
	b.WriteString(")")
	_, err := db.ExecContext(ctx, b.String(), args...)
	return err
}

// bareArgs are the columns of a record and of its standing, as the Store writes them.
func bareArgs(d sqlstore.Dialect, r consent.Record) (record, standing []any) {
	var id any = r.ID[:]
	if d == sqlstore.PostgreSQL {
		id = r.ID.String()
	}
	record = []any{
		r.BusinessID, r.Subject.String(), id, string(r.Kind), r.BusinessName, `["marketing"]`, string(r.Source),
		r.OccurredAt.UnixMicro(), r.RecordedAt.UnixMicro(), nil, make([]byte, 32),
		`{"reference":"form-8812","url":"https://panaderia.example/alta","ip":"203.0.113.7","user_agent":"Mozilla/5.0"}`,
	}
	return record, []any{r.BusinessID, r.Subject.String(), "marketing", string(r.Kind), r.OccurredAt.UnixMicro(), nil, id}
}

func measureAppend(t *testing.T, x target) {
	const rows, batch = 50_000, 1_000
	size := batch // rows of a bare statement
	if x.dialect == sqlstore.SQLite {
		size = 50 // larger ones are slower
	}
	ctx := t.Context()
	_, s := x.store(t)
	next := 0
	batches := func() (list [][]consent.Record) {
		for range rows / batch {
			var records []consent.Record
			for range batch {
				records = append(records, optIn(number(next), consent.Marketing))
				next++
			}
			list = append(list, records)
		}
		return list
	}
	other, _ := x.store(t) // its tables, without its Store
	bare := func(standings bool) func() {
		return func() {
			for _, records := range batches() {
				var a, b []any
				for _, r := range records {
					record, standing := bareArgs(x.dialect, r)
					a, b = append(a, record...), append(b, standing...)
				}
				tx, err := other.BeginTx(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				for part := range slices.Chunk(a, 12*size) {
					if err := bareInsert(ctx, tx, x.dialect, "consent_records", 12, part); err != nil {
						t.Fatal(err)
					}
				}
				if standings {
					for part := range slices.Chunk(b, 7*size) {
						if err := bareInsert(ctx, tx, x.dialect, bareStandings, 7, part); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := tx.Commit(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	times := median(t, bare(true), bare(false), func() {
		for _, records := range batches() {
			if err := s.Append(ctx, records...); err != nil {
				t.Fatal(err)
			}
		}
	})
	rate := func(d time.Duration) string { return fmt.Sprintf("%.0f/s", rows/d.Seconds()) }
	report(t, "`Append` of 1,000, against multi-row INSERTs of the same rows into both tables", rate(times[0]), rate(times[2]), float64(times[0])/float64(times[2]))
	report(t, "`Append` of 1,000, against a multi-row INSERT of the records alone", rate(times[1]), rate(times[2]), float64(times[1])/float64(times[2]))
}

func measureDurable(t *testing.T, x target) {
	for _, writers := range []int{1, 8, 64} {
		ctx := t.Context()
		db, s := x.store(t)
		db.SetMaxOpenConns(min(writers+1, 66))
		db.SetMaxIdleConns(66)
		var next atomic.Int64
		run := func(write func(consent.Record) error) float64 {
			var done atomic.Int64
			end := time.Now().Add(2 * time.Second)
			var wg sync.WaitGroup
			began := time.Now()
			for range writers {
				wg.Go(func() {
					for time.Now().Before(end) {
						if err := write(optIn(number(int(next.Add(1))), consent.Marketing)); err != nil {
							t.Error(err)
							return
						}
						done.Add(1)
					}
				})
			}
			wg.Wait()
			return float64(done.Load()) / time.Since(began).Seconds()
		}
		var bare, both, store []float64
		for range 3 {
			bare = append(bare, run(func(r consent.Record) error {
				record, _ := bareArgs(x.dialect, r)
				return bareInsert(ctx, db, x.dialect, "consent_records", 12, record)
			}))
			both = append(both, run(func(r consent.Record) error {
				record, standing := bareArgs(x.dialect, r)
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					return err
				}
				defer tx.Rollback()
				if err := bareInsert(ctx, tx, x.dialect, "consent_records", 12, record); err != nil {
					return err
				}
				if err := bareInsert(ctx, tx, x.dialect, bareStandings, 7, standing); err != nil {
					return err
				}
				return tx.Commit()
			}))
			store = append(store, run(func(r consent.Record) error { return s.Append(ctx, r) }))
		}
		slices.Sort(bare)
		slices.Sort(both)
		slices.Sort(store)
		rate := func(f []float64) string { return fmt.Sprintf("%.0f/s", f[1]) }
		name := fmt.Sprintf("durable `Append`, %d writers, against ", writers)
		report(t, name+"a bare INSERT each", rate(bare), rate(store), store[1]/bare[1])
		report(t, name+"a bare transaction each of both rows", rate(both), rate(store), store[1]/both[1])
	}
}
