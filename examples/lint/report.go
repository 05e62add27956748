package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/optinkit/consent"
)

// report judges the texts, writes what was found and returns how many are no valid opt-ins.
func report(out io.Writer, policy consent.Policy, texts []text, colour bool) (invalid int, err error) {
	p := printer{colour: colour}
	for _, t := range texts {
		e := policy.Review(t.business, t.statement)
		p.text(t, e)
		if !e.OK() {
			invalid++
		}
	}
	fmt.Fprintf(&p.b, "%d of %d texts are valid opt-ins\n", len(texts)-invalid, len(texts))
	_, err = io.WriteString(out, p.b.String())
	return invalid, err
}

type printer struct {
	b      strings.Builder
	colour bool
}

// Colours of a terminal (ECMA-48, "select graphic rendition").
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (p *printer) paint(colour, s string) string {
	if !p.colour {
		return s
	}
	return colour + s + plain
}

func (p *printer) text(t text, e consent.Evaluation) {
	verdict := p.paint(green, "valid  ")
	if !e.OK() {
		verdict = p.paint(red, "INVALID")
	}
	fmt.Fprintf(&p.b, "%s  %s", verdict, printable(t.place))
	if t.id != "" {
		fmt.Fprintf(&p.b, "  %s", printable(t.id))
	}
	fmt.Fprintf(&p.b, "  (%s)\n", printable(t.business.Name))

	var good []consent.Span
	var how []string
	for _, m := range e.Matches {
		good = append(good, m.Spans...)
		how = append(how, strings.TrimSuffix(m.Requirement+": "+m.Reason, ": "))
	}
	if len(how) > 0 {
		fmt.Fprintf(&p.b, "  %s  %s\n", p.paint(green, fmt.Sprintf("%-9s", "has")), strings.Join(how, "; "))
	}
	p.marked(t.statement.Text, good, green)

	for _, f := range e.Findings {
		colour := red
		if f.Severity == consent.Advice {
			colour = yellow
		}
		fmt.Fprintf(&p.b, "  %s  %s\n", p.paint(colour, fmt.Sprintf("%-9s", f.Severity)), f.Rule)
		for _, line := range wrap(printable(f.Message), 86) {
			fmt.Fprintf(&p.b, "             %s\n", line)
		}
		if len(f.Spans) > 0 {
			p.marked(t.statement.Text, f.Spans, colour)
		}
	}
	p.b.WriteString("\n")
}

// marked writes the text with the spans marked: in colour, or «so».
func (p *printer) marked(text string, spans []consent.Span, colour string) {
	var b strings.Builder
	from := 0
	for _, s := range union(spans) {
		b.WriteString(printable(text[from:s.Start]))
		words := printable(text[s.Start:s.End])
		if p.colour {
			// Each word by itself, so that a line broken between two stays coloured.
			words = colour + strings.ReplaceAll(words, " ", plain+" "+colour) + plain
		} else {
			words = "«" + words + "»"
		}
		b.WriteString(words)
		from = s.End
	}
	b.WriteString(printable(text[from:]))
	for _, line := range wrap(b.String(), 86) {
		fmt.Fprintf(&p.b, "           | %s\n", line)
	}
}

// union sorts spans and joins those that overlap.
func union(spans []consent.Span) []consent.Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b consent.Span) int { return cmp.Compare(a.Start, b.Start) })
	var out []consent.Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// printable makes text fit for a terminal: one line, and nothing in it that
// moves the cursor, colours, or reorders what stands around it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// wrap breaks s at spaces into lines of about width characters; colours do not count.
func wrap(s string, width int) []string {
	var lines []string
	var line strings.Builder
	n := 0
	for _, word := range strings.Fields(s) {
		length := visible(word)
		if n > 0 && n+1+length > width {
			lines = append(lines, line.String())
			line.Reset()
			n = 0
		}
		if n > 0 {
			line.WriteString(" ")
			n++
		}
		line.WriteString(word)
		n += length
	}
	return append(lines, line.String())
}

// visible counts the characters of a word without its colours.
func visible(word string) int {
	for _, code := range []string{red, green, yellow, plain} {
		word = strings.ReplaceAll(word, code, "")
	}
	return utf8.RuneCountInString(word)
}
