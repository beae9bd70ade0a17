package plugintest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// TestCards runs the conformance suite of plugins.CardStore. open returns two that share what they keep.
func TestCards(t *testing.T, open func(t *testing.T) (a, b plugins.CardStore)) {
	t.Helper()
	a, b := open(t)
	ctx, at := t.Context(), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	get := func(s plugins.CardStore, plugin, key string) string {
		t.Helper()
		data, err := s.Card(ctx, plugin, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	put := func(plugin, key, value string, at time.Time) {
		t.Helper()
		if err := a.PutCard(ctx, plugin, key, []byte(value), at); err != nil {
			t.Fatal(err)
		}
	}
	if got := get(a, "ci", "x"); got != "" {
		t.Errorf("an empty store has %q", got)
	}
	put("ci", "x", `{"n":1}`, at)
	put("ci", "x", `{"n":2}`, at.Add(time.Minute))
	put("ci", "x", `{"n":0}`, at) // by a replica that was slow
	put("other", "x", `{"n":9}`, at)
	if got := get(b, "ci", "x"); got != `{"n":2}` {
		t.Errorf("the newest is %q", got)
	}
	if got := get(b, "other", "x"); got != `{"n":9}` {
		t.Errorf("another plugin's is %q", got)
	}
	large := bytes.Repeat([]byte("x"), 200<<10)
	put("ci", strings.Repeat("k", 400), string(large), at)
	if got := get(b, "ci", strings.Repeat("k", 400)); got != string(large) {
		t.Errorf("a large one has %d bytes", len(got))
	}
	if n, err := b.Sweep(ctx, at.Add(time.Second)); n != 2 || err != nil {
		t.Errorf("swept %d, %v, want 2", n, err)
	}
	if get(a, "ci", "x") == "" || get(a, "other", "x") != "" {
		t.Error("what is newer was swept, or what is older was not")
	}
}
