package dbtest

import (
	"testing"

	"github.com/optinkit/consent"
	"github.com/optinkit/consent/storetest"
)

func TestConformance(t *testing.T) {
	each(t, func(t *testing.T, x target) {
		storetest.Run(t, func(t *testing.T) consent.Store {
			_, s := x.store(t)
			return s
		})
	})
}
