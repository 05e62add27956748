package wording

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/language"
)

func TestGuards(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		verdict    Verdict
		reason     string
	}{
		{"longer than MaxLen", strings.Repeat("a", MaxLen+1), Unsure, "too_long"},
		{"invalid UTF-8", "I agree \xff", Unsure, "invalid_utf8"},
		{"empty", " \n", Fail, "empty"},
		{"no letters", "12 34", Unsure, "language"},
		{"a language without a lexicon", "Jag samtycker till att få sms med erbjudanden från Ljusbutiken.", Unsure, "language"},
		{"reversing characters", "I agree to receive texts from us\u202e", Unsure, "bidi_override"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Review(tc.text, language.Und, []string{"X"}).Statement
			if got.Verdict != tc.verdict || got.Reason != tc.reason {
				t.Errorf("got %v %s, want %v %s", got.Verdict, got.Reason, tc.verdict, tc.reason)
			}
		})
	}
}

func TestKeywordsReplaceTheLexicons(t *testing.T) {
	kw := &Keywords{Stop: []string{"Schluss!"}, Start: []string{"los"}}
	for text, want := range map[string]Intent{"SCHLUSS": IntentStopAll, "Schluss, thank you": IntentStopAll, "los": IntentStart, "quit": IntentNone, "stop texting me": IntentStopAll} {
		if got := ReadReply(text, language.English, kw); got.Intent != want {
			t.Errorf("%q: got %s, want %s", text, got.Intent, want)
		}
	}
}

// TestConcurrentUse compiles lexicons and fills the cache from many goroutines.
func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				name := fmt.Sprintf("Shop %d", i%20)
				r := Review("I agree to receive texts from "+name+".", language.English, []string{name})
				if r.Statement.Verdict != Pass || r.Name.Verdict != Pass {
					t.Errorf("goroutine %d: %+v", g, r)
					return
				}
				ReadReply("停止", language.Japanese, nil)
			}
		})
	}
	wg.Wait()
}

func TestCacheIsBoundedAndExact(t *testing.T) {
	var c cache
	res := new(Result)
	for i := range 3 * cacheShards * shardEntries {
		text := fmt.Sprint(i)
		c.put(hashText(text, language.English, nil), text, language.English, nil, res)
	}
	n := 0
	for i := range c.shards {
		n += len(c.shards[i].m)
	}
	if n > cacheShards*shardEntries {
		t.Errorf("%d entries, want %d at most", n, cacheShards*shardEntries)
	}
	c.put(1, "text", language.English, []string{"a"}, res)
	if c.get(1, "text", language.English, []string{"b"}) != nil || c.get(1, "text", language.German, []string{"a"}) != nil || c.get(1, "other", language.English, []string{"a"}) != nil {
		t.Error("an entry was found under a key that is not its own")
	}
}

func TestJudgedBeforeAllocatesNothing(t *testing.T) {
	names := []string{"Harbour Lane Coffee"}
	const text = "I agree to receive WhatsApp messages from Harbour Lane Coffee."
	Review(text, language.English, names)
	if n := testing.AllocsPerRun(100, func() { Review(text, language.English, names) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// TestMemory keeps all compiled lexicons under 8 MB.
func TestMemory(t *testing.T) {
	lib := open()
	size := 0
	for _, l := range lib.languages {
		for _, tr := range l.lex().tries {
			if tr != nil {
				size += tr().size()
			}
		}
	}
	for k := range lib.group {
		size += 8 * len(lib.group[k]().words.slots)
	}
	t.Logf("%d languages, %d kB", len(lib.languages), size>>10)
	if size > 8<<20 {
		t.Errorf("%d bytes, want 8 MB at most", size)
	}
}

func BenchmarkReview(b *testing.B) {
	sets := load(b, "testdata", "texts")
	for _, lang := range sortedKeys(sets) {
		text, names := "", []string{sets[lang][0].Business}
		for _, l := range sets[lang] {
			if text += l.Text + " "; len(text) > 300 {
				break
			}
		}
		for len(text) > 300 {
			rs := []rune(text)
			text = string(rs[:len(rs)-1])
		}
		tag := language.Make(lang)
		review(text, tag, names) // compiles the language
		b.Run(lang+"/cold", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				review(text, tag, names)
			}
		})
		b.Run(lang+"/cached", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Review(text, tag, names)
			}
		})
	}
	long := strings.Repeat("I agree to receive messages from Harbour Lane about my orders, and you can stop at any time. ", 200)
	for _, kb := range []int{1, 2, 4, 8, 16} {
		b.Run(fmt.Sprintf("length/%dk", kb), func(b *testing.B) {
			b.SetBytes(int64(kb << 10))
			for b.Loop() {
				review(long[:kb<<10], language.English, []string{"Harbour Lane"})
			}
		})
	}
}

func BenchmarkReadReply(b *testing.B) {
	for b.Loop() {
		ReadReply("please stop sending me these messages", language.English, nil)
	}
}

func BenchmarkCompile(b *testing.B) {
	lib := open()
	for b.Loop() {
		if _, err := lib.languages[lib.byTag["en"]].source().trie(lib.common(), forText); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstUse opens a library of its own and reads one text with it, as
// the first Review of a process does, and reports the memory kept.
func BenchmarkFirstUse(b *testing.B) {
	f := new(folded)
	f.text("I agree to receive WhatsApp messages about my orders from Harbour Lane.")
	for b.Loop() {
		lib := newLibrary()
		found := lib.detect(f, noMask, -1, nil)
		newNames(lib, []string{"Harbour Lane"})
		lib.languages[found[0].index].lex().text()
	}
}

// BenchmarkLibrary compiles all of every language and reports the memory kept.
func BenchmarkLibrary(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		lib := newLibrary()
		for k := range lib.group {
			lib.group[k]()
		}
		for _, l := range lib.languages {
			for _, tr := range l.lex().tries {
				if tr != nil {
					tr()
				}
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(lib)
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "MB-kept")
	}
}
