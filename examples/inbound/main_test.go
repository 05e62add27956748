package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
)

func Example() {
	os.Args = []string{"inbound"}
	main()
	// Output:
	// delivery 1
	//   for the team, from +34*******78: "What time do you open tomorrow?"
	//   200 OK
	// delivery 2
	//   answer to +34*******78: You will get no more marketing messages from Sunbread Bakery. Reply START if you change your mind.
	//   200 OK
	// delivery 3
	//   answer to +12*******23: You will get no more messages from Sunbread Bakery. Reply START if you change your mind.
	//   answer to +61*******56: You will get no more messages from Sunbread Bakery. Did you mean something else? Just write to us.
	//   for the team, from +61*******56: "not sure that this was a stop: Cancel it"
	//   200 OK
	// delivery 4
	//   answer to +12*******23: You will get no more messages from Sunbread Bakery. Reply START if you change your mind.
	//   200 OK
	// delivery 5
	//   answer to US.******************18: You will get no more messages from Sunbread Bakery. Reply START if you change your mind.
	//   200 OK
	// delivery 6
	//   answer to +12*******23: Would you like to receive offers from Sunbread Bakery on WhatsApp? Reply YES to agree. Reply STOP at any time to end them.
	//   200 OK
	// delivery 7
	//   200 OK
	//
	// afterwards
	//   +34*******78 marketing  false [opted_out]
	//   +34*******78 utility    true []
	//   +12*******23 marketing  false [opted_out]
	//   +12*******23 utility    false [opted_out]
	//
	// records of +12*******23
	//   2026-02-02 12:00:00 opt_in  ""
	//   2026-03-02 09:02:00 opt_out wamid.B1 "Please stop messaging me 🙏"
}

// fixture is an inbox that writes down what it does.
type fixture struct {
	inbox
	store   *flaky
	answers []string
	team    []string
	errs    []error
}

// flaky is a store that fails when told to.
type flaky struct {
	consent.Store
	err error
}

func (f *flaky) Append(ctx context.Context, records ...consent.Record) error {
	if f.err != nil {
		return f.err
	}
	return f.Store.Append(ctx, records...)
}

func newFixture() *fixture {
	f := &fixture{store: &flaky{Store: memstore.New()}}
	clock := func() time.Time { return now }
	f.inbox = inbox{
		ledger:     consent.New(f.store, consent.Config{Now: clock}),
		secret:     secret,
		businesses: map[string]consent.Business{"1": sunbread},
		now:        clock,
		answer:     func(who person, text string) { f.answers = append(f.answers, who.String()+": "+text) },
		toTeam:     func(who person, text string) { f.team = append(f.team, who.String()+": "+text) },
		onError:    func(err error) { f.errs = append(f.errs, err) },
	}
	return f
}

func (f *fixture) deliver(body string) int {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(signature(secret, []byte(body))))
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Code
}

// text is a delivery of one message, with more fields of it if given.
func text(id, from, words, more string) string {
	return fmt.Sprintf(`{"entry":[{"changes":[{"value":{"metadata":{"phone_number_id":"1"},"messages":[{"id":%s,"from":%s,"text":{"body":%s}%s}]}}]}]}`,
		quote(id), quote(from), quote(words), more)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (f *fixture) history(t *testing.T, s consent.Subject) []consent.Record {
	t.Helper()
	var all []consent.Record
	for r, err := range f.ledger.History(t.Context(), sunbread.ID, s) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestRejected(t *testing.T) {
	f := newFixture()
	if code := f.deliver("{"); code != http.StatusBadRequest || len(f.errs) != 1 {
		t.Errorf("broken JSON: status %d, errors %v", code, f.errs)
	}
	if code := f.deliver(strings.Repeat(" ", maxBody+1)); code != http.StatusBadRequest {
		t.Errorf("huge body: status %d", code)
	}
	for _, header := range []string{"", "sha256=", "sha256=zz", "sha256=" + strings.Repeat("0", 64)} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text("m", "12015550123", "STOP", "")))
		r.Header.Set("X-Hub-Signature-256", header)
		w := httptest.NewRecorder()
		if f.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
			t.Errorf("signature %q: status %d", header, w.Code)
		}
	}
	w := httptest.NewRecorder()
	if f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: status %d", w.Code)
	}
	if len(f.history(t, ben.Subject())) != 0 {
		t.Error("something was stored")
	}
}

// An opt-out that the store could not take is asked for again, and the others of the delivery are not lost.
func TestStoreFailure(t *testing.T) {
	f := newFixture()
	stop := text("m", "12015550123", "STOP", "")
	f.store.err = errors.New("disk on fire")
	if code := f.deliver(stop); code != http.StatusInternalServerError || len(f.errs) != 1 || len(f.answers) != 0 {
		t.Errorf("status %d, errors %v, answers %v", code, f.errs, f.answers)
	}
	f.store.err = nil
	for range 2 {
		if code := f.deliver(stop); code != http.StatusOK {
			t.Errorf("delivered again: status %d", code)
		}
	}
	if records := f.history(t, ben.Subject()); len(records) != 1 || !records[0].OccurredAt.Equal(now) {
		t.Errorf("%d records, want one, of now", len(records))
	}
}

func TestSenders(t *testing.T) {
	const userID = "US.13491208655302741918"
	f := newFixture()
	f.deliver(text("both", "12015550123", "STOP", `,"from_user_id":"`+userID+`"`))
	f.deliver(text("bad number", "12", "STOP", `,"from_user_id":"US.2"`))
	f.deliver(text("bad ID", "34612345678", "STOP", `,"from_user_id":"?"`))
	for name, s := range map[string]consent.Subject{
		"the phone of both": ben.Subject(), "the user ID of both": consent.UserID(userID).Subject(),
		"the user ID beside a bad number": consent.UserID("US.2").Subject(), "the number beside a bad user ID": ana.Subject(),
	} {
		if n := len(f.history(t, s)); n != 1 {
			t.Errorf("%s: %d records, want 1", name, n)
		}
	}
	if len(f.team) != 0 || len(f.errs) != 0 {
		t.Errorf("team %v, errors %v", f.team, f.errs)
	}
}

// What cannot be kept is put before somebody: it would be no better the next time.
func TestForTheTeam(t *testing.T) {
	for name, body := range map[string]string{
		"nobody":           text("m", "", "STOP", ""),
		"no ID":            text("", "12015550123", "STOP", ""),
		"unknown business": strings.Replace(text("m", "12015550123", "STOP", ""), `"1"`, `"2"`, 1),
		"endless ID":       text(strings.Repeat("m", 20_000), "12015550123", "STOP", ""),
		"a question":       text("m", "12015550123", "Do you sell rye bread?", ""),
	} {
		f := newFixture()
		if code := f.deliver(body); code != http.StatusOK || len(f.team) != 1 || len(f.errs) != 0 {
			t.Errorf("%s: status %d, team %v, errors %v", name, code, f.team, f.errs)
		}
	}
	f := newFixture()
	f.deliver(text("m", "12015550123", "STOP", ""))
	f.deliver(text("m", "12015550123", "Stop promotions", "")) // the same ID with other words
	if len(f.team) != 1 || len(f.history(t, ben.Subject())) != 1 {
		t.Errorf("conflict: team %v", f.team)
	}
}

func TestOtherMessages(t *testing.T) {
	f := newFixture()
	button := `{"entry":[{"changes":[{"value":{"metadata":{"phone_number_id":"1"},"messages":[
		{"id":"a","from":"12015550123","type":"image"},
		{"id":"b","from":"12015550123","timestamp":"99999999999","interactive":{"button_reply":{"title":"Stop promotions"}}}]}}]}]}`
	if code := f.deliver(button); code != http.StatusOK {
		t.Errorf("status %d", code)
	}
	records := f.history(t, ben.Subject())
	if len(records) != 1 || len(records[0].Categories) != 1 || records[0].Categories[0] != consent.Marketing || !records[0].OccurredAt.Equal(now) {
		t.Errorf("records %v, want one opt-out of marketing, of now", records)
	}
	f.deliver(text("c", "34612345678", "STOP\x00 "+strings.Repeat("!", 3000), ""))
	if n := len(f.history(t, ana.Subject())); n != 1 {
		t.Errorf("long message with NUL: %d records, team %v", n, f.team)
	}
}
