package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/optinkit/consent"
)

func Example() {
	os.Args = []string{"lint", "texts.jsonl"}
	main()
	// Output:
	// valid    texts.jsonl:1  checkout  (Harbour & Hill Outdoor GmbH)
	//   has        statement: performative; name: named
	//            | «I agree» to «receive» updates about my order from «Harbour & Hill Outdoor» on
	//            | WhatsApp, so that I know when it arrives. Reply STOP at any time to end them.
	//
	// valid    texts.jsonl:2  newsletter  (Sunbread Bakery Ltd)
	//   has        statement: wish; name: inflected
	//            | Yes, «I would like» to «receive» «Sunbread»'s offers on WhatsApp, about twice a month.
	//   advice     practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// valid    texts.jsonl:4  phone menu  (Harbour & Hill Outdoor GmbH)
	//   has        statement: act_to_receive; name: named
	//            | To «receive» delivery updates from «Harbour and Hill Outdoor», «press 1». We never
	//            | share your number.
	//   advice     practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// 3 of 3 texts are valid opt-ins
}

func Example_invalid() {
	status := run([]string{"testdata/invalid.jsonl"}, nil, os.Stdout, os.Stderr, false)
	fmt.Println("exit status", status)
	// Output:
	// INVALID  testdata/invalid.jsonl:1  popup  (Sunbread Bakery Ltd)
	//   has        statement: performative
	//            | «I agree» to «receive» offers on WhatsApp! Reply STOP to end.
	//   violation  name.missing
	//              The business's name does not stand in the text. Name your business in the text. If it
	//              stands there in another form, add that form to Business.Names.
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// INVALID  testdata/invalid.jsonl:2  footer  (Sunbread Bakery Ltd)
	//   has        name: named
	//            | By using this site you accept the terms and conditions of «Sunbread Bakery».
	//   violation  statement.unclear
	//              The person accepts terms, not messages. Ask for consent to messages in a sentence of
	//              its own.
	//            | By using this site you accept the «terms and conditions» of Sunbread Bakery.
	//   advice     practice.categories
	//              The text does not say what kinds of messages will come. Name them, such as order
	//              updates or offers.
	//   advice     practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// INVALID  testdata/invalid.jsonl:3  old box  (Sunbread Bakery Ltd)
	//   has        name: named
	//            | Untick this box if you do not want to receive offers from «Sunbread Bakery».
	//   violation  statement.unclear
	//              The box opts out instead of in: people agree by leaving it alone. Let people tick the
	//              box to agree.
	//            | «Untick» this box if you do «not want» to receive offers from Sunbread Bakery.
	//   advice     practice.opt_out
	//              The text does not tell how to opt out. Add it, such as "Reply STOP to end".
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// INVALID  testdata/invalid.jsonl:4  template  (Sunbread Bakery Ltd)
	//   has        statement: performative
	//            | «I agree» to «receive» offers from {{business_name}}. Reply STOP to end.
	//   violation  name.placeholder
	//              The text has a placeholder where a name belongs. Keep the text as the person saw it,
	//              with placeholders filled in.
	//            | I agree to receive offers from «{{business_name}}». Reply STOP to end.
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// valid    testdata/invalid.jsonl:5  (Sunbread Bakery Ltd)
	//   has        statement: performative; name: named
	//            | I accept the terms «and I agree» to «receive» offers from «Sunbread Bakery». Reply
	//            | STOP to end.
	//   advice     practice.separate
	//              The text joins the opt-in with agreement to something else, such as terms. Ask for
	//              each on its own.
	//            | I accept the «terms» and I agree to receive offers from Sunbread Bakery. Reply STOP to
	//            | end.
	//   advice     practice.value
	//              The text does not say what the messages are worth to the person. Add it, such as "so
	//              you know when your order arrives".
	//
	// 1 of 5 texts are valid opt-ins
	// exit status 1
}

const good = `{"business": "Sunbread Bakery Ltd", "text": "I agree to receive offers from Sunbread Bakery."}` + "\n"

func TestStatus(t *testing.T) {
	dir := t.TempDir()
	file := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ok := file("good.jsonl", good)
	bad := file("bad.jsonl", strings.ReplaceAll(good, "agree", "refuse"))
	broken := file("broken.jsonl", good+"{\n"+good)
	empty := file("empty.jsonl", "\n \n")

	tests := []struct {
		name   string
		args   []string
		want   int
		stderr string
	}{
		{"no file", nil, unreadable, "usage"},
		{"good", []string{ok}, allValid, ""},
		{"help", []string{"-h"}, allValid, "usage"},
		{"bad", []string{ok, bad}, someInvalid, ""},
		{"strict", []string{"-strict", ok}, someInvalid, ""},
		{"broken line", []string{broken}, unreadable, "broken.jsonl:2: the JSON object ends too early"},
		{"broken beats bad", []string{bad, broken}, unreadable, ""},
		{"missing file", []string{ok, filepath.Join(dir, "missing")}, unreadable, "missing"},
		{"directory", []string{dir}, unreadable, ""},
		{"nothing to judge", []string{empty}, unreadable, "no texts"},
		{"unknown flag", []string{"-frobnicate"}, unreadable, "usage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if got := run(tt.args, nil, &stdout, &stderr, false); got != tt.want || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("status %d, want %d, and %q in:\n%s%s", got, tt.want, tt.stderr, &stdout, &stderr)
			}
		})
	}

	var out bytes.Buffer
	if got := run([]string{"-"}, strings.NewReader("\uFEFF"+good), &out, io.Discard, false); got != allValid || !strings.Contains(out.String(), "-:1") {
		t.Errorf("standard input: status %d in:\n%s", got, &out)
	}
}

// The texts around a broken line are judged all the same.
func TestBadLines(t *testing.T) {
	for line, want := range map[string]string{
		`{"business": "A", "text": "b"`:                   "ends too early",
		`["a"]`:                                           "is a JSON array; write an object",
		`{"business": "A", "text": 7}`:                    "field text: is a JSON number",
		`{"business": "A", "text": "b", "names": "c"}`:    "field names: is a JSON string; write a list",
		`{"business": "A", "text": "b", "name": ["c"]}`:   `unknown field "name"`,
		`{"business": " ", "text": "b"}`:                  "field business: empty",
		`{"text": "b"}`:                                   "field business: empty",
		`{"business": "A"}`:                               "field text: empty",
		`{"business": "A", "text": "b"} {}`:               "more than one JSON object",
		`{"business": "A", "text": "b", "language": "?"}`: `field language: "?"`,
		"{\"business\": \"A\", \"text\": \"\xff\"}":       "not valid UTF-8",
		`business: A`:                                     "not a JSON object",
	} {
		texts, errs := readTexts("f", good+line+"\n"+good)
		if len(texts) != 2 || texts[1].place != "f:3" || len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "f:2: ") || !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%s: %d texts and errors %v, want %q", line, len(texts), errs, want)
		}
	}
}

func TestMarks(t *testing.T) {
	text := "I agree to\nreceive\x1b[2J offers"
	spans := []consent.Span{{Start: 11, End: 18}, {Start: 2, End: 7}, {Start: 2, End: 12}}
	for colour, want := range map[bool]string{
		false: "           | I «agree to receive»�[2J offers\n",
		true:  "           | I \x1b[32magree\x1b[0m \x1b[32mto\x1b[0m \x1b[32mreceive\x1b[0m�[2J offers\n",
	} {
		p := printer{colour: colour}
		p.marked(text, spans, green)
		if got := p.b.String(); got != want {
			t.Errorf("colour %t:\n%q, want\n%q", colour, got, want)
		}
	}
}

func TestNoColour(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "report"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if colourful(f) {
		t.Error("colours in a file")
	}
	if tty, err := os.Open("/dev/tty"); err == nil {
		defer tty.Close()
		t.Setenv("NO_COLOR", "1")
		if colourful(tty) {
			t.Error("colours in spite of NO_COLOR")
		}
	}
	var out bytes.Buffer
	run([]string{"texts.jsonl"}, nil, &out, io.Discard, true)
	if !strings.Contains(out.String(), green) {
		t.Error("no colours where they are wanted")
	}
}

func TestOutputFailure(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if got := run([]string{"texts.jsonl"}, nil, w, io.Discard, false); got != unreadable {
		t.Errorf("status %d with a closed pipe, want %d", got, unreadable)
	}
}
