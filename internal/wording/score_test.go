package wording

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

var misses = flag.Bool("misses", false, "print every miss of TestScore")

// labelled is one line of testdata/texts or testdata/replies.
type labelled struct {
	ID, Lang, Method, Kind, Business string
	Names                            []string
	Text                             string
	Statement, Name                  bool
	Intent                           Intent
}

// dirs are the directories scored: testdata, and those in WORDING_TESTDATA
// (separated as in PATH), laid out in the same way.
func dirs() []string {
	out := []string{"testdata"}
	if env := os.Getenv("WORDING_TESTDATA"); env != "" {
		out = append(out, filepath.SplitList(env)...)
	}
	return out
}

func load(t testing.TB, dir, sort string) map[string][]labelled {
	t.Helper()
	out := map[string][]labelled{}
	paths, err := filepath.Glob(filepath.Join(dir, sort, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(file)
		s.Buffer(nil, 1<<20)
		for n := 1; s.Scan(); n++ {
			if len(s.Bytes()) == 0 {
				continue
			}
			var l labelled
			if err := json.Unmarshal(s.Bytes(), &l); err != nil {
				t.Fatalf("%s:%d: %v", path, n, err)
			}
			tag := strings.TrimSuffix(filepath.Base(path), ".jsonl")
			out[tag] = append(out[tag], l)
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	return out
}

type textScore struct {
	n, good, bad, accepted, rejected, unsure, statement, name int
}

func (s *textScore) add(o textScore) {
	s.n += o.n
	s.good += o.good
	s.bad += o.bad
	s.accepted += o.accepted
	s.rejected += o.rejected
	s.unsure += o.unsure
	s.statement += o.statement
	s.name += o.name
}

func share(a, b int) float64 {
	if b == 0 {
		return 100
	}
	return 100 * float64(a) / float64(b)
}

// TestScore judges the labelled texts and prints a table per language.
// The budget holds for each directory as a whole.
func TestScore(t *testing.T) {
	for _, dir := range dirs() {
		sets := load(t, dir, "texts")
		var total textScore
		t.Logf("%s\nlang     n  false accepts  false rejects  unsure  statement    name", dir)
		for _, tag := range sortedKeys(sets) {
			var s textScore
			for _, l := range sets[tag] {
				r := Review(l.Text, language.Make(l.Lang), append([]string{l.Business}, l.Names...))
				want, got := l.Statement && l.Name, r.Statement.Verdict == Pass && r.Name.Verdict == Pass
				s.n++
				miss := ""
				if want {
					s.good++
				} else {
					s.bad++
				}
				switch {
				case got && !want:
					s.accepted++
					miss = "FALSE ACCEPT"
				case want && !got:
					s.rejected++
					miss = "false reject"
				}
				if r.Statement.Verdict == Unsure || r.Name.Verdict == Unsure {
					s.unsure++
				}
				if (r.Statement.Verdict == Pass) == l.Statement {
					s.statement++
				} else if miss == "" {
					miss = "statement"
				}
				if (r.Name.Verdict == Pass) == l.Name {
					s.name++
				} else if miss == "" {
					miss = "name"
				}
				if miss != "" && *misses {
					t.Logf("%-12s %s %s [%s] want %v %v, got %v(%s %s %q) %v(%s)\n\t%s", miss, l.ID, l.Kind, l.Business, l.Statement, l.Name,
						r.Statement.Verdict, r.Statement.Reason, r.Statement.Language, words(l.Text, r.Statement.Spans), r.Name.Verdict, r.Name.Reason, l.Text)
				}
			}
			t.Logf("%-4s %5d  %4d (%4.1f %%)  %4d (%4.1f %%)  %6d  %6.1f %%  %6.1f %%", tag, s.n, s.accepted, share(s.accepted, s.bad), s.rejected, share(s.rejected, s.good), s.unsure, share(s.statement, s.n), share(s.name, s.n))
			if share(s.rejected, s.good) > 10 && dir == "testdata" {
				t.Errorf("%s: more than 10 %% false rejects", tag)
			}
			total.add(s)
		}
		t.Logf("all  %5d  %4d (%4.1f %%)  %4d (%4.1f %%)  %6d  %6.1f %%  %6.1f %%", total.n, total.accepted, share(total.accepted, total.bad), total.rejected, share(total.rejected, total.good), total.unsure, share(total.statement, total.n), share(total.name, total.n))
		if dir != "testdata" {
			continue
		}
		if share(total.accepted, total.bad) > 0.5 {
			t.Errorf("false accepts over 0.5 %%")
		}
		if share(total.rejected, total.good) > 5 {
			t.Errorf("false rejects over 5 %%")
		}
		if share(total.statement, total.n) < 97 || share(total.name, total.n) < 97 {
			t.Errorf("statement or name right in less than 97 %%")
		}
	}
}

// TestScoreReplies reads the labelled replies and prints a table per language.
func TestScoreReplies(t *testing.T) {
	stops := func(i Intent) bool { return i == IntentStopAll || i == IntentStopCategory }
	for _, dir := range dirs() {
		sets := load(t, dir, "replies")
		var n, want, found, innocent, wrong, exact int
		t.Logf("%s\nlang     n  stops found  wrong stops   exact", dir)
		for _, tag := range sortedKeys(sets) {
			var ln, lwant, lfound, linnocent, lwrong, lexact int
			for _, l := range sets[tag] {
				r := ReadReply(l.Text, language.Make(l.Lang), nil)
				ln++
				if r.Intent == l.Intent {
					lexact++
				}
				if stops(l.Intent) {
					lwant++
					if stops(r.Intent) {
						lfound++
					}
				} else {
					linnocent++
					if stops(r.Intent) {
						lwrong++
					}
				}
				if r.Intent != l.Intent && *misses {
					t.Logf("%s want %s, got %s %s (%s %q)\n\t%s", l.ID, l.Intent, r.Intent, r.Category, r.Language, words(l.Text, r.Spans), l.Text)
				}
			}
			t.Logf("%-4s %5d  %9.1f %%  %9.1f %%  %5.1f %%", tag, ln, share(lfound, lwant), 100-share(linnocent-lwrong, linnocent), share(lexact, ln))
			n, want, found, innocent, wrong, exact = n+ln, want+lwant, found+lfound, innocent+linnocent, wrong+lwrong, exact+lexact
		}
		t.Logf("all  %5d  %9.1f %%  %9.1f %%  %5.1f %%", n, share(found, want), 100-share(innocent-wrong, innocent), share(exact, n))
		if dir == "testdata" && (share(found, want) < 97 || share(innocent-wrong, innocent) < 98) {
			t.Errorf("want 97 %% of stops found and 2 %% wrong stops at most")
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func words(text string, spans []Span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, text[s.Start:s.End])
	}
	return out
}
