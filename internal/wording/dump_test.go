package wording

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

var (
	dumpText = flag.String("text", "", "text for TestDump to take apart")
	dumpLang = flag.String("lang", "", "its language")
	dumpName = flag.String("name", "", "the business's name")
)

// TestDump prints how a text is read: go test -run TestDump -v -args -text '…' -lang en -name '…'.
func TestDump(t *testing.T) {
	if *dumpText == "" {
		t.Skip("no -text")
	}
	lib := open()
	sc := new(scratch)
	sc.folded.text(*dumpText)
	tag := language.Make(*dumpLang)
	sc.candidates = lib.detect(&sc.folded, noMask, lib.index(tag), nil)
	names := compileNames(lib, []string{*dumpName})
	for _, c := range sc.candidates {
		t.Logf("%s: knows %d words of %d, %d alone", lib.languages[c.index].tag, c.score, c.total, c.own)
	}
	for k, c := range sc.candidates {
		if k > 0 && c.own < 4 {
			break
		}
		sc.readName(&Result{}, lib.languages[c.index].lex(), names)
		r := &sc.reading
		r.statement()
		for _, s := range r.sentences {
			var b strings.Builder
			fmt.Fprintf(&b, "%s question=%v", r.lex.tag, s.question)
			for _, it := range r.items[s.from:s.to] {
				fmt.Fprintf(&b, "\n   +%d %-24q %s", it.unknown, string(r.f.runes[it.from:it.to]), it.class)
				if it.half {
					b.WriteString("(half)")
				}
				if it.dead {
					b.WriteString(" (spent)")
				}
			}
			t.Log(b.String())
		}
	}
	res := Review(*dumpText, tag, []string{*dumpName})
	t.Logf("statement %v %s %q", res.Statement.Verdict, res.Statement.Reason, words(*dumpText, res.Statement.Spans))
	t.Logf("name %v %s %q", res.Name.Verdict, res.Name.Reason, words(*dumpText, res.Name.Spans))
}

func (c class) String() string {
	var out []string
	for _, name := range sortedKeys(classNames) {
		if c&classNames[name] != 0 {
			out = append(out, name)
		}
	}
	for name, k := range map[string]class{"NAME": cName, "COMMA": cComma} {
		if c&k != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}
