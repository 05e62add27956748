// Lint reads a file of opt-in texts and reports which are valid opt-ins for
// WhatsApp, with the words that decided marked:
//
//	go run ./examples/lint [-strict] file.jsonl ...
//
// A file holds one JSON object a line, as in texts.jsonl; "-" is standard
// input. The fields are
//
//	text         what people see or hear when they agree
//	business     the business's name, in full
//	names        other names that people know it by, a list; optional
//	language     BCP 47 tag of the text's language, such as "pt-BR"; optional
//	reviewed_by  who read the text and approved it, if it cannot be judged; optional
//	id           what the report calls the text; optional
//
// -strict refuses texts that break WhatsApp's best practices, too.
//
// The exit status is 0 if all texts are valid, 1 if one is not, and 2 if
// something could not be read, so that lint can guard a repository.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/optinkit/consent"
)

func main() {
	if status := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, colourful(os.Stdout)); status != 0 {
		os.Exit(status)
	}
}

// The exit statuses.
const (
	allValid = iota
	someInvalid
	unreadable
)

func run(args []string, stdin io.Reader, stdout, stderr io.Writer, colour bool) int {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: lint [-strict] file.jsonl ...")
		flags.PrintDefaults()
	}
	strict := flags.Bool("strict", false, "refuse texts that break WhatsApp's best practices")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return allValid
	} else if err != nil {
		return unreadable
	}

	var policy consent.Policy
	if *strict {
		policy.Require = []string{consent.RequirePractices}
	}

	var texts []text
	var errs []error
	if flags.NArg() == 0 {
		// A guard that was told nothing to guard must not report that all is well.
		flags.Usage()
		return unreadable
	}
	for _, name := range flags.Args() {
		data, err := readFile(name, stdin)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		more, problems := readTexts(name, data)
		texts, errs = append(texts, more...), append(errs, problems...)
	}
	// A guard that read nothing has guarded nothing.
	if len(texts) == 0 && len(errs) == 0 {
		errs = append(errs, errors.New("no texts to read"))
	}

	invalid, err := report(stdout, policy, texts, colour)
	if err != nil {
		errs = append(errs, err)
	}
	for _, err := range errs {
		fmt.Fprintln(stderr, "lint:", err)
	}
	switch {
	case len(errs) > 0:
		return unreadable
	case invalid > 0:
		return someInvalid
	}
	return allValid
}

func readFile(name string, stdin io.Reader) (string, error) {
	if name == "-" {
		data, err := io.ReadAll(stdin)
		return string(data), err
	}
	data, err := os.ReadFile(name)
	return string(data), err
}

// colourful tells whether f is a terminal whose user has nothing against
// colours (https://no-color.org).
func colourful(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
