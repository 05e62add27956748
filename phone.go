package consent

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Errors of [ParsePhone], one for each way a number can be wrong. Each says how to mend
// the input and none shows the number.
var (
	ErrPhoneEmpty      = errors.New("consent: phone: no digits; give the person's mobile number")
	ErrPhoneLetters    = errors.New("consent: phone: contains letters or symbols that no number has; write digits only, with + and the country code")
	ErrPhoneExtension  = errors.New("consent: phone: contains an extension or dial code (ext, x, #, *, comma); leave it out, an extension has no WhatsApp account")
	ErrPhoneShortCode  = errors.New("consent: phone: is a short code or service number; give the person's full mobile number")
	ErrPhoneRegion     = errors.New("consent: phone: has no country; write it with + and the country code, or give a default region such as \"GB\"")
	ErrPhoneImpossible = errors.New("consent: phone: has too few or too many digits for its country; check for missing or doubled digits")
	ErrPhoneInvalid    = errors.New("consent: phone: lies in no number range in use in its country; check the country code and the digits")
)

// maxPhoneInput bounds the bytes ParsePhone reads. The longest E.164 number has 15
// digits; the rest is room for spacing and invisible marks.
const maxPhoneInput = 256

// Phone is a telephone number in E.164 form (ITU-T E.164), at most 15 digits with the
// country code. It is immutable and comparable: two Phones are == when they are the
// same number. The zero Phone is no number.
//
// Printing a Phone, with fmt, log or log/slog, shows only its first two and last two
// digits. Use E164 for the number itself, and never the printed form as a key.
type Phone struct {
	e164 string
}

// ParsePhone reads a phone number as people write it: national or international, digits
// of any script, any spaces and punctuation, invisible and bidirectional marks. A
// number without + (or 00) is read as dialled in defaultRegion, an ISO 3166-1 alpha-2
// code in either case; with an empty defaultRegion such a number is ErrPhoneRegion. The
// wa_id of a WhatsApp webhook is a number without its +: put the + in front.
//
// Two old forms that WhatsApp still delivers are mended, so that one person is one key:
// Mexican numbers with a 1 after +52 and Brazilian mobiles without their ninth digit.
//
// A bad number is one of the ErrPhone errors, to be tested with [errors.Is].
func ParsePhone(s, defaultRegion string) (Phone, error) {
	digits, plus, err := phoneDigits(s)
	if err != nil {
		return Phone{}, err
	}
	region := strings.ToUpper(strings.TrimSpace(defaultRegion))
	if region != "" && phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return Phone{}, fmt.Errorf("%w (the default region is not one of ISO 3166-1's two-letter codes)", ErrPhoneRegion)
	}
	if !plus && region != "" {
		p, err := validPhone(digits, region)
		if err == nil {
			return p, nil
		}
		if !strings.HasPrefix(digits, "00") {
			if isShortCode(digits, region) {
				return Phone{}, ErrPhoneShortCode
			}
			return Phone{}, err
		}
	}
	if !plus {
		// 00 is the international prefix of ITU-T E.123 and of most countries.
		rest, ok := strings.CutPrefix(digits, "00")
		switch {
		case ok:
			digits = rest
		case len(digits) <= 6:
			return Phone{}, ErrPhoneShortCode
		default:
			return Phone{}, ErrPhoneRegion
		}
	}
	return validPhone("+"+digits, "")
}

// MustParsePhone is ParsePhone for an international number known to be good, as in
// tests. It panics if the number is not; the panic does not show it.
func MustParsePhone(s string) Phone {
	p, err := ParsePhone(s, "")
	if err != nil {
		panic(err)
	}
	return p
}

// phoneDigits reduces s to ASCII digits and tells whether a + stands before the first.
func phoneDigits(s string) (digits string, plus bool, err error) {
	if len(s) > maxPhoneInput {
		return "", false, ErrPhoneImpossible
	}
	if strings.TrimSpace(s) == "" {
		return "", false, ErrPhoneEmpty
	}
	var buf [maxPhoneInput]byte
	n := 0
	body := strings.TrimSpace(s)
	if len(body) >= 4 && strings.EqualFold(body[:4], "tel:") { // RFC 3966
		body = body[4:]
	}
	for _, r := range body {
		switch {
		case '0' <= r && r <= '9':
			buf[n] = byte(r)
			n++
		case unicode.Is(unicode.Nd, r):
			buf[n] = byte('0' + digitValue(r))
			n++
		case r == '+' || r == '＋' || r == '﹢':
			if n > 0 || plus {
				return "", false, ErrPhoneLetters // two numbers, or a stray +
			}
			plus = true
		case r == '#' || r == '*' || r == ',' || r == ';' || r == '，' || r == '；' || r == '＃' || r == '＊':
			return "", false, ErrPhoneExtension
		case unicode.IsLetter(r):
			if n > 0 && isExtension(body) {
				return "", false, ErrPhoneExtension
			}
			return "", false, ErrPhoneLetters
		case unicode.IsSpace(r), unicode.In(r, unicode.Cf, unicode.Zs, unicode.Variation_Selector), isPhonePunct(r):
		default:
			return "", false, ErrPhoneLetters
		}
	}
	if n == 0 {
		return "", false, ErrPhoneEmpty
	}
	return string(buf[:n]), plus, nil
}

// digitValue gives the value of a decimal digit of any script. Unicode keeps the ten
// digits of a script in a row, zero first, and every range of Nd holds whole rows
// (Unicode Standard, section 4.6).
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// isPhonePunct tells whether r is punctuation that people put between digits.
func isPhonePunct(r rune) bool {
	return unicode.Is(unicode.Pd, r) || strings.ContainsRune("()[]./'’−·•~（）［］．／～‐", r)
}

// extensionWords stand after a number and before its extension, in lower case.
var extensionWords = []string{"ext", "x", "extn", "extension", "int", "interno", "anexo", "ramal", "poste", "durchwahl", "dw", "доб", "вн", "wew", "dahili", "toestel", "内線", "转", "轉", "내선"}

// isExtension tells whether the letters of s are a word for an extension.
func isExtension(s string) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
	for _, w := range extensionWords {
		if letters == w {
			return true
		}
	}
	return false
}

// isShortCode tells whether digits, dialled in region, reach a service rather than a
// subscriber.
func isShortCode(digits, region string) bool {
	if len(digits) <= 4 {
		return true
	}
	n, err := phonenumbers.Parse(digits, region)
	return len(digits) <= 6 || err == nil && phonenumbers.IsPossibleShortNumberForRegion(n, region) && !phonenumbers.IsPossibleNumber(n)
}

// validPhone parses number, ASCII digits with or without +, and accepts only a number
// that can be in use.
func validPhone(number, region string) (Phone, error) {
	n, err := phonenumbers.Parse(number, region)
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return Phone{}, ErrPhoneInvalid
	case err != nil:
		return Phone{}, ErrPhoneImpossible
	}
	if !phonenumbers.IsValidNumber(n) {
		if m := mendOldForm(n); m != nil {
			return Phone{phonenumbers.Format(m, phonenumbers.E164)}, nil
		}
		// A number that can be dialled only locally lacks its area code.
		if phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
			return Phone{}, ErrPhoneImpossible
		}
		return Phone{}, ErrPhoneInvalid
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	if !isE164(e164) {
		return Phone{}, ErrPhoneImpossible
	}
	return Phone{e164}, nil
}

// mendOldForm turns a number in a form its country has given up, and WhatsApp webhooks
// have not, into today's. It returns nil if n is no such number.
func mendOldForm(n *phonenumbers.PhoneNumber) *phonenumbers.PhoneNumber {
	national := phonenumbers.GetNationalSignificantNumber(n)
	switch {
	case n.GetCountryCode() == 52 && len(national) == 11 && national[0] == '1':
		national = national[1:]
	case n.GetCountryCode() == 55 && len(national) == 10 && '6' <= national[2] && national[2] <= '9':
		national = national[:2] + "9" + national[2:]
	default:
		return nil
	}
	m, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", n.GetCountryCode(), national), "")
	if err != nil || !phonenumbers.IsValidNumber(m) {
		return nil
	}
	return m
}

// isE164 tells whether s has the form of an international number: + and 7 to 15 digits
// of which the first is not 0 (ITU-T E.164, section 6).
func isE164(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// E164 returns the number as + and digits, or "" for the zero Phone.
func (p Phone) E164() string { return p.e164 }

// IsValid tells whether p is a number, that is, not the zero Phone.
func (p Phone) IsValid() bool { return p.e164 != "" }

// Region returns the ISO 3166-1 alpha-2 code of the country or territory that the
// number belongs to, "001" for numbers of no country, or "" if there is none.
func (p Phone) Region() string {
	if n := p.parsed(); n != nil {
		return phonenumbers.GetRegionCodeForNumber(n)
	}
	return ""
}

// Mobile tells whether the number can be a mobile one: its type is mobile, or, in
// countries whose numbers do not tell (such as the United States),
// fixed-line-or-mobile. WhatsApp asks for the person's mobile number (WhatsApp Business
// Messaging Policy, "Opt-in").
func (p Phone) Mobile() bool {
	if n := p.parsed(); n != nil {
		t := phonenumbers.GetNumberType(n)
		return t == phonenumbers.MOBILE || t == phonenumbers.FIXED_LINE_OR_MOBILE
	}
	return false
}

func (p Phone) parsed() *phonenumbers.PhoneNumber {
	n, err := phonenumbers.Parse(p.e164, "")
	if err != nil {
		return nil
	}
	return n
}

// Subject returns the number as the key that stores keep people under. The zero Phone
// gives the zero Subject.
func (p Phone) Subject() Subject { return Subject{p.e164} }

// String returns the number masked, for people to read: "+44********56". It is the same
// for many numbers; see E164.
func (p Phone) String() string { return maskKey(p.e164) }

// Format implements [fmt.Formatter]: every verb prints the masked number.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(maskKey(p.e164))) }

// LogValue implements [slog.LogValuer] with the masked number.
func (p Phone) LogValue() slog.Value { return slog.StringValue(maskKey(p.e164)) }

// MarshalText implements [encoding.TextMarshaler]. The text is the whole number in
// E.164 form, or empty for the zero Phone.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.e164), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It reads what MarshalText writes
// and any other international number as [ParsePhone] does, with the same errors. Empty
// text is the zero Phone.
func (p *Phone) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Phone{}
		return nil
	}
	q, err := ParsePhone(string(text), "")
	if err != nil {
		return err
	}
	*p = q
	return nil
}

// UserID is a WhatsApp business-scoped user ID: an ISO 3166-1 alpha-2 country code, a
// full stop and up to 128 letters and digits, as in "US.13491208655302741918", or the
// same with "ENT." after the country for the parent ID of linked portfolios. Webhooks
// may give it without a phone number. It names a person to one business only, and it
// changes with the phone number.
type UserID string

// Subject returns the user ID as the key that stores keep people under, or the zero
// Subject if it is not of the form above.
func (u UserID) Subject() Subject {
	if !u.wellFormed() {
		return Subject{}
	}
	return Subject{string(u)}
}

// LogValue implements [slog.LogValuer] with the masked ID.
func (u UserID) LogValue() slog.Value { return slog.StringValue(maskKey(string(u))) }

func (u UserID) wellFormed() bool {
	if len(u) < 4 || !isUpper(u[0]) || !isUpper(u[1]) || u[2] != '.' {
		return false
	}
	rest := strings.TrimPrefix(string(u[3:]), "ENT.")
	if rest == "" || len(rest) > 128 {
		return false
	}
	for _, c := range []byte(rest) {
		if !('0' <= c && c <= '9' || isUpper(c) || 'a' <= c && c <= 'z') {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// maskKey hides all of a phone number or user ID but its first three and last two
// bytes.
func maskKey(s string) string {
	if s == "" {
		return ""
	}
	if len(s) < 8 || !isASCII(s) {
		return "********"
	}
	return s[:3] + strings.Repeat("*", len(s)-5) + s[len(s)-2:]
}
