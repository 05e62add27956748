package wording

import (
	"strings"
	"testing"
)

// TestLexicon parses and compiles every file; a mistake is reported with its
// file and line.
func TestLexicon(t *testing.T) {
	dir, err := files.ReadDir("lexicon")
	if err != nil {
		t.Fatal(err)
	}
	parsed := map[string]*source{}
	for _, f := range dir {
		if len(f.Name()) < 5 || f.Name()[len(f.Name())-4:] != ".txt" {
			continue
		}
		b, err := files.ReadFile("lexicon/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		s, err := parse(f.Name(), string(b), false)
		if err != nil {
			t.Error(err)
			continue
		}
		parsed[f.Name()] = s
	}
	common := parsed["und.txt"]
	for name, s := range parsed {
		if s.tag+".txt" != name {
			t.Errorf("%s: language is %q", name, s.tag)
		}
		if len(s.scripts) == 0 {
			t.Errorf("%s: no scripts", name)
		}
		if s == common {
			continue
		}
		if _, err := s.compile(common); err != nil {
			t.Error(err)
		}
		for u := forText; u <= forReply; u++ {
			tr, err := s.trie(common, u)
			if err != nil {
				t.Error(err)
				continue
			}
			t.Logf("%s: %d entries, %d slots, %d kB", name, len(s.entries), len(tr.slots), tr.size()>>10)
		}
	}
}

// size is the memory of a trie in bytes.
func (t *trie) size() int {
	n := 4*len(t.slots) + 4*len(t.root) + 2*len(t.numbers.pages) + 128*len(t.numbers.page)
	return n + 16*len(t.recs) + 16*len(t.gaps) + 2*len(t.closing)
}

// TestEveryFormIsFound writes entries out and looks each form up.
func TestEveryFormIsFound(t *testing.T) {
	lib := open()
	var f folded
	for _, l := range lib.languages {
		src, lex := l.source(), l.lex()
		for n, e := range src.entries {
			if n%3 != 0 && !testing.Verbose() || strings.ContainsAny(e.forms, "*#?.$!\"«»") {
				continue
			}
			forms, err := expand(e.forms)
			if err != nil {
				continue // too many to write out
			}
			tr := lex.text()
			if e.reply {
				tr = lex.reply()
			}
			for _, form := range forms[:min(len(forms), 50)] {
				f.text(form)
				if end, rec := tr.longest(&f, 0); rec == 0 || end != len(f.runes) && !src.stems {
					t.Errorf("%s:%d: %q is not found in %q", src.file, e.line, form, e.forms)
					break
				}
			}
		}
	}
}
