package wording

import (
	"testing"

	"golang.org/x/text/language"
)

// TestNobodyAgreed wants statements that only look like an opt-in not to pass,
// and their neighbours that are one to pass still.
func TestNobodyAgreed(t *testing.T) {
	for _, tc := range []struct {
		lang, text string
		pass       bool
	}{
		{"en", "Acme Ltd would like to send you offers.", false},
		{"en", "Acme Ltd would like to send you offers. No thanks.", false},
		{"en", "Acme Ltd would like to send me offers. I agree.", true},
		{"en", "I would like Acme Ltd to send me offers.", true},
		{"en", "If I agree to receive messages from Acme Ltd, I will say so.", false},
		{"de", "Wenn ich zustimme, Nachrichten von Acme Ltd zu erhalten, sage ich es.", false},
		{"fr", "Si j'accepte de recevoir des messages de Acme Ltd, je le dirai.", false},
		{"es", "Si acepto recibir mensajes de Acme Ltd, lo diré.", false},
		{"en", "If you agree to receive messages from Acme Ltd, reply YES.", true},
		{"en", "It is false that I agree to receive messages from Acme Ltd.", false},
		{"en", "I agreed to receive messages from Acme Ltd until last year.", false},
		{"en", "My wife agrees to receive messages from Acme Ltd.", false},
		{"en", "I agree to receive an email from Acme Ltd.", false},
		{"en", "I agree to receive e-mail newsletters from Acme Ltd by email only.", false},
		{"en", "I agree to receive messages from Acme Ltd by email and WhatsApp.", true},
		{"es", "Acepto recibir un correo electrónico de Acme Ltd.", false},
		{"fr", "J'accepte de recevoir un e-mail de Acme Ltd.", false},
		{"de", "Ich stimme zu, Nachrichten von Acme Ltd per E-Mail zu erhalten.", false},
	} {
		got := review(tc.text, language.Make(tc.lang), []string{"Acme Ltd"}).Statement
		if (got.Verdict == Pass) != tc.pass {
			t.Errorf("got %v (%s): %s", got.Verdict, got.Reason, tc.text)
		}
	}
}

// TestStopExcept wants what a person keeps never to be what is stopped.
func TestStopExcept(t *testing.T) {
	for _, tc := range []struct {
		text     string
		intent   Intent
		category string
	}{
		{"stop everything except order updates", IntentStopAll, ""},
		{"STOP calling me but keep order updates", IntentStopCategory, "calls"},
		{"Keep my order updates, stop the offers", IntentStopCategory, "marketing"},
		{"no more offers, just keep the codes", IntentStopCategory, "marketing"},
		{"keep my order updates", IntentNone, ""},
	} {
		got := ReadReply(tc.text, language.English, nil)
		if got.Intent != tc.intent || got.Category != tc.category || got.Unsure != (tc.intent != IntentNone) {
			t.Errorf("%q: got %s %q, unsure %v", tc.text, got.Intent, got.Category, got.Unsure)
		}
	}
}
