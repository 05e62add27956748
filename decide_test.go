package consent_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/optinkit/consent"
)

func optIn(at time.Duration, cs ...consent.Category) consent.Record {
	return consent.Record{ID: uuid.UUID{1, byte(at / time.Hour)}, Kind: consent.KindOptIn, OccurredAt: t0.Add(at), Categories: cs}
}

func optOut(at time.Duration, cs ...consent.Category) consent.Record {
	return consent.Record{ID: uuid.UUID{2, byte(at / time.Hour)}, Kind: consent.KindOptOut, OccurredAt: t0.Add(at), Categories: cs}
}

func expiring(r consent.Record, at time.Duration) consent.Record {
	r.ExpiresAt = t0.Add(at)
	return r
}

func approved(c consent.Category) *consent.Template {
	return &consent.Template{Name: "t", Language: "en", Category: c, Status: consent.TemplateApproved}
}

func TestDecide(t *testing.T) {
	const h = time.Hour
	type records = []consent.Record
	type reasons = []consent.Reason
	now := t0.Add(100 * h)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }

	tests := []struct {
		name    string
		records records
		msg     consent.Message
		want    reasons // none: allowed
	}{
		// Consent.
		{"opted in", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", Template: approved("marketing")}, nil},
		{"never asked", nil, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"no_opt_in"}},
		{"agreed to something else", records{optIn(0, "utility")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"not_covered"}},
		{"agreed to a part only", records{optIn(0, "marketing/offers")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"not_covered"}},
		{"agreed to the whole", records{optIn(0, "marketing")}, consent.Message{Category: "marketing/offers/food", Template: approved("marketing")}, nil},
		{"a name that merely starts alike is not covered", records{optIn(0, "marketing/offer")}, consent.Message{Category: "marketing/offers", Template: approved("marketing")}, reasons{"not_covered"}},
		{"said no", records{optIn(0, "marketing"), optOut(h, "marketing")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"said no to everything", records{optIn(0, "marketing"), optOut(h)}, consent.Message{Category: "marketing/offers", Template: approved("marketing")}, reasons{"opted_out"}},
		{"said no without ever agreeing", records{optOut(h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"said no to another category", records{optIn(0, "marketing"), optOut(h, "utility")}, consent.Message{Category: "marketing", Template: approved("marketing")}, nil},
		{"said no to another category and never agreed", records{optOut(h, "utility")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"no_opt_in"}},
		{"said no to a part, the rest goes on", records{optIn(0, "marketing"), optOut(h, "marketing/offers")}, consent.Message{Category: "marketing/news", Template: approved("marketing")}, nil},
		{"said no to a part", records{optIn(0, "marketing"), optOut(h, "marketing/offers")}, consent.Message{Category: "marketing/offers", Template: approved("marketing")}, reasons{"opted_out"}},
		{"agreed again", records{optIn(0, "marketing"), optOut(h), optIn(2*h, "marketing")}, consent.Message{Category: "marketing", Template: approved("marketing")}, nil},
		{"agreed again to one category only", records{optIn(0, "marketing", "utility"), optOut(h), optIn(2*h, "utility")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"on a tie the opt-out wins", records{optIn(h, "marketing"), optOut(h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"a late old opt-in does not revive", records{optOut(2 * h), optIn(h, "marketing")}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"expired", records{expiring(optIn(0, "marketing"), h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"expired"}},
		{"expires at this very moment", records{expiring(optIn(0, "marketing"), 100*h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"expired"}},
		{"not yet expired", records{expiring(optIn(0, "marketing"), 101*h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, nil},
		{"a later opt-in that expired hides an earlier one", records{optIn(0, "marketing"), expiring(optIn(h, "marketing"), 2*h)}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"expired"}},
		{"an unknown kind denies", records{optIn(0, "marketing"), {Kind: "paused", OccurredAt: t0.Add(h)}}, consent.Message{Category: "marketing", Template: approved("marketing")}, reasons{"opted_out"}},
		{"a category that is none", records{optIn(0, "marketing")}, consent.Message{Category: "newsletter", Template: approved("newsletter")}, reasons{"not_covered"}},
		{"no category", records{optIn(0, "marketing")}, consent.Message{Template: approved("marketing")}, reasons{"not_covered", "template_category_mismatch"}},

		// Templates and the window.
		{"no template, never wrote", records{optIn(0, "marketing")}, consent.Message{Category: "marketing"}, reasons{"template_required"}},
		{"no template, wrote long ago", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(25 * h)}, reasons{"template_required", "window_closed"}},
		{"no template, wrote just now", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(h)}, nil},
		{"no template, the last moment of the window", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(24*h - 1)}, nil},
		{"no template, 24 hours to the moment", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(24 * h)}, reasons{"template_required", "window_closed"}},
		{"the window relaxes templates, not consent", nil, consent.Message{Category: "marketing", LastInboundAt: ago(h)}, reasons{"no_opt_in"}},
		{"a message from the near future is a clock that differs", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(-4 * time.Minute)}, nil},
		{"a message from the far future is none", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(-6 * time.Minute)}, reasons{"template_required", "window_closed"}},
		{"template pending", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", Template: &consent.Template{Category: "marketing", Status: consent.TemplatePending}}, reasons{"template_not_approved"}},
		{"template without status", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", Template: &consent.Template{Category: "marketing"}}, reasons{"template_not_approved"}},
		{"template of another category", records{optIn(0, "marketing", "utility")}, consent.Message{Category: "marketing/offers", Template: approved("utility")}, reasons{"template_category_mismatch"}},
		{"template with WhatsApp's capitals", records{optIn(0, "marketing")}, consent.Message{Category: "marketing/offers", Template: approved("MARKETING")}, nil},
		{"a bad template is bad within the window too", records{optIn(0, "marketing")}, consent.Message{Category: "marketing", LastInboundAt: ago(h), Template: &consent.Template{Category: "utility", Status: "REJECTED"}}, reasons{"template_not_approved", "template_category_mismatch"}},
		{"all reasons, in order", nil, consent.Message{Category: "utility", Template: &consent.Template{Category: "marketing", Status: "PAUSED"}}, reasons{"no_opt_in", "template_not_approved", "template_category_mismatch"}},
		{"no consent and no template", records{optOut(0)}, consent.Message{Category: "utility", LastInboundAt: ago(48 * h)}, reasons{"opted_out", "template_required", "window_closed"}},

		// Service.
		{"service: a reply needs no opt-in", nil, consent.Message{Category: "service", LastInboundAt: ago(h)}, nil},
		{"service: a reply to somebody who opted out long before", records{optOut(0)}, consent.Message{Category: "service", LastInboundAt: ago(h)}, nil},
		{"service: the message was the opt-out", records{optOut(99 * h)}, consent.Message{Category: "service", LastInboundAt: ago(h)}, reasons{"opted_out"}},
		{"service: opted out after the message", records{optOut(99*h + 1)}, consent.Message{Category: "service", LastInboundAt: ago(h)}, reasons{"opted_out"}},
		{"service: opted out of service after the message", records{optOut(100*h, "service")}, consent.Message{Category: "service", LastInboundAt: ago(h)}, reasons{"opted_out"}},
		{"service: opted out of marketing after the message", records{optOut(100*h, "marketing")}, consent.Message{Category: "service", LastInboundAt: ago(h)}, nil},
		{"service: the opt-out is kept to the microsecond, the message to the nanosecond", records{optOut(99 * h)}, consent.Message{Category: "service", LastInboundAt: ago(h).Add(999)}, reasons{"opted_out"}},
		{"service: a category that is none", nil, consent.Message{Category: "service//x", LastInboundAt: ago(h)}, reasons{"not_covered"}},
		{"service: never wrote", nil, consent.Message{Category: "service"}, reasons{"no_opt_in", "template_required", "window_closed"}},
		{"service: wrote yesterday", nil, consent.Message{Category: "service", LastInboundAt: ago(25 * h)}, reasons{"no_opt_in", "template_required", "window_closed"}},
		{"service: the window is what counts, even with an opt-in", records{optIn(0, "service")}, consent.Message{Category: "service", LastInboundAt: ago(25 * h)}, reasons{"template_required", "window_closed"}},
		{"service: there are no service templates", records{optIn(0, "service")}, consent.Message{Category: "service", Template: approved("utility")}, reasons{"template_category_mismatch", "window_closed"}},

		// Calls.
		{"calls need consent to calls", records{optIn(0, "marketing", "utility")}, consent.Message{Category: "calls", LastInboundAt: ago(h)}, reasons{"not_covered"}},
		{"calls need no template", records{optIn(0, "calls")}, consent.Message{Category: "calls"}, nil},
		{"calls stopped", records{optIn(0, "calls"), optOut(h)}, consent.Message{Category: "calls"}, reasons{"opted_out"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			standing := applyAll(nil, tt.records)
			d := consent.Policy{}.Decide(standing, tt.msg, now)
			assert.Equal(t, tt.want, d.Reasons)
			assert.Equal(t, len(tt.want) == 0, d.Allowed)
			assert.Equal(t, now, d.At)
			if !d.Allowed {
				assert.Equal(t, uuid.Nil, d.OptIn)
			}
		})
	}
}

func TestDecideNamesTheOptInReliedOn(t *testing.T) {
	s := applyAll(nil, []consent.Record{optIn(0, "marketing"), optIn(2*time.Hour, "marketing/offers"), optIn(time.Hour, "marketing")})
	d := consent.Policy{}.Decide(s, consent.Message{Category: "marketing/offers", Template: approved("marketing")}, t0.Add(time.Hour*9))
	assert.Equal(t, uuid.UUID{1, 2}, d.OptIn)
	d = consent.Policy{}.Decide(s, consent.Message{Category: "marketing", Template: approved("marketing")}, t0.Add(time.Hour*9))
	assert.Equal(t, uuid.UUID{1, 1}, d.OptIn)
}

func TestZeroDecisionDenies(t *testing.T) {
	assert.False(t, consent.Decision{}.Allowed)
}

func TestCategory(t *testing.T) {
	for _, good := range []consent.Category{"marketing", "utility/orders", "calls", "service/a-b_c/9", "authentication"} {
		assert.True(t, good.IsValid(), good)
	}
	for _, bad := range []consent.Category{"", "/", "Marketing", "marketing/", "/marketing", "marketing//offers", "marketing/Offers", "marketing/of fers",
		"marketing ", "newsletter", "marketing\x00", "marketing/é", consent.Category("marketing/" + string(make([]byte, 200)))} {
		assert.False(t, bad.IsValid(), "%q", string(bad))
	}
	assert.True(t, consent.Marketing.Covers("marketing"))
	assert.True(t, consent.Marketing.Covers("marketing/offers"))
	assert.False(t, consent.Marketing.Covers("marketings"))
	assert.False(t, consent.Category("marketing/offers").Covers("marketing"))
	assert.False(t, consent.Category("").Covers("marketing"))
	assert.False(t, consent.Category("").Covers(""))
	assert.Equal(t, consent.Marketing, consent.Category("marketing/offers/food").Root())
}
