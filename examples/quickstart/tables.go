package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/optinkit/consent"
)

// printer writes the tables. After the first error, kept in err, it writes nothing more.
type printer struct {
	w     io.Writer
	lines map[uuid.UUID]int
	err   error
}

// table writes rows under a title and column names, if there are rows.
func (p *printer) table(title string, rows [][]string) {
	if p.err != nil || len(rows) == 1 {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", title)
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, cells := range rows {
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	if p.err = tw.Flush(); p.err != nil {
		return
	}
	for line := range strings.Lines(b.String()) {
		if _, p.err = fmt.Fprintln(p.w, strings.TrimRight(line, " \n")); p.err != nil {
			return
		}
	}
	_, p.err = fmt.Fprintln(p.w)
}

func (p *printer) kept(outcomes []outcome) {
	rows := [][]string{{"LINE", "ROW", "BUSINESS", "PHONE", "CATEGORIES", "WORDS THAT MADE IT VALID, OR NOTE"}}
	for _, o := range outcomes {
		if o.refused != nil {
			continue
		}
		why := o.note
		if why == "" {
			why = matched(o)
		}
		rows = append(rows, []string{number(o.line), string(o.kind), cut(o.business.ID, 12), o.phone.String(), categories(o.record.Categories), why})
	}
	p.table(fmt.Sprintf("KEPT: %d rows", len(rows)-1), rows)
}

func (p *printer) refused(outcomes []outcome) {
	rows := [][]string{{"LINE", "BUSINESS", "PHONE", "RULE", "WHY, AND THE WORDS THAT DECIDED"}}
	n := 0
	for _, o := range outcomes {
		if o.refused == nil || o.kind != consent.KindOptIn {
			continue
		}
		n++
		first := []string{number(o.line), cut(o.business.ID, 12), masked(o.phone)}
		for _, why := range reasons(o) {
			rule := why.rule
			for _, line := range why.lines {
				rows = append(rows, append(first[:3:3], rule, line))
				first, rule = []string{"", "", ""}, ""
			}
		}
	}
	p.table(fmt.Sprintf("REFUSED: %d opt-ins", n), rows)
}

// followUp lists opt-outs that could not be kept. Nobody may refuse one: a person must look.
func (p *printer) followUp(outcomes []outcome) {
	rows := [][]string{{"LINE", "BUSINESS", "PHONE", "REFERENCE", "WHAT IS WRONG"}}
	n := 0
	for _, o := range outcomes {
		if o.refused == nil || o.kind != consent.KindOptOut {
			continue
		}
		n++
		first := []string{number(o.line), cut(o.business.ID, 12), masked(o.phone), cut(o.reference, 20)}
		for _, why := range reasons(o) {
			for _, line := range why.lines {
				rows = append(rows, append(first[:4:4], line))
				first = []string{"", "", "", ""}
			}
		}
	}
	p.table(fmt.Sprintf("OPT-OUTS NOT UNDERSTOOD, to be followed up by hand: %d", n), rows)
}

func (p *printer) malformed(bad []badRow) {
	rows := [][]string{{"LINE", "WHAT IS WRONG"}}
	for _, b := range bad {
		rows = append(rows, []string{number(b.line), b.err.Error()})
	}
	p.table(fmt.Sprintf("NOT READ: %d rows", len(bad)), rows)
}

func (p *printer) stored(before, after int) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, "STORE: %d records of these people before, %d now\n\n", before, after)
	}
}

// totals counts the answers to a campaign.
func (p *printer) totals(sends []send, decisions []consent.Decision) {
	rows := [][]string{{"BUSINESS", "PEOPLE", "MAY BE SENT", "NEVER OPTED IN", "OPTED OUT", "OPTED IN TO OTHER THINGS"}}
	var people []person
	for _, s := range sends {
		people = append(people, s.to)
	}
	for _, business := range businessesOf(people) {
		asked, allowed := 0, 0
		why := map[consent.Reason]int{}
		for i, d := range decisions {
			if sends[i].to.business != business {
				continue
			}
			asked++
			if d.Allowed {
				allowed++
			}
			for _, reason := range d.Reasons {
				why[reason]++
			}
		}
		rows = append(rows, []string{cut(business, 12), fmt.Sprint(asked), fmt.Sprint(allowed), fmt.Sprint(why[consent.ReasonNoOptIn]),
			fmt.Sprint(why[consent.ReasonOptedOut]), fmt.Sprint(why[consent.ReasonNotCovered])})
	}
	p.table("CAMPAIGN: the weekly offer to everybody", rows)
}

func (p *printer) decisions(sends []send, decisions []consent.Decision) {
	const columns = "  %-12s  %-23s  %-3s  %s"
	rows := [][]string{{fmt.Sprintf(columns, "MESSAGE", "SENT AS", "OK?", "BECAUSE")}}
	for i, s := range sends {
		if i == 0 || sends[i-1].to != s.to {
			rows = append(rows, []string{fmt.Sprintf("%s from %s (line %d)", s.to.phone, cut(s.to.business, 20), s.to.line)})
		}
		d := decisions[i]
		answer, because := "no", join(d.Reasons)
		switch {
		case d.Allowed && d.OptIn == uuid.Nil:
			answer, because = "yes", "answers their own message"
		case d.Allowed:
			answer, because = "yes", p.where(d.OptIn)
		}
		rows = append(rows, []string{fmt.Sprintf(columns, s.what, s.as, answer, because)})
	}
	p.table("DECISIONS for some people", rows)
}

func (p *printer) history(records iter.Seq2[consent.Record, error], who person) error {
	rows := [][]string{{"LINE", "WHEN (UTC)", "RECORD", "CATEGORIES", "SOURCE", "REFERENCE"}}
	for r, err := range records {
		if err != nil {
			return err
		}
		line := "-"
		if n, found := p.lines[r.ID]; found {
			line = number(n)
		}
		rows = append(rows, []string{line, r.OccurredAt.Format(time.DateTime), string(r.Kind), categories(r.Categories), string(r.Source), cut(r.Evidence.Reference, 30)})
	}
	p.table(fmt.Sprintf("HISTORY of %s with %s, oldest first", who.phone, who.business), rows)
	return p.err
}

// where says which row a record came from.
func (p *printer) where(id uuid.UUID) string {
	if line, found := p.lines[id]; found {
		return fmt.Sprintf("opt-in of line %d", line)
	}
	return "opt-in of an earlier file"
}

// reason is why a row was refused, in lines of a table.
type reason struct {
	rule  string
	lines []string
}

const whyWidth = 56

func reasons(o outcome) []reason {
	var policy *consent.PolicyError
	var field *consent.FieldError
	switch {
	case errors.As(o.refused, &policy):
		var all []reason
		for _, f := range policy.Evaluation.Findings {
			if f.Severity == consent.Advice {
				continue
			}
			lines := wrap(problem(f.Message), whyWidth)
			if words := quoted(o.text, f.Spans, whyWidth); words != "" {
				lines = append(lines, words)
			}
			all = append(all, reason{f.Rule, lines})
		}
		return all
	case errors.As(o.refused, &field):
		return []reason{{"malformed", wrap(field.Field+" "+problem(field.Problem), whyWidth)}}
	case errors.Is(o.refused, consent.ErrConflict):
		return []reason{{"conflict", wrap("an earlier row has this id and other content", whyWidth)}}
	}
	return []reason{{"phone unreadable", wrap(problem(strings.TrimPrefix(o.refused.Error(), "consent: phone: ")), whyWidth)}}
}

// problem is the part of a message that says what is wrong, without the mend after it.
func problem(message string) string {
	message, _, _ = strings.Cut(message, "; ")
	message, _, _ = strings.Cut(message, ". ")
	return message
}

// matched shows the words of an opt-in that meet the requirements.
func matched(o outcome) string {
	var spans []consent.Span
	for _, m := range o.evaluation.Matches {
		spans = append(spans, m.Spans...)
	}
	return quoted(o.text, spans, 48)
}

// quoted shows the words at spans.
func quoted(text string, spans []consent.Span, width int) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, strings.Join(strings.Fields(text[s.Start:s.End]), " "))
	}
	if len(parts) == 0 {
		return ""
	}
	return "«" + cut(strings.Join(parts, " … "), width-2) + "»"
}

func categories(cs []consent.Category) string {
	if len(cs) == 0 {
		return "everything"
	}
	return cut(join(cs), 24)
}

func join[S ~string](list []S) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}

func number(n int) string { return fmt.Sprintf("%4d", n) }

func masked(p consent.Phone) string {
	if !p.IsValid() {
		return "-"
	}
	return p.String()
}

// cut shortens s to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// wrap breaks s into lines of at most width characters, at spaces.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + cut(word, width))
	}
	return append(lines, line)
}
