package consent_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/optinkit/consent"
)

func TestParsePhone(t *testing.T) {
	tests := []struct {
		name, in, region, want string
	}{
		{"international", "+44 7400 123456", "", "+447400123456"},
		{"national with region", "07400 123456", "GB", "+447400123456"},
		{"region in lower case", "07400 123456", "gb", "+447400123456"},
		{"region does not touch an international number", "+49 1512 3456789", "GB", "+4915123456789"},
		{"brackets and dashes", "(201) 555-0123", "US", "+12015550123"},
		{"dots and slashes", "0151/23.45.67.89", "DE", "+4915123456789"},
		{"trunk zero in brackets", "+44 (0)7400 123456", "", "+447400123456"},
		{"00 without region", "0044 7400 123456", "", "+447400123456"},
		{"00 with a region that dials 00", "0044 7400 123456", "DE", "+447400123456"},
		{"00 with a region that dials 011", "0044 7400 123456", "US", "+447400123456"},
		{"011 from the US", "011 44 7400 123456", "US", "+447400123456"},
		{"country code without +, in its own region", "447400123456", "GB", "+447400123456"},
		{"Arabic-Indic digits", "٠١٠٠ ١٢٣ ٤٥٦٧", "EG", "+201001234567"},
		{"Persian digits", "۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"},
		{"Devanagari digits", "०८१२३४ ५६७८९", "IN", "+918123456789"},
		{"full-width digits and plus", "＋８１ ９０－１２３４－５６７８", "", "+819012345678"},
		{"mathematical digits", "+44 𝟕𝟒𝟎𝟎 𝟏𝟐𝟑𝟒𝟓𝟔", "", "+447400123456"},
		{"no-break and thin spaces", "+44\u00a07400\u2009123456", "", "+447400123456"},
		{"bidi marks and isolates", "\u202a\u2066+44 7400 123456\u2069\u202c", "", "+447400123456"},
		{"zero-width and BOM", "\ufeff+44\u200b7400\u2060123456", "", "+447400123456"},
		{"en dash and minus", "+44–7400−123456", "", "+447400123456"},
		{"tel URI", "tel:+44-7400-123456", "", "+447400123456"},
		{"Italian zero is kept", "+39 06 1234 5678", "", "+390612345678"},
		{"Mexican number with the old 1", "+52 1 55 1234 5678", "", "+525512345678"},
		{"Brazilian mobile without the ninth digit", "+55 11 8765-4321", "", "+5511987654321"},
		{"landline", "030 123456", "DE", "+4930123456"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := consent.ParsePhone(tt.in, tt.region)
			require.NoError(t, err)
			assert.Equal(t, tt.want, p.E164())
			assert.True(t, p.IsValid())
			again, err := consent.ParsePhone(p.E164(), "")
			require.NoError(t, err)
			assert.True(t, p == again, "E164 parses to the same Phone")
		})
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	tests := []struct {
		name, in, region string
		want             error
	}{
		{"empty", "", "GB", consent.ErrPhoneEmpty},
		{"blank", " \t\u200b", "GB", consent.ErrPhoneEmpty},
		{"only punctuation", "+-()", "", consent.ErrPhoneEmpty},
		{"letters", "call me", "GB", consent.ErrPhoneLetters},
		{"vanity number", "1-800-FLOWERS", "US", consent.ErrPhoneLetters},
		{"letter O for zero", "+44 74OO 123456", "", consent.ErrPhoneLetters},
		{"at sign", "+447400123456@c.us", "", consent.ErrPhoneLetters},
		{"two numbers", "+447400123456 +447400123457", "", consent.ErrPhoneLetters},
		{"invalid UTF-8", "+44\xff7400123456", "", consent.ErrPhoneLetters},
		{"NUL", "+44\x007400123456", "", consent.ErrPhoneLetters},
		{"extension ext.", "+44 20 7946 0018 ext. 12", "", consent.ErrPhoneExtension},
		{"extension x", "(201) 555-0123x4", "US", consent.ErrPhoneExtension},
		{"extension #", "+44 20 7946 0018 #12", "", consent.ErrPhoneExtension},
		{"RFC 3966 extension", "tel:+44-20-7946-0018;ext=12", "", consent.ErrPhoneExtension},
		{"Russian extension", "+7 495 123-45-67 доб. 12", "", consent.ErrPhoneExtension},
		{"pause", "+442079460018,12", "", consent.ErrPhoneExtension},
		{"star code", "*67 201 555 0123", "US", consent.ErrPhoneExtension},
		{"emergency", "112", "DE", consent.ErrPhoneShortCode},
		{"SMS short code", "12345", "US", consent.ErrPhoneShortCode},
		{"short code without region", "24765", "", consent.ErrPhoneShortCode},
		{"national without region", "07400 123456", "", consent.ErrPhoneRegion},
		{"wa_id without its plus", "447400123456", "", consent.ErrPhoneRegion},
		{"region that is none", "07400 123456", "XX", consent.ErrPhoneRegion},
		{"region with a full name", "07400 123456", "Germany", consent.ErrPhoneRegion},
		{"too short", "+44 7400 12", "", consent.ErrPhoneImpossible},
		{"too long", "+44 7400 123456 789", "", consent.ErrPhoneImpossible},
		{"very long", strings.Repeat("1", 10_000), "US", consent.ErrPhoneImpossible},
		{"no such country code", "+999 123 456 789", "", consent.ErrPhoneInvalid},
		{"no such range", "+44 7000", "", consent.ErrPhoneImpossible},
		{"unused range", "+1 201 155 0123", "", consent.ErrPhoneInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := consent.ParsePhone(tt.in, tt.region)
			require.ErrorIs(t, err, tt.want)
			assert.Equal(t, consent.Phone{}, p)
			assert.NotRegexp(t, `[0-9]{5}`, err.Error(), "the error shows no number")
		})
	}
}

func TestPhoneMobile(t *testing.T) {
	tests := []struct {
		name, in string
		mobile   bool
		region   string
	}{
		{"mobile", "+447400123456", true, "GB"},
		{"fixed or mobile", "+12015550123", true, "US"},
		{"landline", "+442070313000", false, "GB"},
		{"toll-free", "+448001234567", false, "GB"},
		{"US toll-free", "+18002345678", false, "US"},
		{"premium rate", "+449012345678", false, "GB"},
		{"shared cost", "+498001234567", false, "DE"},
		{"international toll-free", "+80012345678", false, "001"},
		{"Indian mobile", "+918123456789", true, "IN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := consent.MustParsePhone(tt.in)
			assert.Equal(t, tt.mobile, p.Mobile())
			assert.Equal(t, tt.region, p.Region())
		})
	}
}

func TestZeroPhone(t *testing.T) {
	var p consent.Phone
	assert.False(t, p.IsValid())
	assert.False(t, p.Mobile())
	assert.Empty(t, p.E164())
	assert.Empty(t, p.Region())
	assert.Empty(t, p.String())
	assert.Equal(t, consent.Subject{}, p.Subject())
}

func TestMustParsePhonePanicsWithoutTheNumber(t *testing.T) {
	defer func() {
		assert.NotContains(t, fmt.Sprint(recover()), "4474")
	}()
	consent.MustParsePhone("+447400123456789")
	t.Fatal("no panic")
}

// Printing must not leak a number, by whatever verb or logger.
func TestPhoneIsMasked(t *testing.T) {
	p := consent.MustParsePhone("+447400123456")
	in := consent.OptIn{Phone: p, UserID: "US.13491208655302741918"}
	out := consent.OptOut{Phone: p, UserID: "US.13491208655302741918"}
	m := consent.Message{Phone: p, UserID: "US.13491208655302741918", Template: &consent.Template{Name: "hello"}}
	rec := consent.Record{Subject: p.Subject()}
	for _, verb := range []string{"%v", "%s", "%+v", "%#v", "%q", "%d", "%x"} {
		for _, v := range []any{p, &p, []consent.Phone{p}, struct{ P consent.Phone }{p}} {
			assert.NotContains(t, fmt.Sprintf(verb, v), "7400123", verb)
		}
	}
	assert.Equal(t, "+44********56", p.String())

	for name, h := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(h(&b)).Info("x", "phone", p, "subject", p.Subject(), "in", in, "out", out, "message", m, "record", rec, "receipt", consent.Receipt{Record: rec}, "user", in.UserID)
		assert.NotContains(t, b.String(), "7400123", name)
		assert.NotContains(t, b.String(), "134912086553", name)
		assert.Contains(t, b.String(), "+44********56", name)
	}
}

func TestPhoneText(t *testing.T) {
	type doc struct {
		Phone consent.Phone `json:"phone"`
	}
	b, err := json.Marshal(doc{consent.MustParsePhone("+447400123456")})
	require.NoError(t, err)
	assert.JSONEq(t, `{"phone":"+447400123456"}`, string(b))

	var d doc
	require.NoError(t, json.Unmarshal([]byte(`{"phone":"+44 7400 123456"}`), &d))
	assert.Equal(t, "+447400123456", d.Phone.E164())
	require.NoError(t, json.Unmarshal([]byte(`{"phone":""}`), &d))
	assert.Equal(t, consent.Phone{}, d.Phone)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"phone":"07400 123456"}`), &d), consent.ErrPhoneRegion)
}

func TestUserIDSubject(t *testing.T) {
	for _, good := range []consent.UserID{"US.13491208655302741918", "US.ENT.11815799212886844830", "DE.aB9", consent.UserID("IN." + strings.Repeat("7", 128))} {
		assert.Equal(t, string(good), good.Subject().String())
	}
	for _, bad := range []consent.UserID{"", "US", "US.", "us.123", "USA.123", "US.12 3", "US.12.3", "US.ENT.", "US.é", "+447400123456", consent.UserID("IN." + strings.Repeat("7", 129))} {
		assert.False(t, bad.Subject().IsValid(), "%q", string(bad))
		_ = bad.LogValue()
	}
}

func TestParseSubject(t *testing.T) {
	for _, good := range []string{"+447400123456", "+1234567", "+123456789012345", "US.13491208655302741918"} {
		s, err := consent.ParseSubject(good)
		require.NoError(t, err)
		assert.Equal(t, good, s.String())
		text, err := s.MarshalText()
		require.NoError(t, err)
		var again consent.Subject
		require.NoError(t, again.UnmarshalText(text))
		assert.True(t, s == again)
	}
	for _, bad := range []string{"", "+", "+123456", "+0123456789", "+1234567890123456", "447400123456", "+44 7400 123456", "+447400123456 ", "US.", "nobody", "+٤٤٧٤٠٠١٢٣٤٥٦"} {
		s, err := consent.ParseSubject(bad)
		var field *consent.FieldError
		require.ErrorAs(t, err, &field, "%q", bad)
		assert.False(t, s.IsValid())
	}
	var s consent.Subject
	require.NoError(t, s.UnmarshalText(nil))
	require.Error(t, s.UnmarshalText([]byte("x")))
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"+44 7400 123456", "0044", "٠١٠٠١٢٣٤٥٦٧", "ext", "+", "\xff", "tel:+1;ext=2", "(201) 555-0123", "+5511 87654321"} {
		f.Add(s, "GB")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, s, region string) {
		p, err := consent.ParsePhone(s, region)
		if (err == nil) != p.IsValid() {
			t.Fatalf("a number and an error, or neither: %v", err)
		}
		if err != nil {
			return
		}
		subject, err := consent.ParseSubject(p.E164())
		if err != nil || subject != p.Subject() {
			t.Fatal("the E.164 form is no subject")
		}
		if again, err := consent.ParsePhone(p.E164(), ""); err != nil || again != p {
			t.Fatal("the E.164 form parses to another number")
		}
	})
}

func FuzzParseSubject(f *testing.F) {
	for _, s := range []string{"+447400123456", "US.ENT.1", "", "+", "US.", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		subject, err := consent.ParseSubject(s)
		if (err == nil) != subject.IsValid() {
			t.Fatal("a subject and an error, or neither")
		}
		if err == nil && subject.String() != s {
			t.Fatal("the key changed")
		}
	})
}
