package storetest_test

import (
	"testing"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/memstore"
	"github.com/optinkit/consent/storetest"
)

// An adapter's test is one call. Each case gets an empty store of its own.
func ExampleRun() {
	TestStore := func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) consent.Store { return memstore.New() })
	}
	_ = TestStore
}
