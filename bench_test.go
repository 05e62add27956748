package consent_test

import (
	"fmt"
	"testing"

	"github.com/optinkit/consent"
)

// formText is 300 bytes of English, as a sign-up form has them.
const formText = "Yes, I agree to receive order updates, appointment reminders and special offers from Acme Ltd on WhatsApp at the number I have given above, " +
	"so that I always know where my parcel is. I can stop these messages at any time by replying STOP. My consent is not a condition of any purchase. Privacy: acme.example."

// BenchmarkReview measures a text judged for the first time, and one that was judged before, as a form's text mostly was.
func BenchmarkReview(b *testing.B) {
	acme := consent.Business{ID: "acme", Name: "Acme Ltd"}
	var p consent.Policy
	b.Run("first", func(b *testing.B) {
		texts := make([]consent.Statement, 1<<16)
		for i := range texts {
			texts[i].Text = fmt.Sprintf("%s %05d", formText[:294], i)
		}
		b.SetBytes(300)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			p.Review(acme, texts[i&(len(texts)-1)])
			i++
		}
	})
	b.Run("again", func(b *testing.B) {
		s := consent.Statement{Text: formText[:300]}
		b.SetBytes(300)
		b.ReportAllocs()
		for b.Loop() {
			p.Review(acme, s)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	standing := consent.Standing{}.Apply(optIn(0, "marketing", "utility")).Apply(optOut(1, "marketing/offers"))
	m := consent.Message{Category: "marketing/news", Template: approved(consent.Marketing)}
	var p consent.Policy
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(standing, m, t0)
	}
}

func BenchmarkParsePhone(b *testing.B) {
	for b.Loop() {
		if _, err := consent.ParsePhone("07400 123456", "GB"); err != nil {
			b.Fatal(err)
		}
	}
}
