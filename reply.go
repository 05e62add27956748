package consent

import (
	"golang.org/x/text/language"

	"github.com/optinkit/consent/internal/wording"
)

// Intent is what a person who wrote back wants. Intents are stable strings.
type Intent string

// The intents.
const (
	IntentStopAll      Intent = "stop_all"      // no more messages: call OptOut without categories
	IntentStopCategory Intent = "stop_category" // no more of one kind: call OptOut with Reply.Category
	IntentStart        Intent = "start"         // messages again; evidence for an opt-in, not one by itself
	IntentNone         Intent = "none"          // something else
)

// Reply is what [ReadReply] read.
type Reply struct {
	Intent   Intent
	Category Category // what to stop, for IntentStopCategory
	Unsure   bool     // the words allow another reading: act on Intent, and ask the person or let somebody look
	Language string   // BCP 47 tag of the lexicon that read it, or ""
	Spans    []Span   // the words that decided, in bytes of the message
}

// Keywords replaces the built-in lists of words that, as a whole message, stop or start
// messages. Case, accents, punctuation, emoji and words of politeness do not count.
// Phrases are read with the lexicons as ever.
type Keywords struct {
	Stop, Start []string
}

// ReadReply reads what a person wrote back to a business: a request to stop everything
// or one kind of message, to start again, or something else. lang is the language of
// the conversation if known, and language.Und otherwise.
//
// A missed stop is the worse mistake, so a request counts in any wording that a
// reasonable person would understand, as the FCC asks of revocations (47 CFR
// 64.1200(a)(10)), and not only as a keyword. Each sentence is read by itself: "No
// more texts. When does the offer end?" stops everything.
//
// Of a message of more than 2 KiB the first 2 KiB and the last 512 bytes are read.
// That makes the reply unsure, and so do bytes that are no UTF-8, which leave it
// without spans.
func ReadReply(text string, lang language.Tag) Reply {
	return exportedReply(wording.ReadReply(text, lang, nil))
}

// ReadReply is the function of the same name with k's keywords.
func (k Keywords) ReadReply(text string, lang language.Tag) Reply {
	return exportedReply(wording.ReadReply(text, lang, &wording.Keywords{Stop: k.Stop, Start: k.Start}))
}

func exportedReply(r *wording.Reply) Reply {
	return Reply{Intent(r.Intent), Category(r.Category), r.Unsure, r.Language, exported(r.Spans)}
}
