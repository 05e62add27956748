package main

import "github.com/optinkit/consent"

// business is whose texts these are.
var business = consent.Business{ID: "harbour", Name: "Harbour & Hill Outdoor GmbH", Names: []string{"Harbour & Hill"}}

// texts are the opt-in texts that the app shows, by the place where it shows them. The
// forms take them from here, so that what the test reads is what people read.
var texts = map[string]string{
	"checkout": "I agree to receive updates about my order from Harbour & Hill Outdoor on WhatsApp, " +
		"so that I know when it arrives. Reply STOP at any time to end them.",
	"newsletter": "Yes, I would like to receive offers and tips from Harbour & Hill on WhatsApp. " +
		"About twice a month; reply STOP to unsubscribe.",
	"repair counter": "By giving my number I agree that Harbour & Hill Outdoor may call me and send me messages about my repair. " +
		"I can end this at any time by replying STOP.",
}

// drafts are texts that somebody has proposed. They are not shown yet: see in the report what they lack.
var drafts = map[string]string{
	"popup":       "I agree to receive offers on WhatsApp!",
	"footer":      "By using this site you accept our terms and the privacy policy of Harbour & Hill Outdoor.",
	"competition": "I want to receive offers from Harbour & Hill Outdoor. See https://bit.ly/3xYzAbC for how to opt out.",
	"old box":     "Untick this box if you do not want to receive offers from Harbour & Hill Outdoor.",
}
