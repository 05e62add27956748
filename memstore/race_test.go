//go:build race

package memstore_test

func init() { raceEnabled = true }
