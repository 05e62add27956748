package main

import (
	"bytes"
	"expvar"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

func Example() {
	os.Args = []string{"audit"}
	main()
	// Output:
	// {"level":"INFO","msg":"consent decision","message":{"business":"sunbread","phone":"+34*******78","user_id":"","category":"marketing","template":"weekly_offer"},"allowed":true,"opt_in":"0199c1a0-0000-7000-8000-000000000001"}
	// {"level":"INFO","msg":"consent decision","message":{"business":"sunbread","phone":"+34*******78","user_id":"","category":"calls"},"allowed":false,"reasons":["not_covered"]}
	// {"level":"INFO","msg":"consent decision","message":{"business":"sunbread","phone":"+34*******78","user_id":"","category":"marketing"},"allowed":false,"reasons":["template_required","window_closed"]}
	// {"level":"INFO","msg":"consent decision","message":{"business":"sunbread","phone":"+12*******23","user_id":"US.******************18","category":"marketing","template":"weekly_offer"},"allowed":false,"reasons":["no_opt_in"]}
	// {"level":"INFO","msg":"consent decision","message":{"business":"sunbread","phone":"+34*******78","user_id":"","category":"marketing","template":"weekly_offer"},"allowed":false,"reasons":["opted_out"]}
	//
	// allowed            1
	// no_opt_in          1
	// not_covered        1
	// opted_out          1
	// template_required  1
	// window_closed      1
}

func TestNoNumberInLog(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"612345678", "2015550123", "13491208655302741918"} {
		if strings.Contains(out.String(), number) {
			t.Errorf("the log shows a whole number or user ID")
		}
	}
}

// Run with -race: decisions come from many goroutines.
func TestConcurrent(t *testing.T) {
	audit := &audit{slog.New(slog.NewJSONHandler(io.Discard, nil)), new(expvar.Map)}
	ledger := consent.New(memstore.New(), consent.Config{OnDecision: audit.decision})
	message := consent.Message{BusinessID: "sunbread", Phone: consent.MustParsePhone("+34 612 34 56 78"), Category: consent.Calls}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if _, err := ledger.Check(t.Context(), message); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := audit.counts.Get("no_opt_in").String(); got != "400" {
		t.Errorf("counted %s decisions, want 400", got)
	}
}
