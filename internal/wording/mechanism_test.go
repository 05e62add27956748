package wording

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// mini compiles a small lexicon, so that a mechanism can be tested apart from
// any language's words.
func mini(t *testing.T, text string) *lexicon {
	t.Helper()
	src, err := parse("mini", "language: xx\nscripts: Latn\n"+text, false)
	if err != nil {
		t.Fatal(err)
	}
	common := &source{}
	l, err := src.compile(common)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []use{forText, forReply} {
		tr, err := src.trie(common, u)
		if err != nil {
			t.Fatal(err)
		}
		l.tries[u] = func() *trie { return tr }
	}
	return l
}

const frameWords = `
[assent]
agree
[wish]
want
[receive]
receive
[send]
send
[contact]
call
[comm]
news, messages
[other]
parcel, goods
[terms]
terms
[me]
me
[and]
and
[channel]
whatsapp
[via]
by
[initiate]
chat
[answer]
yes
[request send]
send$
`

const thirdWords = `
[third]
partners
[us]
us, we
[from]
from, of
[neg]
not
[share]
share
`

const aboutWords = `
[about]
about
[stop]
cancellation
[utility]
delays, prices
[word]
now
`

const whenWords = `
[when]
when
[neg]
not, nobody
[stop]
stops
`

const revokeWords = `
[revoke]
revoked
[can]
may
[stop]
ends
[word]
now, which
`

const fieldWords = `
[assent]
consent
[granted]
granted
[refuse]
refused
[neg]
not, no
[stop]
stop, withdrawal
[naming]
sender
[third]
partners
[question]
would you
`

func TestMechanisms(t *testing.T) {
	for _, tc := range []struct {
		name, keys, words, text string
		want                    Verdict
	}{
		{"variants are not written out", "", "[wish]\n(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b) (c|d)", "abbabbababbaba d receive news", Pass},
		{"an and joined to a verb leads on from terms", "object: after\nclitics: w\nclitics.and: w", "", "agree terms wreceive messages", Pass},
		{"a clitic that is no and does not", "object: after\nclitics: b", "", "agree terms breceive messages", Fail},
		{"the end of a compound", "object: after", "[comm]\n*briefe", "agree receive werbebriefe", Pass},
		{"a compound needs a beginning", "object: after", "[comm]\n*briefe", "agree receive xbriefe", Fail},
		{"goods and messages are a list", "object: after", "", "agree receive parcel and news", Pass},
		{"goods alone are not messages", "object: after", "", "agree receive parcel", Fail},
		{"a person may be called about goods, verb last", "object: either", "", "agree me parcel call", Pass},
		{"the way is no object", "object: after", "", "agree by whatsapp", Fail},
		{"who writes first does not agree", "object: after", "[tick]\ntap", "chat whatsapp tap", Fail},
		{"fields on lines", "", fieldWords, "Consent: granted\nSender: X\nTopics: news\nStop: END", Pass},
		{"fields on one line, in another order", "", fieldWords, "Topics: news / Withdrawal: STOP / Consent: yes", Pass},
		{"a field of consent that refuses", "", fieldWords, "Consent: refused\nTopics: news", Fail},
		{"a field of consent that says no", "", fieldWords, "Consent: not granted\nTopics: news", Fail},
		{"a field of consent without an answer", "", fieldWords, "Consent: zzz\nTopics: news", Fail},
		{"consent withdrawn is no consent", "", fieldWords, "Withdrawal consent: yes\nTopics: news", Fail},
		{"fields of consent to terms", "", fieldWords, "Consent to terms: granted\nTopics: news", Fail},
		{"a choice of boxes", "", fieldWords, "Topics: news\nConsent: ☐ yes ☐ no", Pass},
		{"the box against is ticked", "", fieldWords, "Topics: news\nConsent: ☐ yes ☑ not", Unsure},
		{"the box for is ticked", "", fieldWords, "Topics: news\nConsent: [x] yes [ ] not", Pass},
		{"only partners send", "", fieldWords, "Consent: granted\nSender: partners\nTopics: news", Fail},
		{"granted in running text", "", fieldWords, "the wish is granted and news come", Fail},
		{"messages and yes", "", fieldWords, "News: yes\nChannel: whatsapp", Pass},
		{"a heading and a question", "", fieldWords, "News by whatsapp. Would you receive? ☐ yes ☐ not", Pass},
		{"a heading and a question nobody answers", "", fieldWords, "News by whatsapp. Would you receive?", Fail},
		{"what happens when is a topic", "", whenWords, "send me messages when water off stops", Pass},
		{"a negator in a when clause", "", whenWords, "I want receive messages when nobody home", Pass},
		{"a refusal in a when clause", "", whenWords, "agree receive messages when I not want messages", Fail},
		{"a when clause that the frame does not precede", "", whenWords, "when parcel comes not call me", Fail},
		{"an and ends the when clause", "", whenWords, "send me messages when parcel comes and not call me", Fail},
		{"nothing but a when clause", "", whenWords, "when nobody call me", Fail},
		{"a when clause before its verb", "object: before", whenWords, "stops when messages send want", Pass},
		{"an announcement and a question", "", fieldWords, "Chains send news. Would you like them? ☐ yes ☐ not", Pass},
		{"goods written on to a message word", "", "[other]\n报告\n[send]\n发送\n[receive]\n领取\n[comm]\n通知\n[permit]\n同意", "同意发送报告领取通知", Pass},
		{"goods before another word", "", "[other]\n报告\n[send]\n发送\n[permit]\n同意", "同意发送报告", Fail},
		{"the partners send, we do not", "", thirdWords, "agree receive news from partners of us. we do not send messages", Fail},
		{"we and the partners send", "", thirdWords, "agree receive news from us and partners", Pass},
		{"we do not pass numbers on", "", thirdWords, "agree receive news from us. we do not share numbers with partners", Pass},
		{"a tag makes no question of a wish", "", fieldWords, "I want receive news, possible?", Pass},
		{"a list is no tag", "", fieldWords, "want receive news, messages?", Fail},
		{"a question stays one", "", fieldWords, "would you receive news, possible?", Fail},
		{"a stop that is a topic", "", aboutWords, "agree receive messages about delays, cancellation and prices", Pass},
		{"a stop behind the topics", "", aboutWords, "agree receive messages about delays, cancellation now", Fail},
		{"consent withdrawn behind the topics", "", aboutWords, "agree receive messages about delays, cancellation", Fail},
		{"consent withdrawn behind a colon", "", aboutWords, "agree receive messages about delays: cancellation", Fail},
		{"the end of consent is no topic", "", aboutWords, "cancellation agree receive messages", Fail},
		{"consent taken back behind a relative clause", "", revokeWords, "agree, which zz gave, receive messages, revoked now", Fail},
		{"and before it", "", revokeWords, "revoked now, agree receive messages", Fail},
		{"a right to take it back", "", revokeWords, "agree receive messages, may revoked", Pass},
		{"something else is taken back", "", revokeWords, "agree receive messages. zz revoked now", Pass},
		{"goods beyond the verb of agreeing", "object: after", "", "goods zz agree call", Pass},
		{"goods to call about", "object: after", "", "agree call goods", Fail},
		{"goods before the act", "", "[act]\npress\n[of]\nof", "receive messages of goods press", Pass},
		{"goods instead of messages before the act", "", "[act]\npress\n[of]\nof", "receive goods press", Fail},
		{"messages and goods, verb last", "object: before", "", "messages and goods receive agree", Pass},
		{"goods, verb last", "object: before", "", "goods receive agree", Fail},
		{"partners of two kinds", "", thirdWords, "agree receive news from us zz and zz partners", Fail},
		{"partners and what they do for us", "", thirdWords, "agree receive news from partners, zz us zz", Fail},
		{"partners whom we pick", "", thirdWords, "agree receive news from partners zz of us", Fail},
		{"the partners, and us", "", thirdWords, "agree receive news from partners and us", Pass},
		{"keys for the answers", "", fieldWords, "would you receive news? yes: 1, not: 2", Pass},
		{"a key for the refusal alone", "", fieldWords, "would you receive news? not: 2", Fail},
		{"buttons, one of which refuses", "", fieldWords, "would you receive news? [yes] [refused]", Pass},
		{"a refusal in brackets", "", fieldWords, "agree receive news [refused]", Fail},
		{"a box behind the word for a tick", "", "[tick]\ntick", "tick ☑ to receive news", Pass},
		{"and one that is an option", "", "[tick]\ntick\n[refuse]\nrefuse", "tick ☑ refuse messages", Fail},
		{"thumbs for answers", "", fieldWords, "would you receive news? 👍 and 👎", Pass},
		{"a field that tells how to refuse", "", fieldWords, "Consent: granted\nTopics: news\nRefused: stop", Pass},
		{"a refusal in fields", "", fieldWords, "Consent: refused\nTopics: news", Fail},
		{"what is sent to somebody else", "", "[recipient]\nto school\n[permit]\nallow\n[send]\nforward", "allow forward news to school", Fail},
		{"what is sent to me and somebody else", "", "[recipient]\nto school\n[permit]\nallow", "allow forward me news to school", Pass},
		{"not to want to miss is no refusal", "", "[refuse]\nnever want\n[mild value]\nmiss", "never want miss zz, agree receive news", Pass},
		{"not to want messages is one", "", "[refuse]\nnever want\n[mild value]\nmiss", "never want zz news, agree receive news", Fail},
		{"an answer in the words of the question", "", fieldWords, "would you receive news? receive zz", Pass},
		{"an answer by asking for it", "", fieldWords, "would you receive news? please send", Pass},
		{"the business goes on talking", "", thirdWords + "[question]\nwould you\n", "would you receive news? we receive news", Fail},
		{"a refusal before the answer", "", fieldWords, "would you receive news? refused! please send", Fail},
		{"an announcement and an agreement", "", "[notice send]\nsends", "zz sends news. agree", Pass},
		{"an announcement and an agreement to something else", "", "[notice send]\nsends", "zz sends news. agree zz zz zz zz", Fail},
		{"a ticked square", "", fieldWords, "news by whatsapp, would you receive? ■ yes □ not", Pass},
		{"the square against is ticked", "", fieldWords, "news by whatsapp, would you receive? □ yes ■ not", Unsure},
		{"something else is stopped", "", aboutWords, "agree receive messages zz zz zz cancellation zz prices", Pass},
		{"messages are stopped", "", aboutWords, "agree receive messages zz cancellation messages", Fail},
		{"a label in brackets", "", fieldWords, "【Consent】granted\n【Topics】news", Pass},
		{"a label before a dash", "", fieldWords, "Consent - granted\nTopics - news", Pass},
		{"an arrow leads on", "", "[act]\npress", "press zz → receive news", Pass},
		{"a comma inside parentheses belongs to the form", "object: after", "[silence]\n(no word, yes)", "agree receive news no word, yes", Fail},
	} {
		t.Run(tc.name, func(t *testing.T) {
			keys := tc.keys
			if !strings.Contains(keys, "object") {
				keys += "\nobject: after"
			}
			lex := mini(t, strings.TrimSpace(keys)+"\n"+frameWords+tc.words+"\n")
			sc := new(scratch)
			sc.folded.text(tc.text)
			sc.readName(&Result{}, lex, &names{})
			if got, reason, _ := sc.reading.statement(); got != tc.want {
				t.Errorf("%q: got %v %s, want %v", tc.text, got, reason, tc.want)
			}
		})
	}
}

// TestWaysOut wants an act whose word is a STOP to ask for nothing.
func TestWaysOut(t *testing.T) {
	for text, want := range map[string]Verdict{
		"Text JOIN to 36888 to get messages from Acme Ltd.":           Pass,
		"Text STOP to 36888 and get no messages from Acme Ltd.":       Fail,
		"Reply STOP to this message of Acme Ltd.":                     Fail,
		"Отправьте СТОП в ответ на это сообщение Acme Ltd.":           Fail,
		"Reply YES to get messages from Acme Ltd. Reply STOP to end.": Pass,
		"Text STAR to 36888 to receive offers from Acme Ltd.":         Pass,

		"I agree to get texts from Acme Ltd. Don't want these texts any more? Send STOP to 900.":                Pass,
		"I agree to get texts from Acme Ltd. To receive no more texts, answer with the word STOP.":              Pass,
		"I agree to get texts from Acme Ltd. Reply STOP to leave; no further messages will be sent.":            Pass,
		"Ich stimme dem Empfang von SMS der Acme Ltd zu. Keine SMS der Acme Ltd mehr? Ein Wort, STOPP, genügt.": Pass,
		"I agree to get texts from Acme Ltd. No, I do not want texts from Acme Ltd.":                            Unsure,
		"Don't want these texts from Acme Ltd any more? Send STOP to 900.":                                      Fail,
	} {
		if got := review(text, language.Und, []string{"Acme Ltd"}).Statement; got.Verdict != want {
			t.Errorf("got %v (%s), want %v: %s", got.Verdict, got.Reason, want, text)
		}
	}
}

// TestNobodyAgrees has texts that hold all the words of an opt-in, and are none.
func TestNobodyAgrees(t *testing.T) {
	for _, text := range []string{
		"Reply YES to receive messages from Sol.\nUser: NO",
		"May Sol send you messages? Reply YES or NO.\nNO",
		"\"I agree to receive messages from Sol\". The customer declined.",
		"Répondez OUI pour recevoir des messages de Sol.\nNON",
		"Are you over 18? Yes. Would you like messages from Sol?",
		"Do you agree to our terms? Yes. Do you want to receive messages from Sol?",
		"May Sol send you messages? Yes ☐ No ☒",
		"May Sol send you messages? (x) No ( ) Yes",
		"May Sol send you messages? Yes [ ] No [x]",
		"May Sol send you messages? [No]",
		"I agree to receive messages from Sol [No]",
		"Consent to messages from Sol: false",
		"Consent to messages from Sol: pending",
		"Einwilligung in Nachrichten von Sol: ausstehend",
		"Consent: yes\nMessages: none\nSender: Sol",
		"☐ I agree to receive messages from Sol\n☑ I agree to the terms of Sol",
		"I agree to receive delivery notices by SMS. I do not agree that Sol may share my number or send me messages.",
		"I do not want calls or messages from Sol at any time, I agree to receive letters and messages.",
		"I agree to receive messages from Sol. 我不同意接收短信。",
		"Sol will text you offers. I agree to the felling of my pear tree by the council.",
		"May Sol send you offers? To place your order, reply YES.",
		"May Sol send you offers? Sign here for your parcel.",
		"May Sol send you offers? We send offers every week.",
	} {
		if got := review(text, language.Und, []string{"Sol"}); got.Statement.Verdict == Pass && got.Name.Verdict == Pass {
			t.Errorf("passes (%s): %s", got.Statement.Reason, text)
		}
	}
}

// TestNamesOfOthers has texts that hold the words of the name, and not the name.
func TestNamesOfOthers(t *testing.T) {
	for text, name := range map[string]string{
		"I agree to receive 3 messages a week.":                      "3",
		"Just eat and enjoy. I agree to receive messages.":           "Just Eat",
		"Good news! I agree to receive messages.":                    "Good News",
		"I agree to receive messages from the Rock'n'Roll Shop.":     "Rock",
		"I agree to receive messages from Luna. Sol is closed.":      "Luna Sol",
		"I agree to receive messages from Green. Leaf through them.": "Green Leaf",
	} {
		if got := review(text, language.English, []string{name}); got.Name.Verdict == Pass {
			t.Errorf("%s is found in: %s", name, text)
		}
	}
}

func TestNameMechanisms(t *testing.T) {
	for _, tc := range []struct {
		rule, keys, words, name, text string
		found                         bool
	}{
		{"words before the last are inflected where the language says so", "name.inner: yes", "", "Altes Zollhaus", "news from Alten Zollhaus", true},
		{"and not where it does not", "", "", "Altes Zollhaus", "news from Alten Zollhaus", false},
		{"quotes inside", "", "", "Magazin Sowa", "news from Magazin «Sowa»", true},
		{"an article may be lost behind a preposition", "", "[from]\ndu", "Le Panier de Fatou", "messages du Panier de Fatou", true},
		{"what a prefix swallows of the name", "", "[name.clitic]\nll=al", "Alwaha Sky", "news llwaha Sky", true},
		{"a plus is part of a name", "", "", "BioMed+ Cotonou", "news from BioMed+ Cotonou", true},
		{"a plus at the end", "", "", "Okulist+", "news from «Okulist+»", true},
		{"an and that is joined to the next word", "", "", "ألفا & بيتا", "news from ألفا وبيتا", true},
		{"an and spelt otherwise", "", "", "রূপসী অ্যান্ড বিউটি", "news from রূপসী এন্ড বিউটি", true},
		{"the longest joined legal form", "", "", "紅葉酒莊股份有限公司", "news from 紅葉酒莊", true},
		{"a shorter one", "", "", "海蓝科技有限公司", "news from 海蓝科技", true},
		{"every preposition of one length is tried", "", "[name.clitic]\nll, ll=al", "Alwaha Sky", "news llwaha Sky", true},
		{"a space less", "", "", "Technik-Haus Lorenz", "news from Technikhaus Lorenz", true},
		{"a space less before digits", "", "", "Oz 24", "news from Oz24", true},
		{"a space less in a short name", "", "", "Ma Re", "news from Mare", false},
		{"a space more at an inner capital", "", "", "FreshMart", "news from Fresh Mart", true},
		{"a space more in a writing without capitals", "", "", "سوبرماركت البركة", "news from سوبر ماركت البركة", true},
		{"a space more elsewhere", "", "", "Therapist", "news about the rapist", false},
		{"a space more is no beginning", "", "", "FreshMart", "news from Fresh Martin", false},
		{"the middle of a word", "", "", "Ion", "news from station", false},
		{"another word is not the name", "", "", "Altes Zollhaus", "news from Neues Zollhaus", false},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			lex := mini(t, tc.keys+"\nobject: after\n"+frameWords+"[from]\nfrom\n"+tc.words+"\n")
			var f folded
			f.text(tc.text)
			if got := newNames(open(), []string{tc.name}).find(&f, lex, nil); (len(got) > 0) != tc.found {
				t.Errorf("%q in %q: found %v, want %v", tc.name, tc.text, len(got) > 0, tc.found)
			}
		})
	}
}

// TestStanding tells names from the words that they also are.
func TestStanding(t *testing.T) {
	const words = "[from]\nfrom\n[of]\nzu\n[word]\nhope, anker, आशा\n[naming]\nteam, sender\n[comm]\nख़बर\n[permit]\nallow\n"
	for _, tc := range []struct {
		rule, keys, name, text string
		want                   Verdict
	}{
		{"a known word behind from", "", "Hope", "I agree: news from Hope", Pass},
		{"an ending that means from", "[name.tail]\nसे\n[from]\nसे", "आशा", "agree receive zz आशासे news", Pass},
		{"an ending that does not", "[name.tail]\nसे\n[of]\nसे", "आशा", "agree receive zz आशासे zz", Unsure},
		{"a known word in small letters", "", "Hope", "I agree, news from hope", Unsure},
		{"a capital tells a name", "", "Hope", "agree to receive Hope news", Pass},
		{"but not where every noun has one", "capitals: nouns", "Anker", "agree to receive Anker news", Unsure},
		{"there it needs a naming position", "capitals: nouns", "Anker", "agree to receive news from Anker", Pass},
		{"the value of the sender's field", "", "आशा", "Sender: आशा\nagree receive news", Pass},
		{"the value of another field", "", "आशा", "Goods: आशा\nagree receive news", Unsure},
		{"in quotes", "", "आशा", "agree receive news «आशा» zz", Pass},
		{"a known word without capitals", "", "आशा", "agree receive आशा zu news", Unsure},
		{"an unknown word that is long enough", "", "पाऊलवाट", "agree receive पाऊलवाट zz news", Pass},
		{"a made-up name in small letters", "", "Mobilfix", "agree receive mobilfix news", Pass},
		{"a made-up name in small letters, far from any place of a name", "", "Mobilfix", "agree receive news zz mobilfix zz", Unsure},
		{"a name in small letters among capitals", "", "Mobilfix", "Agree receive mobilfix news", Unsure},
		{"a long name in small letters", "", "Visboer Henk & Zn", "Agree visboer henk and zn receive news", Pass},
		{"another name of the same characters", "[name.before]\n新", "大同書店", "receive 新大同書店 news", Unsure},
		{"a longer name", "", "Mai Linh", "agree receive news from Mai Linh Taxi", Unsure},
		{"a name of two words", "", "Mai Linh", "agree receive news from Mai Linh by Whatsapp", Pass},
		{"a genitive makes a longer name", "[from]\nof", "Rosa", "receive news from Rosa of Tramontana", Unsure},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			keys, more, _ := strings.Cut(tc.keys, "[")
			if more != "" {
				more = "[" + more + "\n"
			}
			lex := mini(t, strings.TrimSpace("object: after\n"+keys)+"\n"+frameWords+words+more)
			sc := new(scratch)
			sc.folded.text(tc.text)
			res := sc.readName(&Result{}, lex, newNames(open(), []string{tc.name}))
			if got := res.Name.Verdict; got != tc.want {
				t.Errorf("%q in %q: got %v %s, want %v", tc.name, tc.text, got, res.Name.Reason, tc.want)
			}
		})
	}
}
