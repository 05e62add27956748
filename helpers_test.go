package consent_test

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"github.com/optinkit/consent"
)

var (
	phone  = consent.MustParsePhone("+447400123456")
	phone2 = consent.MustParsePhone("+447400123457")
	userID = consent.UserID("GB.13491208655302741918")
)

// fullRecord has every field set.
func fullRecord() consent.Record {
	return consent.Record{
		ID: uuid.UUID{1, 2, 3}, Kind: consent.KindOptIn, BusinessID: "acme", BusinessName: "Acme Ltd",
		Subject: phone.Subject(), Categories: []consent.Category{"marketing", "utility/orders"}, Source: consent.SourceWebsite,
		OccurredAt: t0, RecordedAt: t0.Add(time.Minute), ExpiresAt: t0.AddDate(1, 0, 0),
		Statement: consent.Statement{Text: "I agree to receive messages from Acme.", Language: language.BritishEnglish, ReviewedBy: "legal"},
		Evidence: consent.Evidence{Reference: "form 17", URL: "https://example.com/join", IP: netip.MustParseAddr("2001:db8::1"),
			UserAgent: "Mozilla/5.0", Actor: "till 3", Extra: map[string]string{"a": "b"}},
	}
}

// goodOptIn is accepted by the zero Policy without a finding.
func goodOptIn() consent.OptIn {
	return consent.OptIn{
		Business:   consent.Business{ID: "acme", Name: "Acme Ltd"},
		Phone:      phone,
		Categories: []consent.Category{consent.Marketing},
		Source:     consent.SourceWebsite,
		Statement: consent.Statement{
			Text: "I agree to receive news and offers from Acme on WhatsApp, so that I never miss a sale. Reply STOP to opt out at any time.",
		},
		Evidence: consent.Evidence{Reference: "form 17"},
		GivenAt:  t0,
	}
}
