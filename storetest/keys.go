package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/optinkit/consent"
)

var keyCases = []testCase{
	{"Keys/Apart", "nothing is shared between two businesses or two subjects: a method does not show or touch the records of others", keysApart},
	{"Keys/Exact", "business IDs and subjects are exact strings: those that differ in case, in accents or by a space are not the same", keysExact},
	{"Keys/Categories", "categories are exact strings, and sorted by their bytes", keysCategories},
}

// owned is a record of each of some businesses and subjects.
type owned map[string]map[consent.Subject]consent.Record

func (e *env) appendOwned(businesses []string, subjects []consent.Subject) (owned, error) {
	all := owned{}
	for i, b := range businesses {
		all[b] = map[consent.Subject]consent.Record{}
		for j, s := range subjects {
			r := e.optIn(b, s, noon.Add(time.Duration(i)*time.Hour+time.Duration(j)*time.Minute), consent.Marketing)
			all[b][s] = r
			if err := e.append(r); err != nil {
				return nil, fmt.Errorf("business %s: %w", brief(b), err)
			}
		}
	}
	return all, nil
}

func (e *env) wantOwned(all owned) error {
	for b, bySubject := range all {
		for s, r := range bySubject {
			if err := e.want(b, s, r); err != nil {
				return fmt.Errorf("business %s, subject %s: %w", brief(b), brief(s), err)
			}
		}
	}
	return nil
}

func keysApart(e *env) error {
	businesses := []string{acme, "acme2", "zenith"}
	subjects := []consent.Subject{
		subject("+19990000001"), subject("+19990000002"), subject("+199900000010"), subject("+1999000000"), subject("US.19990000001"),
	}
	all, err := e.appendOwned(businesses, subjects)
	if err != nil {
		return err
	}
	if err := e.wantOwned(all); err != nil {
		return err
	}
	// A stop to one business is no stop to another, nor anybody else's.
	stop := e.optOut(acme, subjects[0], noon.AddDate(0, 0, 1))
	if err := e.append(stop); err != nil {
		return err
	}
	if err := e.want(acme, subjects[0], all[acme][subjects[0]], stop); err != nil {
		return err
	}
	delete(all[acme], subjects[0])
	if err := e.wantOwned(all); err != nil {
		return fmt.Errorf("after an opt-out of one subject of one business: %w", err)
	}
	return nil
}

// lookalikes are business IDs that some collation, normal form, trimming, pattern or
// number takes for one another.
func lookalikes() []string {
	long := strings.Repeat("b", 254)
	return []string{
		"acme", "ACME", "Acme", "acmE",
		"acm\u00e9", "acme\u0301", "\u00e5cme", "\u212bcme", "a\u0327cme",
		"acme ", "acme  ", " acme", "acme\t", "acme\n", "acme\r\n", "acme\u00a0", "acme\u200b", "acme\u00ad", "\ufeffacme",
		"\uff41\uff43\uff4d\uff45", "\u0430cme", // full width, and a Cyrillic letter
		"stra\u00dfe", "strasse", "STRASSE", "stra\u1e9ee", "\u0131d", "id", "ID", "\u0130D",
		"acm_", "acm%", "%", "_", "*", "acm?", "acme\\", "acme'", "acme''", `acme"`, "acme;--", "acme/", "acme:", "acme|", "acme\x01",
		"1", "01", "1.0", "1e0", "+1", "0x1", "null", "NULL", "true",
		"\U0001f600", "\U0001f601", "\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469", // MySQL's older collations hold all emoji for equal
		"\u0645\u200f", "\u0645", "\u3042", "\u30a2", "\u3041",
		long + "x", long + "y", long, // of 255 bytes, the most that a ledger takes
	}
}

func keysExact(e *env) error {
	businesses := lookalikes()
	all, err := e.appendOwned(businesses, []consent.Subject{person(1)})
	if err != nil {
		return err
	}
	long := "US.ENT." + strings.Repeat("q", 127) // with one more, the most that a user ID has
	users, err := e.appendOwned([]string{"users"}, []consent.Subject{
		subject("US.abc"), subject("US.ABC"), subject("US.Abc"), subject("US.0"), subject("US.00"),
		subject("US.ENT.0"), subject("US.1e1"), subject("US.10"), subject(long + "a"), subject(long + "b"), subject(long + "A"),
	})
	if err != nil {
		return err
	}
	all["users"] = users["users"]
	if err := e.wantOwned(all); err != nil {
		return err
	}
	for _, key := range []struct {
		business string
		subject  consent.Subject
	}{{"Acme", person(1)}, {"acme ", person(1)}, {"acm_", person(1)}, {"acme\u0301", person(1)}, {"users", subject("US.Abc")}} {
		if err := e.erase(key.business, key.subject); err != nil {
			return err
		}
		delete(all[key.business], key.subject)
		if err := e.wantOwned(all); err != nil {
			return fmt.Errorf("after Erase of business %s, subject %s: %w", brief(key.business), brief(key.subject), err)
		}
	}
	return nil
}

func keysCategories(e *env) error {
	long := "marketing/" + strings.Repeat("c", 117)
	categories := []consent.Category{
		"marketing", "Marketing", "MARKETING", "marketing ", " marketing", "m\u00e1rketing", "ma\u0301rketing", "marketing\u200b",
		"marketing/offers", "marketing-offers", "marketing_offers", "marketing/Offers", "marketing/offers ", "marketin_", "marketin%",
		"utility", "calls", "\u00e4ther", "zebra", "\U0001f600", "\uffff", "1", "01", "a,b", "a", "b", `a","b`,
		consent.Category(long + "a"), consent.Category(long + "b"), // of 128 bytes, the most that a ledger takes
	}
	s := person(1)
	var records []consent.Record
	for i, c := range categories {
		records = append(records, e.optIn(acme, s, noon.Add(time.Duration(i)*time.Minute), c))
		if i%2 == 0 {
			records = append(records, e.optOut(acme, s, noon.Add(time.Duration(-i)*time.Minute), c))
		}
	}
	if err := e.appendEach(records...); err != nil {
		return err
	}
	if err := e.want(acme, s, records...); err != nil {
		return err
	}
	// And all of them on one record.
	s = person(2)
	slices.Sort(categories)
	r := e.optIn(acme, s, noon, categories...)
	if err := e.append(r); err != nil {
		return err
	}
	return e.want(acme, s, r)
}
