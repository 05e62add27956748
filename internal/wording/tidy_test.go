package wording

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var rewrite = flag.Bool("tidy", false, "rewrite the lexicons as TestTidy wants them")

// TestTidy wants every lexicon in one form, so that changes are easy to read:
// one section for each class, those of the texts before those of names and of
// replies, no entry twice in a section, lines of 120 letters. With -args -tidy it
// rewrites the files.
func TestTidy(t *testing.T) {
	dir, err := files.ReadDir("lexicon")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range dir {
		path := "lexicon/" + f.Name()
		if !strings.HasSuffix(path, ".txt") {
			continue
		}
		b, err := files.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := tidy(string(b))
		switch {
		case err != nil:
			t.Errorf("%s: %v", path, err)
		case want == string(b):
		case !*rewrite:
			t.Errorf("%s is not tidy: go test ./internal/wording -run TestTidy -args -tidy", path)
		default:
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// tidy is the text of a lexicon in the form that TestTidy wants.
func tidy(text string) (string, error) {
	type section struct {
		heading  string
		comments []string
		entries  []string
	}
	var head, comments []string
	var sections []*section
	var s *section
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		switch {
		case strings.HasPrefix(l, "["):
			l = strings.TrimSpace(l)
			i := slices.IndexFunc(sections, func(s *section) bool { return s.heading == l })
			if i < 0 {
				i = len(sections)
				sections = append(sections, &section{heading: l})
			}
			s = sections[i]
			s.comments = append(s.comments, comments...)
			comments = nil
		case strings.HasPrefix(l, "//"):
			comments = append(comments, l)
		case s == nil:
			head = append(head, l)
		default:
			entries, err := split(l)
			if err != nil {
				return "", err
			}
			for _, e := range entries {
				e = strings.Join(strings.FieldsFunc(e, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
				if !slices.Contains(s.entries, e) {
					s.entries = append(s.entries, e)
				}
			}
		}
	}
	slices.SortStableFunc(sections, func(a, b *section) int { return group(a.heading) - group(b.heading) })
	var b strings.Builder
	b.WriteString(strings.TrimRight(strings.Join(head, "\n"), "\n") + "\n")
	for _, s := range sections {
		b.WriteString("\n")
		for _, c := range s.comments {
			b.WriteString(c + "\n")
		}
		b.WriteString(s.heading + "\n")
		width := 0
		for i, e := range s.entries {
			if i < len(s.entries)-1 {
				e += ","
			}
			n := utf8.RuneCountInString(e)
			switch {
			case width == 0:
			case width+1+n > 120:
				b.WriteString("\n")
				width = 0
			default:
				b.WriteString(" ")
				width++
			}
			b.WriteString(e)
			width += n
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// group orders the sections of a lexicon.
func group(heading string) int {
	switch {
	case strings.HasPrefix(heading, "[reply."):
		return 2
	case strings.HasPrefix(heading, "[name."):
		return 1
	}
	return 0
}
