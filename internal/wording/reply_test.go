package wording

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// TestKeywordAmongOtherThings wants a stop that is one part of a longer
// message, or has a slip of the finger, found and marked unsure.
func TestKeywordAmongOtherThings(t *testing.T) {
	for _, tc := range []struct {
		text string
		want Intent
	}{
		{"Stop sending this. Also is my order ready?", IntentStopAll},
		{"STOP!! and where is my parcel", IntentStopAll},
		{"Stop. Where is my order?", IntentStopAll},
		{"STOP where is my parcel", IntentStopAll},
		{"Is my parcel there yet? Unsubscribe.", IntentStopAll},
		{"stpo", IntentStopAll},
		{"stoop please", IntentStopAll},
		{"unsubscibe", IntentStopAll},
		{"Unsubscirbe me from this", IntentStopAll},
		{"stpo sending me messages", IntentStopAll},
		{"please delte my nubmer form your list", IntentStopAll},
		{"no more mesasges form you", IntentStopAll},
		{"No more messages please. Don't stop baking, these recipes are great", IntentStopAll},
		{"Do you still have the offer? Please remove me from your list", IntentStopAll},
		{"I unsubscribed by mistake. Please sign me up again", IntentStart},
		{"No more ads please. When does the course end?", IntentStopCategory},
		{"no more offers, no more messages", IntentStopAll},
		{"Your offers are dreadful, remove me from your list", IntentStopAll},
		{"do not resubscribe me", IntentStopAll},
		{"you keep sending messages, stop", IntentStopAll},
		{"dont stop the delivery, just unsubscribe me", IntentStopAll},
		{"no more sta\xfftements please! Unsubscribe", IntentStopAll},
		{strings.Repeat("I waited for the plumber. ", 100) + "Take me off your list.", IntentStopAll},
		{"Don't send the lasagne. Pleas unsubsrcibe me", IntentStopAll},
		{"Shop open today?", IntentNone},
		{"stop by the store?", IntentNone},
		{"Does the bus stop there? I come by bus.", IntentNone},
		{"Step 2 is done", IntentNone},
		{"Don't stop. I like them", IntentNone},
		{"Stock?", IntentNone},
		{"unsubscriiiibe", IntentStopAll},
		{"pleaaase stoppp messagingggg meee", IntentStopAll},
		{"Nooooo waaay, see youuu", IntentNone},
		{"STOP BY TODAY, we have a table", IntentNone},
	} {
		if got := ReadReply(tc.text, language.English, nil); got.Intent != tc.want {
			t.Errorf("%q: got %s %v, want %s", tc.text, got.Intent, words(tc.text, got.Spans), tc.want)
		} else if tc.want != IntentNone && !got.Unsure {
			t.Logf("%q: sure", tc.text)
		}
	}
}
