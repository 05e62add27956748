// Quickstart reads opt-ins and opt-outs from a CSV file, keeps the valid ones
// and tells for a small campaign who may be sent what, and why not:
//
//	go run ./examples/quickstart [-db consent.db] [file.csv]
//
// Without a CSV file it reads the sample optins.csv beside this program. The
// records are kept in an SQLite file, a temporary one if -db names none; run
// it twice on the same file, and nothing is kept twice.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
)

//go:embed optins.csv
var sample []byte

// sampleTime is when the sample is judged, so that it always prints the same.
var sampleTime = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// businesses are who asks for permission, by ID. Name is what the opt-in texts
// must contain; Names are the other names that people know the business by.
var businesses = map[string]consent.Business{
	"sunbread": {ID: "sunbread", Name: "Sunbread Bakery Ltd", Names: []string{"Sunbread"}},
	"harbour":  {ID: "harbour", Name: "Harbour & Hill Outdoor GmbH"},
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: quickstart [-db consent.db] [file.csv]")
		flags.PrintDefaults()
	}
	path := flags.String("db", "", "SQLite `file` to keep the records in (default a temporary file)")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	data, now := sample, func() time.Time { return sampleTime }
	switch flags.NArg() {
	case 0:
	case 1:
		if data, err = os.ReadFile(flags.Arg(0)); err != nil {
			return err
		}
		now = time.Now
	default:
		return fmt.Errorf("one CSV file at a time, not %d", flags.NArg())
	}

	rows, malformed, err := readRows(data)
	if err != nil {
		return err
	}
	people := peopleOf(rows)

	if *path == "" {
		if *path, err = temporaryFile(); err != nil {
			return err
		}
	}
	store, db, err := openStore(ctx, *path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	fmt.Fprintln(stderr, "quickstart: the records are kept in", *path)

	// The zero Policy is WhatsApp's own rules; a real program leaves Now out.
	ledger := consent.New(store, consent.Config{Now: now})

	before, err := held(ctx, ledger, people)
	if err != nil {
		return err
	}
	outcomes, lines, err := takeAll(ctx, ledger, rows, before)
	if err != nil {
		return err
	}
	after, err := held(ctx, ledger, people)
	if err != nil {
		return err
	}
	everybody, some := offers(people), samples(people, now())
	answers, err := decide(ctx, ledger, everybody)
	if err != nil {
		return err
	}
	details, err := decide(ctx, ledger, some)
	if err != nil {
		return err
	}

	p := &printer{w: stdout, lines: lines}
	p.kept(outcomes)
	p.refused(outcomes)
	p.followUp(outcomes)
	p.malformed(malformed)
	p.stored(len(before), len(after))
	p.totals(everybody, answers)
	p.decisions(some, details)
	if len(people) > 0 {
		who := busiest(people, 1)[0]
		if err := p.history(ledger.History(ctx, who.business, who.phone.Subject()), who); err != nil {
			return err
		}
	}
	return p.err
}

// outcome is what became of a row.
type outcome struct {
	row
	record     consent.Record
	evaluation consent.Evaluation
	refused    error  // nil: kept
	note       string // on a row that was there already
}

// takeAll gives the rows to the ledger and tells where in the file each record first stands.
func takeAll(ctx context.Context, ledger *consent.Ledger, rows []row, before map[uuid.UUID]bool) ([]outcome, map[uuid.UUID]int, error) {
	outcomes := make([]outcome, 0, len(rows))
	lines := map[uuid.UUID]int{}
	for _, r := range rows {
		o, err := take(ctx, ledger, r)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", r.line, err)
		}
		if o.refused == nil {
			if first, again := lines[o.record.ID]; again {
				o.note = fmt.Sprintf("same as line %d", first)
			} else {
				lines[o.record.ID] = r.line
				if before[o.record.ID] {
					o.note = "kept by an earlier run"
				}
			}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, lines, nil
}

// take gives a row to the ledger. Its error means that the ledger could not
// answer, which is something else than a row refused.
func take(ctx context.Context, ledger *consent.Ledger, r row) (outcome, error) {
	o := outcome{row: r}
	if r.phoneErr != nil {
		o.refused = r.phoneErr
		return o, nil
	}
	var receipt consent.Receipt
	var err error
	if r.kind == consent.KindOptIn {
		receipt, err = ledger.OptIn(ctx, consent.OptIn{
			ID:         r.recordID(),
			Business:   r.business,
			Phone:      r.phone,
			Categories: r.categories,
			Source:     r.source,
			Statement:  consent.Statement{Text: r.text},
			Evidence:   consent.Evidence{Reference: r.reference},
			GivenAt:    r.at,
		})
	} else {
		receipt, err = ledger.OptOut(ctx, consent.OptOut{
			ID:          r.recordID(),
			BusinessID:  r.business.ID,
			Phone:       r.phone,
			Categories:  r.categories,
			Source:      r.source,
			Evidence:    consent.Evidence{Reference: r.reference, Extra: words(r.text)},
			RequestedAt: r.at,
		})
	}
	o.record, o.evaluation = receipt.Record, receipt.Evaluation

	// These three are about the row. Any other error is the store's: nothing
	// is known of the row then, and the program must not go on as if it were.
	var broken *consent.PolicyError
	var malformed *consent.FieldError
	if errors.As(err, &broken) || errors.As(err, &malformed) || errors.Is(err, consent.ErrConflict) {
		o.refused, err = err, nil
	}
	return o, err
}

// words keeps what the person wrote beside an opt-out, as part of the proof.
func words(text string) map[string]string {
	if text == "" {
		return nil
	}
	return map[string]string{"text": text}
}

// held returns the IDs of the records that the store has of people.
func held(ctx context.Context, ledger *consent.Ledger, people []person) (map[uuid.UUID]bool, error) {
	ids := map[uuid.UUID]bool{}
	for _, who := range people {
		for record, err := range ledger.History(ctx, who.business, who.phone.Subject()) {
			if err != nil {
				return nil, err
			}
			ids[record.ID] = true
		}
	}
	return ids, nil
}
