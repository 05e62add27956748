package wording

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon
var files embed.FS

// order says where a language puts the object, seen from its verb.
type order uint8

const (
	orderAfter  order = iota // receive messages
	orderBefore              // メッセージを 受け取る
	orderEither              // Nachrichten erhalten; erhalte Nachrichten
)

// lexicon is one language's words, compiled.
type lexicon struct {
	tag           string
	order         order
	tries         [4]func() *trie // by use, built when first used; some may be nil
	clitics       [][]rune        // may stand joined before any word
	ands          [][]rune        // those that mean "and"
	tails         map[string]bool
	before        []rune
	swaps         map[string]bool // "old>new" endings of a name's words
	prefix        []prefix        // may stand joined before a name
	longestPrefix int
	change        int  // letters at the end of a name's word that inflection may change
	inner         bool // the words of a name before the last are inflected too
	nouns         bool // every noun has a capital
	stress        bool // an accent may only stress a word: géén
}

// prefix is what stands joined before a name, and the beginning of the name
// that it swallows: لل for ل and ال.
type prefix struct{ text, swallows []rune }

// source is a lexicon file, parsed but not compiled.
type source struct {
	tag        string
	scripts    []kind
	order      order
	accents    string // optional, text or strict
	stems      bool   // entries are stems unless marked with $
	clitics    []string
	ands       []string
	inner      bool
	nouns      bool
	change     int
	entries    []entry
	lists      map[string][]string
	file       string
	directives map[string]bool
}

type entry struct {
	line  int
	reply bool
	class class
	forms string // one comma-free entry, variants not yet expanded
}

// parse reads the format described in lexicon/README.md, or only what stands
// before the first section.
func parse(file, text string, header bool) (*source, error) {
	s := &source{file: file, lists: map[string][]string{}, directives: map[string]bool{}}
	var section string
	var cl class
	var reply bool
	line := 0
	for raw := range strings.Lines(text) {
		line++
		fail := func(format string, args ...any) error {
			return fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))
		}
		l := strings.TrimSpace(raw)
		if l == "" || strings.HasPrefix(l, "//") {
			continue
		}
		if section == "" && strings.HasPrefix(l, "#") {
			continue // before the first section it cannot be a number
		}
		if strings.HasPrefix(l, "[") {
			if header {
				break
			}
			if !strings.HasSuffix(l, "]") {
				return nil, fail("section %q has no closing bracket", l)
			}
			section, cl, reply = strings.TrimSpace(l[1:len(l)-1]), 0, false
			if section == listLegal || section == listTail || section == listSwap || section == listClitic || section == listArticle || section == listBefore {
				continue
			}
			for i, name := range strings.Fields(section) {
				c, ok := classNames[name]
				if !ok {
					c, ok = replyNames[name]
					if i > 0 && ok != reply {
						return nil, fail("section %q mixes text and reply classes", section)
					}
					reply = true
				} else if reply {
					return nil, fail("section %q mixes text and reply classes", section)
				}
				if !ok {
					return nil, fail("unknown class %q", name)
				}
				cl |= c
			}
			if cl == 0 {
				return nil, fail("empty section name")
			}
			continue
		}
		if section == "" {
			key, value, ok := strings.Cut(l, ":")
			if !ok {
				return nil, fail("want \"key: value\" or a [section], got %q", l)
			}
			if err := s.directive(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
				return nil, fail("%v", err)
			}
			continue
		}
		parts, err := split(l)
		if err != nil {
			return nil, fail("%v", err)
		}
		for _, p := range parts {
			if cl == 0 {
				forms, err := expand(p)
				if err != nil {
					return nil, fail("%v", err)
				}
				s.lists[section] = append(s.lists[section], forms...)
				continue
			}
			s.entries = append(s.entries, entry{line, reply, cl, p})
		}
	}
	return s, nil
}

func (s *source) directive(key, value string) error {
	if s.directives[key] {
		return fmt.Errorf("%s is set twice", key)
	}
	key, value = strings.Clone(key), strings.Clone(value) // the header is kept, the file is not
	s.directives[key] = true
	switch key {
	case "language":
		s.tag = value
	case "scripts":
		for _, name := range strings.Fields(value) {
			k, ok := kindNames[name]
			if !ok {
				return fmt.Errorf("unknown script %q", name)
			}
			s.scripts = append(s.scripts, k)
		}
	case "object":
		i := slices.Index([]string{"after", "before", "either"}, value)
		if i < 0 {
			return fmt.Errorf("object is after, before or either, not %q", value)
		}
		s.order = order(i)
	case "accents":
		if !slices.Contains([]string{"optional", "text", "strict"}, value) {
			return fmt.Errorf("accents is optional, text or strict, not %q", value)
		}
		s.accents = value
	case "stems":
		if value != "yes" && value != "no" {
			return fmt.Errorf("stems is yes or no, not %q", value)
		}
		s.stems = value == "yes"
	case "clitics":
		s.clitics = strings.Fields(value)
	case "clitics.and":
		s.ands = strings.Fields(value)
	case "name.inner":
		if value != "yes" && value != "no" {
			return fmt.Errorf("name.inner is yes or no, not %q", value)
		}
		s.inner = value == "yes"
	case "capitals":
		if value != "names" && value != "nouns" {
			return fmt.Errorf("capitals is names or nouns, not %q", value)
		}
		s.nouns = value == "nouns"
	case "name.change":
		if len(value) != 1 || value[0] < '0' || value[0] > '4' {
			return fmt.Errorf("name.change is a number of letters, 0 to 4, not %q", value)
		}
		s.change = int(value[0] - '0')
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

// split cuts a line at the commas outside parentheses.
func split(l string) ([]string, error) {
	var parts []string
	depth, from := 0, 0
	add := func(p string) error {
		p = strings.TrimSpace(p)
		if p == "" {
			return fmt.Errorf("empty entry")
		}
		parts = append(parts, p)
		return nil
	}
	for i, r := range l {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return nil, fmt.Errorf("unmatched ) in %q", l)
			}
		case ',':
			if depth == 0 {
				if err := add(l[from:i]); err != nil {
					return nil, err
				}
				from = i + 1
			}
		}
	}
	if depth != 0 {
		return nil, fmt.Errorf("unmatched ( in %q", l)
	}
	if strings.TrimSpace(l[from:]) == "" {
		return parts, nil
	}
	return parts, add(l[from:])
}

// maxForms bounds what one entry may expand to, so that a slip in a data file
// cannot fill the memory.
const maxForms = 4096

// expand writes out the variants of an entry: "recib(o|ir|)" is three forms.
func expand(p string) ([]string, error) {
	out, rest, err := alternatives(p, 0)
	if err != nil {
		return nil, fmt.Errorf("%w (in %q)", err, p)
	}
	if rest != "" {
		return nil, fmt.Errorf("unexpected %q in %q", rest[:1], p)
	}
	for i, s := range out {
		out[i] = strings.Join(strings.Fields(s), " ")
		if out[i] == "" {
			return nil, fmt.Errorf("%q has an empty form", p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func alternatives(p string, depth int) (out []string, rest string, err error) {
	current := []string{""}
	lit := 0
	flush := func(to int) {
		for i := range current {
			current[i] += p[lit:to]
		}
	}
	for i := 0; i < len(p); {
		switch p[i] {
		case '(':
			flush(i)
			inner, after, err := alternatives(p[i+1:], depth+1)
			if err != nil {
				return nil, "", err
			}
			if !strings.HasPrefix(after, ")") {
				return nil, "", fmt.Errorf("unmatched ( in %q", p)
			}
			if len(current)*len(inner) > maxForms {
				return nil, "", fmt.Errorf("%q has more than %d forms", p, maxForms)
			}
			next := make([]string, 0, len(current)*len(inner))
			for _, a := range current {
				for _, b := range inner {
					next = append(next, a+b)
				}
			}
			current = next
			p = after[1:]
			i, lit = 0, 0
		case '|':
			if depth == 0 {
				return nil, "", fmt.Errorf("| outside parentheses in %q", p)
			}
			flush(i)
			out = append(out, current...)
			current = []string{""}
			i++
			lit = i
		case ')':
			flush(i)
			return append(out, current...), p[i:], nil
		default:
			i++
		}
	}
	flush(len(p))
	return append(out, current...), "", nil
}

// compile turns a parsed file, with the entries common to all languages, into
// a lexicon.
func (s *source) compile(common *source) (*lexicon, error) {
	l := &lexicon{tag: s.tag, order: s.order, change: s.change, inner: s.inner, nouns: s.nouns, stress: s.accents == "optional", tails: map[string]bool{}, swaps: map[string]bool{}}
	for _, src := range []*source{common, s} {
		for _, t := range src.lists[listBefore] {
			l.before = append(l.before, foldString(t)...)
		}
		for _, t := range src.lists[listTail] {
			l.tails[string(foldString(t))] = true
		}
		for _, t := range src.lists[listSwap] {
			from, to, ok := strings.Cut(t, ">")
			if !ok {
				return nil, fmt.Errorf("%s: [%s] wants old>new, not %q", src.file, listSwap, t)
			}
			l.swaps[string(bareString(from))+">"+string(bareString(to))] = true
		}
		for _, t := range src.lists[listClitic] {
			text, swallows, _ := strings.Cut(t, "=")
			l.prefix = append(l.prefix, prefix{foldString(text), foldString(swallows)})
			l.longestPrefix = max(l.longestPrefix, len(l.prefix[len(l.prefix)-1].text))
		}
	}
	for _, c := range s.clitics {
		l.clitics = append(l.clitics, foldString(c))
	}
	for _, c := range s.ands {
		l.ands = append(l.ands, foldString(c))
	}
	return l, nil
}

// use is what a trie is for.
type use uint8

const (
	forText use = iota
	forReply
	forPlainText // without any accent, if accents count otherwise
	forPlainReply
)

func (l *lexicon) text() *trie  { return l.tries[forText]() }
func (l *lexicon) reply() *trie { return l.tries[forReply]() }

// trie is the trie for a text, or a reply, as its writer types.
func (l *lexicon) trie(u use, f *folded, masks []mask) *trie {
	if t := l.tries[u+forPlainText]; t != nil && plainText(f, masks) {
		return t()
	}
	return l.tries[u]()
}

// trie builds the trie for one use.
func (s *source) trie(common *source, u use) (*trie, error) {
	sp := spellProper | spellBare
	switch {
	case u >= forPlainText:
		sp = spellBare
	case s.accents == "text" || s.accents == "strict":
		sp = spellProper
	}
	b := newBuilder()
	for _, src := range []*source{common, s} {
		for _, e := range src.entries {
			if e.reply != (u == forReply || u == forPlainReply) {
				continue
			}
			if err := b.add(e.forms, e.class, s.stems && src == s, sp); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", src.file, e.line, err)
			}
		}
	}
	t, err := b.trie()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	return t, nil
}

// tongue is a lexicon file and, once needed, what came of it.
type tongue struct {
	tag    string
	header func() *source // the file up to its first section
	lex    func() *lexicon
}

// source parses the file anew: what is parsed is needed only to build from it.
func (t *tongue) source() *source { return mustParse(t.tag, false) }

func mustParse(tag string, header bool) *source {
	s, err := parse(tag+".txt", mustRead(tag+".txt"), header)
	if err != nil {
		panic(err) // TestLexicon refuses such a file
	}
	return s
}

// mustRead reads an embedded file.
func mustRead(name string) string {
	b, err := files.ReadFile("lexicon/" + name)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (t *tongue) compile(lib *library) *lexicon {
	src := t.source()
	l, err := src.compile(lib.common())
	if err != nil {
		panic(err)
	}
	for u := range l.tries {
		if use(u) >= forPlainText && src.accents != "text" {
			continue
		}
		l.tries[u] = sync.OnceValue(func() *trie {
			tr, err := t.source().trie(lib.common(), use(u))
			if err != nil {
				panic(err)
			}
			return tr
		})
	}
	return l
}

// library is all lexicon files. Opening it reads only their names; the words of
// a script's files are gathered when the script is first seen, and a file is
// compiled when its language is.
type library struct {
	languages []*tongue
	byTag     map[string]int
	common    func() *source
	legal     func() [][][]rune
	articles  func() map[string]bool
	group     [kinds]func() *detector
}

const commonTag = "und"

var open = sync.OnceValue(newLibrary)

func newLibrary() *library {
	dir, err := files.ReadDir("lexicon")
	if err != nil {
		panic(err) // the directory is embedded
	}
	lib := &library{byTag: map[string]int{}}
	lib.common = sync.OnceValue(func() *source { return mustParse(commonTag, false) })
	for _, f := range dir {
		tag, ok := strings.CutSuffix(f.Name(), ".txt")
		if !ok || tag == commonTag {
			continue
		}
		t := &tongue{tag: tag, header: sync.OnceValue(func() *source { return mustParse(tag, true) })}
		t.lex = sync.OnceValue(func() *lexicon { return t.compile(lib) })
		lib.byTag[tag] = len(lib.languages)
		lib.languages = append(lib.languages, t)
	}
	lib.legal = sync.OnceValue(lib.legalForms)
	lib.articles = sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, a := range lib.common().lists[listArticle] {
			m[string(bareString(a))] = true
		}
		return m
	})
	for k := range lib.group {
		lib.group[k] = sync.OnceValue(func() *detector { return lib.detector(kind(k)) })
	}
	return lib
}

// legalForms gathers the legal forms of every file, longest first. It parses
// only their sections.
func (lib *library) legalForms() [][][]rune {
	const heading = "\n[" + listLegal + "]\n"
	var forms [][][]rune
	gather := func(tag string) {
		for text := mustRead(tag + ".txt"); ; {
			_, section, ok := strings.Cut(text, heading)
			if !ok {
				return
			}
			text = section
			if i := strings.Index(section, "\n["); i >= 0 {
				section, text = section[:i], section[i:]
			}
			src, err := parse(tag+".txt", heading+section, false)
			if err != nil {
				panic(err)
			}
			for _, form := range src.lists[listLegal] {
				if t := nameTokens(form); len(t) > 0 {
					forms = append(forms, t)
				}
			}
		}
	}
	gather(commonTag)
	for _, l := range lib.languages {
		gather(l.tag)
	}
	slices.SortStableFunc(forms, func(a, b [][]rune) int { return len(b) - len(a) })
	return forms
}

// Version is the version of the lexicons, in every judgement's provenance.
func Version() string { return version() }

var version = sync.OnceValue(func() string {
	b, err := files.ReadFile("lexicon/VERSION")
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(b))
})

// Languages lists the BCP 47 tags of the lexicons, sorted.
func Languages() []string {
	lib := open()
	out := make([]string, len(lib.languages))
	for i, l := range lib.languages {
		out[i] = l.tag
	}
	return out
}
