package wording

import (
	"hash/maphash"
	"slices"
	"sync"

	"golang.org/x/text/language"
)

// reviews remembers what texts said: a form's wording comes with every opt-in
// that the form collects.
var reviews cache

const (
	cacheShards   = 16
	shardEntries  = 256
	cachedTextLen = 4 << 10 // longer texts are read again
)

// cache is a bounded, concurrent map. Each shard forgets its oldest entry when
// it is full.
type cache struct {
	shards [cacheShards]shard
}

type shard struct {
	sync.RWMutex
	m    map[uint64]*cached
	ring []uint64
	next int
}

type cached struct {
	text  string
	tag   language.Tag
	names []string
	res   *Result
}

var seed = maphash.MakeSeed()

func hashText(text string, tag language.Tag, names []string) uint64 {
	h := maphash.String(seed, text) ^ maphash.Comparable(seed, tag)
	for _, n := range names {
		h = h*fnvPrime ^ maphash.String(seed, n)
	}
	return h
}

func (c *cache) get(key uint64, text string, tag language.Tag, names []string) *Result {
	s := &c.shards[key%cacheShards]
	s.RLock()
	e := s.m[key]
	s.RUnlock()
	if e == nil || e.text != text || e.tag != tag || !slices.Equal(e.names, names) {
		return nil
	}
	return e.res
}

func (c *cache) put(key uint64, text string, tag language.Tag, names []string, res *Result) {
	size := len(text)
	for _, n := range names {
		size += len(n)
	}
	if size > cachedTextLen {
		return
	}
	e := &cached{text, tag, slices.Clone(names), res}
	s := &c.shards[key%cacheShards]
	s.Lock()
	defer s.Unlock()
	if s.m == nil {
		s.m = make(map[uint64]*cached, shardEntries)
	}
	if _, ok := s.m[key]; !ok {
		if len(s.ring) < shardEntries {
			s.ring = append(s.ring, key)
		} else {
			delete(s.m, s.ring[s.next])
			s.ring[s.next] = key
			s.next = (s.next + 1) % shardEntries
		}
	}
	s.m[key] = e
}
