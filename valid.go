package consent

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/optinkit/consent/internal/wording"
)

// FieldError says that a field of the input is malformed, and how to mend it. Nothing
// was stored or decided. It is returned by the methods of [Ledger] and by
// [ParseSubject]. Its text never contains the field's value.
type FieldError struct {
	Field   string // as in "OptIn.Evidence.Extra" or "messages[3].Phone"
	Problem string // what is wrong and what would be right
}

func (e *FieldError) Error() string { return fmt.Sprintf("consent: %s %s", e.Field, e.Problem) }

// Limits on what a ledger takes, in bytes or in elements. They are far above what real
// records hold, and keep every database's keys and rows within bounds.
const (
	maxBusinessID = 255
	maxName       = 512
	maxNames      = 64
	maxCategories = 64
	maxText       = wording.MaxLen
	maxEvidence   = 16 << 10 // a WhatsApp message of 4,096 characters, in any script
	maxSource     = 64
	maxLanguage   = 255
	maxExtra      = 64
	maxExtraKey   = 255
)

// check finds malformed fields, which no policy can judge and no store can keep. What a
// policy rule covers, such as a missing phone, is left to the rule.
func (in *OptIn) check() error {
	if err := checkOptionalBusinessID("OptIn.Business.ID", in.Business.ID); err != nil {
		return err
	}
	if err := checkText("OptIn.Business.Name", in.Business.Name, maxName); err != nil {
		return err
	}
	if len(in.Business.Names) > maxNames {
		return tooMany("OptIn.Business.Names", maxNames)
	}
	for i, name := range in.Business.Names {
		if err := checkText(fmt.Sprintf("OptIn.Business.Names[%d]", i), name, maxName); err != nil {
			return err
		}
	}
	if err := checkUserID("OptIn.UserID", in.UserID); err != nil {
		return err
	}
	if len(in.Categories) > maxCategories {
		return tooMany("OptIn.Categories", maxCategories)
	}
	if err := checkText("OptIn.Statement.Text", in.Statement.Text, maxText); err != nil {
		return err
	}
	if err := checkText("OptIn.Statement.ReviewedBy", in.Statement.ReviewedBy, maxName); err != nil {
		return err
	}
	if len(in.Statement.Language.String()) > maxLanguage {
		return &FieldError{"OptIn.Statement.Language", "is longer than 255 bytes; give the language, and script or region where they matter"}
	}
	if err := in.Evidence.check("OptIn.Evidence"); err != nil {
		return err
	}
	if err := checkYear("OptIn.GivenAt", in.GivenAt); err != nil {
		return err
	}
	if err := checkYear("OptIn.ExpiresAt", in.ExpiresAt); err != nil {
		return err
	}
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(in.GivenAt) {
		return &FieldError{"OptIn.ExpiresAt", "is not after GivenAt; leave it zero for an opt-in that does not expire"}
	}
	return nil
}

func (out *OptOut) check(now time.Time) error {
	if err := checkBusinessID("OptOut.BusinessID", out.BusinessID); err != nil {
		return err
	}
	if !out.Phone.IsValid() && out.UserID == "" {
		return &FieldError{"OptOut.Phone", "and UserID are both empty; set the one that the person wrote from"}
	}
	if err := checkUserID("OptOut.UserID", out.UserID); err != nil {
		return err
	}
	if len(out.Categories) > maxCategories {
		return tooMany("OptOut.Categories", maxCategories)
	}
	for i, c := range out.Categories {
		if !c.IsValid() {
			return &FieldError{fmt.Sprintf("OptOut.Categories[%d]", i),
				"is not a category, so the opt-out would stop nothing; use marketing, utility, authentication, service, calls or a path under one, or leave Categories empty for everything"}
		}
	}
	// A source that is not known is kept: it is no reason to lose an opt-out.
	if err := checkText("OptOut.Source", string(out.Source), maxSource); err != nil {
		return err
	}
	if err := out.Evidence.check("OptOut.Evidence"); err != nil {
		return err
	}
	if err := checkYear("OptOut.RequestedAt", out.RequestedAt); err != nil {
		return err
	}
	if out.RequestedAt.After(now.Add(maxSkew)) {
		return &FieldError{"OptOut.RequestedAt", "lies more than five minutes ahead; give the time at which the person asked, or leave it zero for now"}
	}
	return nil
}

func (e *Evidence) check(field string) error {
	for _, f := range []struct{ name, value string }{
		{".Reference", e.Reference}, {".URL", e.URL}, {".UserAgent", e.UserAgent}, {".Actor", e.Actor}, {".IP", e.IP.Zone()},
	} {
		if err := checkText(field+f.name, f.value, maxEvidence); err != nil {
			return err
		}
	}
	if len(e.Extra) > maxExtra {
		return tooMany(field+".Extra", maxExtra)
	}
	for k, v := range e.Extra {
		if err := checkText(field+".Extra (a key)", k, maxExtraKey); err != nil {
			return err
		}
		if err := checkText(field+".Extra (a value)", v, maxEvidence); err != nil {
			return err
		}
	}
	return nil
}

// problem is a FieldError whose field is yet to be placed.
type problem struct{ field, text string }

func (p *problem) in(parent string) error { return &FieldError{parent + "." + p.field, p.text} }

var (
	noBusiness  = &problem{"BusinessID", "is empty; set the ID that the opt-ins were stored under"}
	badBusiness = &problem{"BusinessID", "is longer than 255 bytes, not UTF-8 or contains NUL"}
	noPerson    = &problem{"Phone", "and UserID are both empty; set at least one"}
	badUserID   = &problem{"UserID", userIDProblem}
	badCategory = &problem{"Category", "is not a category; use marketing, utility, authentication, service, calls or a path under one"}
)

const userIDProblem = "is not a WhatsApp user ID; it is a country code, a full stop and letters and digits, as in US.134912"

// problem finds what makes m malformed, without allocating.
func (m *Message) problem() *problem {
	switch {
	case m.BusinessID == "":
		return noBusiness
	case len(m.BusinessID) > maxBusinessID || !storable(m.BusinessID):
		return badBusiness
	case !m.Phone.IsValid() && m.UserID == "":
		return noPerson
	case m.UserID != "" && !m.UserID.wellFormed():
		return badUserID
	case !m.Category.IsValid():
		return badCategory
	}
	return nil
}

func checkBusinessID(field, id string) error {
	if id == "" {
		return &FieldError{field, "is empty; set your key of the business"}
	}
	return checkOptionalBusinessID(field, id)
}

func checkOptionalBusinessID(field, id string) error { return checkText(field, id, maxBusinessID) }

func checkUserID(field string, u UserID) error {
	if u != "" && !u.wellFormed() {
		return &FieldError{field, userIDProblem}
	}
	return nil
}

func checkText(field, s string, limit int) error {
	switch {
	case len(s) > limit:
		return &FieldError{field, fmt.Sprintf("is longer than %d bytes; shorten it", limit)}
	case !utf8.ValidString(s):
		return &FieldError{field, "is not valid UTF-8; convert it before you pass it on"}
	case strings.IndexByte(s, 0) >= 0:
		return &FieldError{field, "contains a NUL byte; remove it"}
	}
	return nil
}

// storable tells whether every database can keep s as text.
func storable(s string) bool {
	for i := range len(s) {
		if s[i] == 0 || s[i] >= utf8.RuneSelf {
			return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
		}
	}
	return true // short ASCII, as IDs are
}

func checkYear(field string, t time.Time) error {
	if !t.IsZero() && (t.UTC().Year() < 1970 || t.UTC().Year() > 9999) {
		return &FieldError{field, "lies outside the years 1970 to 9999; check its unit and epoch"}
	}
	return nil
}

func tooMany(field string, limit int) error {
	return &FieldError{field, fmt.Sprintf("has more than %d elements; keep what is needed", limit)}
}
