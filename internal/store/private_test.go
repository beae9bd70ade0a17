package store

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// TestErasing: what names a person in the catalog's tables can be forgotten, and nothing else goes with it.
func TestErasing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		c := openAt(t, url, func() time.Time { return at }).Catalog()
		check := func(n, want int, err error) {
			t.Helper()
			if n != want || err != nil {
				t.Errorf("%d, want %d, %v", n, want, err)
			}
		}
		for origin, by := range map[string]string{"url:a": "p:W:alice", "url:b": "p:W:alice", "url:c": "p:W:bob"} {
			_, err := c.Register(t.Context(), catalog.Location{Origin: origin, Type: "url", Target: origin, By: by})
			check(0, 0, err)
		}
		n, err := c.Disown(t.Context(), "p:W:alice")
		check(n, 2, err)
		n, err = c.Disown(t.Context(), "p:W:alice")
		check(n, 0, err)
		all, err := c.Locations(t.Context())
		check(len(all), 3, err)
		for _, l := range all {
			if (l.By == "p:W:bob") != (l.Origin == "url:c") {
				t.Errorf("%+v", l)
			}
		}
		alice, bob := catalog.MakeRef("user", "", "alice"), catalog.MakeRef("user", "", "bob")
		for _, value := range []string{"one", "two"} {
			at = at.Add(time.Hour)
			_, err := c.ApplyFacts(t.Context(), "p", []catalog.Ref{alice, bob}, []catalog.Fact{{Entity: alice, Producer: "p", Key: "k", Value: value}, {Entity: bob, Producer: "p", Key: "k", Value: value}})
			check(0, 0, err)
		}
		if n, err = c.EraseHistory(t.Context(), alice); n == 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		n, err = c.EraseHistory(t.Context(), alice)
		check(n, 0, err)
		if past, err := c.History(t.Context(), bob); len(past) < 2 || err != nil {
			t.Errorf("%+v, %v", past, err)
		}
	})
}
