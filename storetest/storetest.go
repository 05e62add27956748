// Package storetest checks that a [consent.Store] keeps the contract that the comment
// on Store states. Every "must" there names one case here.
//
// An adapter's test is one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) consent.Store {
//			return mystore.New(openEmptyDatabase(t))
//		})
//	}
//
// A case is a subtest, so that -run 'TestStore/Append/Again' runs one and
// -run 'TestStore/Append' those about Append. A failure says which rule
// was broken. Run the suite with -race as well: the Concurrent cases are worth twice as
// much then.
//
// With -short the suite asks for less of what is heavy: 5,000 instead of 100,000
// subjects in one call, shorter histories and batches, fewer random rounds and fewer
// concurrent calls. Run it without -short before a release.
//
// The suite is fair to any store that keeps the contract: to slow ones, to batching
// ones, and to both sides of what the contract leaves open. Nothing depends on how long
// a call takes, except that History/CallInside takes a call that is not back after a
// minute for one that waits for itself.
//
// No failure shows a whole phone number or user ID, not even from the store's own
// errors: what looks like one is masked.
package storetest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/optinkit/consent"
)

// Run runs every case as a subtest. It calls newStore once for each, with the subtest's
// t, for an empty store that no other case uses; let t.Cleanup close it.
func Run(t *testing.T, newStore func(t *testing.T) consent.Store) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			e := &env{ctx: t.Context(), store: newStore(t), short: testing.Short(), hang: time.Minute}
			if err := c.run(e); err != nil {
				t.Error(failure(c, err))
			}
		})
	}
}

// testCase is one rule of the contract. Cases return their failure, so that the suite's
// own tests can see which ones a broken store fails.
type testCase struct {
	name string
	rule string
	run  func(e *env) error
}

func cases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{
		keyCases, appendCases, standingCases, historyCases, eraseCases, concurrentCases, cancelCases, ownCases,
	} {
		all = append(all, group...)
	}
	return all
}

func failure(c testCase, err error) string {
	return fmt.Sprintf("%s: the store breaks the contract on consent.Store\nrule: %s\nseen: %s", c.name, c.rule, mask(err.Error()))
}

// env is what a case works with.
type env struct {
	ctx   context.Context
	store consent.Store
	short bool
	hang  time.Duration // how long a call may take before it counts as blocked
	ids   int
}

// size is full, or small with -short.
func (e *env) size(full, small int) int {
	if e.short {
		return small
	}
	return full
}

// people matches the keys of subjects wherever they stand in a text.
var people = regexp.MustCompile(`\+[0-9]{7,}|[0-9]{10,}|\b[A-Z]{2}\.[A-Za-z0-9.]+`)

// mask hides whom a failure is about, but for the ends, by which cases can be told
// apart.
func mask(text string) string {
	return people.ReplaceAllStringFunc(text, func(s string) string {
		const shown = 5
		if len(s) <= shown {
			return "*****"
		}
		return s[:3] + strings.Repeat("*", min(len(s)-shown, 10)) + s[len(s)-2:]
	})
}
