// Audit logs every decision as a line of JSON and counts the reasons:
//
//	go run ./examples/audit
//
// The log shows numbers masked, so that it may be kept where the consent
// records themselves may not.
package main

import (
	"context"
	"expvar"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

// audit is told of every decision. It is called by many goroutines at once,
// which slog and expvar are made for.
type audit struct {
	log    *slog.Logger
	counts *expvar.Map // "allowed", or a reason → how often
}

func (a *audit) decision(ctx context.Context, m consent.Message, d consent.Decision) {
	// Message is a slog.LogValuer that masks the person's number and user ID.
	// Log it as a whole; m.Phone.E164() would put the number into the log.
	attrs := []slog.Attr{slog.Any("message", m), slog.Bool("allowed", d.Allowed)}
	if len(d.Reasons) > 0 {
		attrs = append(attrs, slog.Any("reasons", d.Reasons))
	}
	if d.OptIn != uuid.Nil {
		attrs = append(attrs, slog.String("opt_in", d.OptIn.String()))
	}
	// A "no" is everyday business: no warning.
	a.log.LogAttrs(ctx, slog.LevelInfo, "consent decision", attrs...)

	if d.Allowed {
		a.counts.Add("allowed", 1)
	}
	for _, reason := range d.Reasons {
		a.counts.Add(string(reason), 1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	// A real audit log keeps the time; here the output must be the same every day.
	handler := slog.NewJSONHandler(out, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})
	// In a server, expvar.NewMap("consent_decisions") shows it under /debug/vars.
	counts := new(expvar.Map)
	audit := &audit{slog.New(handler), counts}

	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ledger := consent.New(memstore.New(), consent.Config{
		Now:        func() time.Time { return now },
		OnDecision: audit.decision,
	})

	ana, ben := consent.MustParsePhone("+34 612 34 56 78"), consent.MustParsePhone("+1 201-555-0123")
	if _, err := ledger.OptIn(ctx, consent.OptIn{
		ID:         uuid.MustParse("0199c1a0-0000-7000-8000-000000000001"),
		Business:   consent.Business{ID: "sunbread", Name: "Sunbread Bakery Ltd"},
		Phone:      ana,
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement:  consent.Statement{Text: "I agree to receive offers from Sunbread Bakery on WhatsApp."},
		Evidence:   consent.Evidence{Reference: "form-1"},
		GivenAt:    now.AddDate(0, -1, 0),
	}); err != nil {
		return err
	}

	offer := &consent.Template{Name: "weekly_offer", Language: "en", Category: consent.Marketing, Status: consent.TemplateApproved}
	message := consent.Message{BusinessID: "sunbread", Phone: ana, Category: consent.Marketing, Template: offer}
	call := consent.Message{BusinessID: "sunbread", Phone: ana, Category: consent.Calls}
	freeForm := consent.Message{BusinessID: "sunbread", Phone: ana, Category: consent.Marketing, LastInboundAt: now.Add(-25 * time.Hour)}
	stranger := consent.Message{BusinessID: "sunbread", Phone: ben, UserID: "US.13491208655302741918", Category: consent.Marketing, Template: offer}

	// The hook sees single questions and whole campaigns alike.
	if _, err := ledger.Check(ctx, message); err != nil {
		return err
	}
	if _, err := ledger.CheckAll(ctx, []consent.Message{call, freeForm, stranger}); err != nil {
		return err
	}
	if _, err := ledger.OptOut(ctx, consent.OptOut{BusinessID: "sunbread", Phone: ana, RequestedAt: now}); err != nil {
		return err
	}
	if _, err := ledger.Check(ctx, message); err != nil {
		return err
	}

	fmt.Fprintln(out)
	counts.Do(func(kv expvar.KeyValue) { fmt.Fprintf(out, "%-18s %s\n", kv.Key, kv.Value) })
	return nil
}
