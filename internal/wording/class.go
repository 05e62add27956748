package wording

// class says what a word does in an opt-in text. A form may have several.
type class uint64

const (
	cAssent    class = 1 << iota // I agree, consent, accept
	cPermit                      // I allow, authorise
	cWish                        // I want, would like
	cRequest                     // send me, text me, sign me up
	cReceive                     // receive, get
	cSend                        // send, share news: wants a message as its object
	cContact                     // call, text, hear from: is a message by itself
	cComm                        // message, news, offer, reminder
	cChannel                     // WhatsApp, SMS, e-mail: the means, rarely the object
	cAct                         // reply YES, press 1, text JOIN: an act that only means yes
	cTick                        // tick, check: an act that means what the box says
	cGive                        // submit, provide my number: an act that may mean anything
	cSignup                      // subscribe, join
	cQuestion                    // may we, would you like, if you wish
	cAnswer                      // yes
	cNeg                         // not, never, without
	cRefuse                      // I do not want: a refusal in one form
	cHarmless                    // not a condition of purchase
	cMild                        // required, condition, spam: makes a negator harmless
	cUntick                      // untick
	cOptOut                      // opt out, unsubscribe
	cStop                        // stop, withdraw
	cUnless                      // unless
	cSilence                     // if we do not hear from you
	cDeemed                      // is deemed to agree: silence, unless an act is named
	cIf                          // if
	cBut                         // but
	cAnd                         // and
	cSplit                       // begins a new clause: and I, which
	cOther                       // things received that are not messages
	cTerms                       // terms, policy
	cData                        // personal data, processing
	cThird                       // partners, third parties
	cUs                          // we, us
	cMe                          // me, my number
	cYou                         // you, your number
	cFrom                        // from, by: before or after the sender
	cVia                         // by, through: before or after the means
	cNotice                      // you will receive, we may send
	cCan                         // can, may; with a verb, "may send": a permission if the person says it of themselves, else a notice
	cWill                        // will: announces what the next verb says
	cAnytime                     // at any time
	cShare                       // pass on, sell
	cBehalf                      // on behalf of
	cOptInfo                     // reply STOP to end
	cValue                       // so that you never miss
	cMarketing                   // topics, by category
	cUtility
	cAuth
	cCalls
	cNaming      // stands beside a name: team, shop, this is
	cBrand       // what a placeholder calls the business
	cInitiate    // chat with us: the person writes first
	cOf          // of, to: behind a name, where the language puts it there
	cWord        // a known word without a part to play
	cRevoke      // is taken back, I revoke: consent that was given is gone
	cAbout       // about: a topic follows, not an object
	cName        // inner: the business's name
	cComma       // inner: a soft break
	cMail        // e-mail: a channel of its own, neither message nor call
	cWhen        // when, as soon as: what follows is a topic
	cGranted     // given, granted: the value of a field of consent
	cRecipient   // to my doctor: what is sent goes to somebody else
	cPlaceholder // an unfilled blank: {{company}}, "your company name"
)

// Classes of words in what people write back. They live in a trie of their
// own, so their numbers may repeat those above.
const (
	rStop     class = 1 << iota // a whole message that stops everything
	rStart                      // a whole message that starts again
	rAsk                        // a whole message that may mean stop: a person should look
	rPhrase                     // a phrase that stops, wherever it stands
	rResume                     // a phrase that starts again
	rVerb                       // stop, remove, end
	rNeg                        // don't, no more
	rMessage                    // messages, texting me
	rPromo                      // offers, ads
	rUpdate                     // order updates
	rCode                       // codes
	rCall                       // calls, calling me
	rAll                        // everything, any
	rKeep                       // don't stop: undoes a stop
	rInnocent                   // objects and phrases that are not messages
	rPolite                     // please, thanks
	rNoise                      // known words that change nothing
	rExcept                     // except, but keep: what goes with it goes on
	rOpen                       // a phrase that stops unless goods are its object: don't send
)

var classNames = map[string]class{
	"assent": cAssent, "permit": cPermit, "wish": cWish, "request": cRequest, "receive": cReceive, "send": cSend,
	"contact": cContact, "comm": cComm, "channel": cChannel, "act": cAct, "tick": cTick, "give": cGive, "signup": cSignup,
	"question": cQuestion, "answer": cAnswer, "neg": cNeg, "refuse": cRefuse, "harmless": cHarmless, "mild": cMild,
	"untick": cUntick, "optout": cOptOut, "stop": cStop, "unless": cUnless, "silence": cSilence, "deemed": cDeemed, "if": cIf, "but": cBut,
	"and": cAnd, "split": cSplit, "other": cOther, "terms": cTerms, "data": cData, "third": cThird, "us": cUs, "me": cMe, "you": cYou, "may": cCan,
	"from": cFrom, "via": cVia, "notice": cNotice, "can": cCan, "about": cAbout, "will": cWill, "anytime": cAnytime, "share": cShare, "behalf": cBehalf,
	"optinfo": cOptInfo, "value": cValue, "marketing": cMarketing, "utility": cUtility, "authentication": cAuth,
	"calls": cCalls, "naming": cNaming, "brand": cBrand, "initiate": cInitiate, "of": cOf, "word": cWord, "blank": cPlaceholder, "mail": cMail,
	"when": cWhen, "granted": cGranted, "revoke": cRevoke, "recipient": cRecipient,
}

var replyNames = map[string]class{
	"reply.stop": rStop, "reply.start": rStart, "reply.ask": rAsk, "reply.phrase": rPhrase, "reply.resume": rResume,
	"reply.verb": rVerb, "reply.neg": rNeg, "reply.message": rMessage, "reply.promo": rPromo, "reply.update": rUpdate,
	"reply.code": rCode, "reply.call": rCall, "reply.all": rAll, "reply.keep": rKeep, "reply.innocent": rInnocent,
	"reply.polite": rPolite, "reply.noise": rNoise, "reply.except": rExcept,
	"reply.open": rOpen,
}

// Lists that are not matched in the text but shape names.
const (
	listLegal   = "name.legal"   // legal forms: Ltd, GmbH
	listTail    = "name.tail"    // endings a name may take: 'ten, の
	listSwap    = "name.swap"    // endings a name may change: a>y
	listClitic  = "name.clitic"  // words joined before a name: d', מ
	listArticle = "name.article" // articles that a name may lose
	listBefore  = "name.before"  // characters that make another name of one: 新
)
