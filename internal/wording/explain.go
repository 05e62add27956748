package wording

// reasons explains every reason that a judgement may give, and how to mend
// what is wrong.
var reasons = map[string]struct{ says, mend string }{
	"performative":     {"The person agrees to receive messages or calls.", ""},
	"by_action":        {"The person agrees, by an act the text names, to receive messages or calls.", ""},
	"wish":             {"The person says that they want messages or calls.", ""},
	"request":          {"The person asks for messages or calls.", ""},
	"permission":       {"The person allows the business to message or call them.", ""},
	"act_to_receive":   {"The person acts (ticks, presses, replies, signs up) in order to receive messages or calls.", ""},
	"question_answer":  {"The person is asked for permission, and the text holds the answer.", ""},
	"field":            {"A field of the form asks for permission, and the text holds the answer.", ""},
	"none":             {"The text does not state that the person opts in.", "Say it in the person's own words, such as \"I agree to receive messages from …\"."},
	"empty":            {"The text is empty.", "Keep the exact words that the person saw or heard."},
	"refusal":          {"The text says that the person does not want messages.", "State the opt-in positively."},
	"contradiction":    {"One part of the text opts in and another refuses.", "Keep one statement, and say it positively."},
	"double_negative":  {"Two negatives in one clause may or may not cancel out.", "State the opt-in positively."},
	"opt_out_box":      {"The box opts out instead of in: people agree by leaving it alone.", "Let people tick the box to agree."},
	"silence":          {"The text takes silence for agreement.", "Ask for an act that says yes."},
	"terms_only":       {"The person accepts terms, not messages.", "Ask for consent to messages in a sentence of its own."},
	"data_only":        {"The person agrees to the use of data, not to messages.", "Say that the person agrees to receive messages."},
	"third_party_only": {"Only third parties are named as senders.", "Name your business as the sender."},
	"other_object":     {"What the person receives is not messages or calls.", "Say that the person agrees to receive messages."},
	"notice":           {"The text announces messages; nobody agrees to them.", "Ask for agreement instead of announcing."},
	"unanswered":       {"The text asks for permission, and holds no answer.", "Add how the person answers, such as \"Reply YES\"."},
	"user_initiated":   {"The text invites the person to write first, which is not an opt-in.", "Say that the person agrees to be messaged."},
	"opt_out_info":     {"The text only tells how to stop messages.", "Say that the person agrees to receive them."},
	"language":         {"Too little of the text is in a language that can be judged.", "Have a person who reads the language approve the text."},
	"too_long":         {"The text is too long to be judged.", "Keep only the words in which the person agrees."},
	"long_sentence":    {"A sentence of the text is too long to be judged.", "Put a full stop behind each statement."},
	"invalid_utf8":     {"The text is not valid UTF-8.", "Convert the text to UTF-8."},
	"bidi_override":    {"The text holds characters that reverse what people see.", "Remove the bidirectional override characters."},
	"named":            {"The business's name stands in the text.", ""},
	"inflected":        {"The business's name stands in the text, with an ending or preposition of the language.", ""},
	"placeholder":      {"A placeholder stands where the name should be.", "Fill in the name of your business before people see the text."},
	"ordinary_word":    {"The name's letters stand in the text, but perhaps as an ordinary word or as part of another name.", "Put the name where only a name can stand, such as \"messages from …\"."},
	"lookalike":        {"The text holds a spelling that only looks like the name.", "Write the name in its own letters."},
}

const (
	noNameSays = "The business's name does not stand in the text."
	noNameMend = "Name your business in the text."
)

// Explain says in one English sentence what judgement j found.
func Explain(j Judgement) string { return reasons[j.Reason].says }

// Mend says how to mend what judgement j found wrong; it is empty if nothing is.
func Mend(j Judgement) string { return reasons[j.Reason].mend }

// ExplainName is Explain for the judgement of the name, whose reason "none"
// means that the name is missing.
func ExplainName(j Judgement) string {
	if j.Reason == "none" {
		return noNameSays
	}
	return Explain(j)
}

// MendName is Mend for the judgement of the name.
func MendName(j Judgement) string {
	if j.Reason == "none" {
		return noNameMend
	}
	return Mend(j)
}
