// Inbound reads webhooks of the WhatsApp Business Platform and acts on what
// people write back: it records a stop, asks after a start, and hands
// the rest to the team.
//
//	go run ./examples/inbound
//
// It plays the deliveries of deliveries.jsonl to its own server; one of them comes twice, as it does in life.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

//go:embed deliveries.jsonl
var deliveries string

var (
	sunbread = consent.Business{ID: "sunbread", Name: "Sunbread Bakery"}
	secret   = []byte("the app secret of the developer console")
	now      = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ana      = consent.MustParsePhone("+34612345678")
	ben      = consent.MustParsePhone("+12015550123")
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "inbound:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	ledger := consent.New(memstore.New(), consent.Config{Now: func() time.Time { return now }})
	for i, phone := range []consent.Phone{ana, ben} {
		if _, err := ledger.OptIn(ctx, consent.OptIn{
			ID:         uuid.UUID{15: byte(i + 1)},
			Business:   sunbread,
			Phone:      phone,
			Categories: []consent.Category{consent.Marketing, consent.Utility},
			Source:     consent.SourceWebsite,
			Statement:  consent.Statement{Text: "I agree to receive offers and order updates from Sunbread Bakery on WhatsApp."},
			GivenAt:    now.AddDate(0, -1, 0),
		}); err != nil {
			return err
		}
	}

	server := httptest.NewServer(&inbox{
		ledger:     ledger,
		secret:     secret,
		businesses: map[string]consent.Business{"106540352242922": sunbread},
		now:        func() time.Time { return now },
		answer:     func(who person, text string) { fmt.Fprintf(out, "  answer to %s: %s\n", who, text) },
		toTeam:     func(who person, text string) { fmt.Fprintf(out, "  for the team, from %s: %q\n", who, text) },
		onError:    func(err error) { fmt.Fprintf(out, "  error: %v\n", err) },
	})
	defer server.Close()

	number := 0
	for line := range strings.Lines(deliveries) {
		number++
		fmt.Fprintf(out, "delivery %d\n", number)
		status, err := post(ctx, server.Client(), server.URL, strings.TrimSpace(line))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  %s\n", status)
	}

	fmt.Fprintln(out, "\nafterwards")
	for _, phone := range []consent.Phone{ana, ben} {
		for _, category := range []consent.Category{consent.Marketing, consent.Utility} {
			template := &consent.Template{Name: "t", Language: "en", Category: category, Status: consent.TemplateApproved}
			d, err := ledger.Check(ctx, consent.Message{BusinessID: sunbread.ID, Phone: phone, Category: category, Template: template})
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "  %s %-9s  %t %v\n", phone, category, d.Allowed, d.Reasons)
		}
	}
	fmt.Fprintf(out, "\nrecords of %s\n", ben)
	for r, err := range ledger.History(ctx, sunbread.ID, ben.Subject()) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  %s %s %s %q\n", r.OccurredAt.Format(time.DateTime), r.Kind, r.Evidence.Reference, r.Evidence.Extra["text"])
	}
	return nil
}

// String names the person with number or user ID masked, for people to read.
func (p person) String() string {
	switch {
	case p.phone.IsValid():
		return p.phone.String()
	case p.userID != "":
		return p.userID.LogValue().String()
	}
	return "somebody unknown"
}

// post delivers a body as the platform does.
func post(ctx context.Context, client *http.Client, url, body string) (status string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(signature(secret, []byte(body))))
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return response.Status, nil
}
