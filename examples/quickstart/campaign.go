package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/optinkit/consent"
)

// person is somebody whom rows of the file are about.
type person struct {
	business string
	phone    consent.Phone
	line     int // of the first row
	rows     int
}

// peopleOf lists the people of rows, in the order of the file.
func peopleOf(rows []row) []person {
	type key struct {
		business string
		phone    consent.Phone
	}
	var people []person
	index := map[key]int{}
	for _, r := range rows {
		if r.phoneErr != nil {
			continue
		}
		k := key{r.business.ID, r.phone}
		if _, found := index[k]; !found {
			index[k] = len(people)
			people = append(people, person{business: k.business, phone: k.phone, line: r.line})
		}
		people[index[k]].rows++
	}
	return people
}

// busiest returns the n people with most rows.
func busiest(people []person, n int) []person {
	sorted := slices.Clone(people)
	slices.SortStableFunc(sorted, func(a, b person) int { return cmp.Compare(b.rows, a.rows) })
	return sorted[:min(n, len(sorted))]
}

// send is a message that the campaign would like to send.
type send struct {
	to      person
	what    string
	as      string // how it is to be sent; "later" is after the person wrote
	message consent.Message
}

var (
	offer  = &consent.Template{Name: "weekly_offer", Language: "en", Category: consent.Marketing, Status: consent.TemplateApproved}
	update = &consent.Template{Name: "order_update", Language: "en", Category: consent.Utility, Status: consent.TemplateApproved}
	paused = &consent.Template{Name: "old_notice", Language: "en", Category: consent.Utility, Status: consent.TemplatePaused}
)

// offers is the weekly offer to everybody.
func offers(people []person) []send {
	var sends []send
	for _, who := range people {
		sends = append(sends, send{who, "offer", "approved template", consent.Message{
			BusinessID: who.business, Phone: who.phone, Category: "marketing/offers", Template: offer,
		}})
	}
	return sends
}

// samples is one message of every sort to the two busiest people of each business.
func samples(people []person, now time.Time) []send {
	plans := []send{
		{what: "offer", as: "approved template", message: consent.Message{Category: "marketing/offers", Template: offer}},
		{what: "offer", as: "paused utility template", message: consent.Message{Category: "marketing/offers", Template: paused}},
		{what: "offer", as: "free text, 30 h later", message: consent.Message{Category: "marketing/offers", LastInboundAt: now.Add(-30 * time.Hour)}},
		{what: "order update", as: "approved template", message: consent.Message{Category: "utility/orders", Template: update}},
		{what: "call", as: "voice", message: consent.Message{Category: consent.Calls}},
		{what: "reply", as: "free text, 2 h later", message: consent.Message{Category: consent.Service, LastInboundAt: now.Add(-2 * time.Hour)}},
	}
	var sends []send
	for _, business := range businessesOf(people) {
		theirs := slices.DeleteFunc(slices.Clone(people), func(who person) bool { return who.business != business })
		for _, who := range busiest(theirs, 2) {
			for _, s := range plans {
				s.to = who
				s.message.BusinessID, s.message.Phone = who.business, who.phone
				sends = append(sends, s)
			}
		}
	}
	return sends
}

// businessesOf lists the businesses of people, in the order of the file.
func businessesOf(people []person) []string {
	var ids []string
	for _, who := range people {
		if !slices.Contains(ids, who.business) {
			ids = append(ids, who.business)
		}
	}
	return ids
}

// decide asks for all messages at once. For a single one there is Ledger.Check.
func decide(ctx context.Context, ledger *consent.Ledger, sends []send) ([]consent.Decision, error) {
	messages := make([]consent.Message, len(sends))
	for i, s := range sends {
		messages[i] = s.message
	}
	return ledger.CheckAll(ctx, messages)
}
