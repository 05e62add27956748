// Package wording reads opt-in statements and what people write back.
//
// A text is read in fixed steps, each in its file:
//
//	fold       one rune per position, lower case, invisible marks gone, with the original bytes
//	detect     which languages' words the text is made of
//	names      the business's names, found first and masked, and unfilled placeholders
//	match      the language's lexicon, longest form first
//	clause     sentences and clauses, by punctuation and by words
//	layout     "Consent: granted, Sender: X": fields read as a whole
//	spend      words that say nothing: harmless negations, ways out, occasions
//	frame      who agrees to what: anchor, verb, object, polarity
//	sender     who sends: the business, or partners alone
//	choice     boxes for and against
//	standing   whether the words of a name stand there as the name
//	statement  what the sentences say together: questions and answers, headings
//
// The Go code knows no language: all words are data, one file a language under
// lexicon, described in lexicon/README.md. The frames are about classes of
// words and do not depend on their order, except for the side on which a
// language puts the object of a verb.
//
// What people write back has its own classes of words and its own steps: reply, and
// slip for slips of the finger.
//
// Verdicts are three-valued. What cannot be read is Unsure, never Pass.
//
// Nothing is parsed at import. A script's lexicons are parsed when the first
// text in that script comes, and a language is compiled when its first text
// comes. Texts judged before are remembered, within bounds. All functions may
// be called at the same time from many goroutines.
package wording
