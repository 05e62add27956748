package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
	"golang.org/x/text/language"
)

// inbox handles inbound webhooks. It may be called by many goroutines at once.
type inbox struct {
	ledger     *consent.Ledger
	secret     []byte                      // the app's, to check signatures with
	businesses map[string]consent.Business // by phone number ID
	now        func() time.Time

	answer  func(person, string) // sends a reply inside the 24-hour window
	toTeam  func(person, string) // puts it before somebody's eyes
	onError func(error)          // tells whoever runs the service
}

// person is who wrote, and to which business.
type person struct {
	business consent.Business
	phone    consent.Phone
	userID   consent.UserID
}

// maxBody bounds what is read of a delivery.
const maxBody = 3 << 20

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	if err := verify(in.secret, body, r.Header.Get("X-Hub-Signature-256")); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	d, err := parseDelivery(body)
	if err != nil {
		in.onError(err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// One message that fails must not cost the opt-out in the next.
	failed := false
	for _, entry := range d.Entry {
		for _, change := range entry.Changes {
			for _, m := range change.Value.Messages {
				if err := in.take(r.Context(), change.Value.Metadata.PhoneNumberID, m); err != nil {
					in.onError(err)
					failed = true
				}
			}
		}
	}
	// Any status but 200 makes the platform deliver again. That is what is
	// wanted when an opt-out could not be stored, and harmless for the
	// messages that were: their IDs are the same then.
	if failed {
		http.Error(w, "not stored, deliver again", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// take acts on a message. An error means that it must be delivered again.
func (in *inbox) take(ctx context.Context, phoneNumberID string, m message) error {
	text := m.words()
	if text == "" {
		return nil
	}
	business, known := in.businesses[phoneNumberID]
	who := person{business: business, userID: consent.UserID(m.FromUserID)}
	if !who.userID.Subject().IsValid() {
		who.userID = ""
	}
	if m.From != "" {
		// The platform leaves out the +. What cannot be read is left to the user ID.
		who.phone, _ = consent.ParsePhone("+"+m.From, "")
	}
	if !known || m.ID == "" || !who.phone.IsValid() && who.userID == "" {
		// Delivering again would not help. Somebody has to find out whose message it is.
		in.toTeam(who, "message without a known business, a sender or an ID: "+text)
		return nil
	}

	// A real program also remembers m.at() as the person's LastInboundAt: it
	// opens the 24-hour window for replies.

	reply := consent.ReadReply(text, language.Und)
	switch reply.Intent {
	case consent.IntentStopAll, consent.IntentStopCategory:
		if err := in.stop(ctx, who, m, reply); err != nil {
			return err
		}
	case consent.IntentStart:
		// "START" says yes, but not to what. It is no opt-in by itself: show
		// the full text, and record the opt-in when the person agrees to that.
		in.answer(who, fmt.Sprintf("Would you like to receive offers from %s on WhatsApp? Reply YES to agree. Reply STOP at any time to end them.", business.Name))
	default:
		in.toTeam(who, text)
	}
	return nil
}

func (in *inbox) stop(ctx context.Context, who person, m message, reply consent.Reply) error {
	out := consent.OptOut{
		ID:         messageRecordID(m.ID),
		BusinessID: who.business.ID,
		Phone:      who.phone,
		UserID:     who.userID, // with both, both are opted out
		Source:     consent.SourceWhatsAppThread,
		Evidence:   consent.Evidence{Reference: m.ID, Extra: map[string]string{"text": cut(m.words())}},
	}
	what := "messages"
	if reply.Intent == consent.IntentStopCategory {
		out.Categories = []consent.Category{reply.Category}
		what = string(reply.Category) + " messages"
	}
	// A clock that is ahead of ours must not cost the opt-out: then it counts from now.
	if at := m.at(); !at.After(in.now()) {
		out.RequestedAt = at
	}
	_, err := in.ledger.OptOut(ctx, out)
	var malformed *consent.FieldError
	switch {
	case errors.As(err, &malformed), errors.Is(err, consent.ErrConflict):
		// It will be no better the next time, and it must not be lost.
		in.toTeam(who, fmt.Sprintf("an opt-out that could not be kept (%v): %s", err, m.words()))
		return nil
	case err != nil:
		return err
	}

	// A message that is delivered twice is answered twice here. If that
	// matters, keep the IDs of messages that have been answered.
	// An unsure stop is a stop all the same: a wrong one costs a message and
	// is undone with a word, a missed one is a breach.
	if reply.Unsure {
		in.answer(who, fmt.Sprintf("You will get no more %s from %s. Did you mean something else? Just write to us.", what, who.business.Name))
		in.toTeam(who, "not sure that this was a stop: "+m.words())
		return nil
	}
	in.answer(who, fmt.Sprintf("You will get no more %s from %s. Reply START if you change your mind.", what, who.business.Name))
	return nil
}

// messageRecordIDs is the root of the record IDs made from message IDs.
var messageRecordIDs = uuid.MustParse("0a3d7c54-4a0e-4c4b-9c1d-6c1e5a0f7b21")

// messageRecordID follows from the message's ID, so that a message that is
// delivered twice is one opt-out.
func messageRecordID(id string) uuid.UUID { return uuid.NewSHA1(messageRecordIDs, []byte(id)) }

// cut makes text fit for evidence: the ledger takes 16 KiB a value, which is
// WhatsApp's longest message in any script, and no NUL.
func cut(s string) string {
	const limit = 4000
	s = strings.ReplaceAll(s, "\x00", "")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
