package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/optinkit/consent"
	"golang.org/x/text/language"
)

// text is a line of the file.
type text struct {
	place     string // file and line
	id        string
	business  consent.Business
	statement consent.Statement
}

// readTexts reads a text a line. A line that is wrong is reported, and the
// others are read all the same.
func readTexts(file, data string) ([]text, []error) {
	var texts []text
	var errs []error
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(data, "\uFEFF")) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		t, err := readText(line)
		t.place = fmt.Sprintf("%s:%d", file, number)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t.place, err))
			continue
		}
		texts = append(texts, t)
	}
	return texts, errs
}

func readText(line string) (text, error) {
	// encoding/json would put U+FFFD for bad bytes; then the spans would be of another text.
	if !utf8.ValidString(line) {
		return text{}, errors.New("not valid UTF-8; convert the file")
	}
	var fields struct {
		ID         string   `json:"id"`
		Business   string   `json:"business"`
		Names      []string `json:"names"`
		Text       string   `json:"text"`
		Language   string   `json:"language"`
		ReviewedBy string   `json:"reviewed_by"`
	}
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.DisallowUnknownFields() // a misspelt "names" must not pass in silence
	if err := decoder.Decode(&fields); err != nil {
		return text{}, explain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return text{}, errors.New("more than one JSON object; write one a line")
	}
	// A text without a name or without words is a slip in the file, not a
	// text that fails.
	if strings.TrimSpace(fields.Business) == "" {
		return text{}, errors.New("field business: empty; give the business's name")
	}
	if strings.TrimSpace(fields.Text) == "" {
		return text{}, errors.New("field text: empty; give the text to be judged")
	}
	var tag language.Tag
	if fields.Language != "" {
		var err error
		if tag, err = language.Parse(fields.Language); err != nil {
			return text{}, fmt.Errorf("field language: %q is no BCP 47 language tag, such as pt-BR", fields.Language)
		}
	}
	return text{
		id:        fields.ID,
		business:  consent.Business{Name: fields.Business, Names: fields.Names},
		statement: consent.Statement{Text: fields.Text, Language: tag, ReviewedBy: fields.ReviewedBy},
	}, nil
}

// explain says in the file's terms what encoding/json says in Go's.
func explain(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("is a JSON %s; write an object, as in {\"business\": …, \"text\": …}", kind.Value)
	case errors.As(err, &kind) && kind.Field == "names":
		return fmt.Errorf("field names: is a JSON %s; write a list of strings", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("field %s: is a JSON %s; write a string", kind.Field, kind.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON object ends too early; write the whole object on one line")
	}
	return fmt.Errorf("not a JSON object with the fields that lint knows: %s", strings.TrimPrefix(err.Error(), "json: "))
}
