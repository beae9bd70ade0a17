// Package plugintest is the conformance suite of plugins.Plugin: what every plugin owes the program it runs in, whoever
// wrote it, in whichever of the three ways it comes.
package plugintest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Setup says how a plugin is tried.
type Setup struct {
	// New makes the plugin anew.
	New func(t *testing.T) plugins.Plugin
	// Upstreams are the third parties it asks, by name: stand-ins that speak their protocols. None: it asks nobody.
	Upstreams map[string]http.Handler
	// Entities are some that its views are about, and some that they are not about.
	Entities []*catalog.Entity
	// Hook is a genuine delivery of its vendor, for a plugin with a webhook.
	Hook *plugins.Delivery
	// Actions are inputs for its template actions, by id.
	Actions map[string]json.RawMessage
	// Now is the time that its views speak of; zero: the real one.
	Now time.Time
}

// patience bounds every call of the suite that has no bound of its own.
const patience = 20 * time.Second

// Test runs the suite.
func Test(t *testing.T, s Setup) {
	t.Helper()
	if s.Now.IsZero() {
		s.Now = time.Now()
	}
	t.Run("says the same whenever it is asked", s.same)
	t.Run("starts without its vendor", s.alone)
	t.Run("shows cards that hold", s.shows)
	t.Run("is asked by many at once", s.many)
	t.Run("ends when nobody waits any more", s.ends)
	t.Run("survives its vendor", s.faults)
	t.Run("takes genuine deliveries only", s.hooks)
	t.Run("has no page that is not there", s.pages)
	t.Run("does an action once", s.actions)
	t.Run("has fields that hold", s.fields)
}

// same asks twice for everything that must not change.
func (s Setup) same(t *testing.T) {
	p := s.New(t)
	a, err := plugins.NewEntry(p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := plugins.NewEntry(p)
	if err != nil {
		t.Fatal(err)
	}
	if a.About != b.About {
		t.Errorf("it is %+v, then %+v", a.About, b.About)
	}
	if x, y := names(a), names(b); !slices.Equal(x, y) {
		t.Errorf("it adds %v, then %v", x, y)
	}
	s.close(t, p)
}

// names are those of everything that a plugin adds.
func names(e *plugins.Entry) []string {
	var out []string
	for _, v := range e.Views {
		out = append(out, "view "+v.Name)
	}
	for _, o := range e.Operations {
		out = append(out, "operation "+o.Name)
	}
	for _, x := range e.Topics {
		out = append(out, "topic "+x.Name)
	}
	for _, c := range e.Checks {
		out = append(out, "check "+c.Name)
	}
	for _, a := range e.Actions {
		out = append(out, "action "+a.ID)
	}
	for _, m := range e.Measures {
		out = append(out, "measure "+m.Name)
	}
	for _, f := range e.Fields {
		out = append(out, "field "+f.Name)
	}
	return out
}

// started returns a plugin that runs with the given upstreams.
func (s Setup) started(t *testing.T, ups map[string]http.Handler) (*plugins.Entry, *Host) {
	t.Helper()
	p := s.New(t)
	e, err := plugins.NewEntry(p)
	if err != nil {
		t.Fatal(err)
	}
	h := NewHost(ups, s.Entities...)
	if st, ok := p.(plugins.Starter); ok {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		if err := st.Start(ctx, h.Host()); err != nil {
			t.Fatalf("it does not start: %v", err)
		}
	}
	t.Cleanup(func() { s.close(t, p) })
	return e, h
}

func (Setup) close(t *testing.T, p plugins.Plugin) {
	if c, ok := p.(plugins.Closer); ok {
		within(t, "Close", func() {
			if err := c.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// within fails the test when something takes too long.
func within(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Errorf("%s takes longer than %s", what, patience)
	}
}

// alone starts the plugin where no vendor answers.
func (s Setup) alone(t *testing.T) {
	within(t, "Start", func() { s.started(t, away(s.Upstreams)) })
}

// away are upstreams that do not answer.
func away(ups map[string]http.Handler) map[string]http.Handler {
	out := map[string]http.Handler{}
	for name := range ups {
		out[name] = nil
	}
	return out
}

// queries are what a view can be asked.
func (s Setup) queries(v plugins.View) []plugins.Query {
	var out []plugins.Query
	for _, l := range lang.Languages() {
		q := plugins.Query{Lang: l, Now: s.Now}
		if v.Fleet {
			out = append(out, q)
			continue
		}
		for _, e := range s.Entities {
			if q.Entity = e; v.Has == nil || v.Has(e) {
				out = append(out, q)
			}
		}
	}
	return out
}

// shows asks every view about every entity, in every language.
func (s Setup) shows(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	gates := plugins.NewGates(plugins.GateOptions{})
	defer gates.Close(patience)
	for _, v := range e.Views {
		shown := 0
		for _, q := range s.queries(v) {
			c, err := plugins.Call(t.Context(), gates, e.About.Name, v.Name, plugins.MaxTimeout, func(ctx context.Context) (plugins.Card, error) { return v.Show(ctx, q) })
			if err != nil {
				t.Errorf("view %s: %v", v.Name, err)
				continue
			}
			if c, err = plugins.Checked(c, q.Lang, s.Now, e.Operations); err != nil {
				t.Errorf("view %s: %v", v.Name, err)
			}
			if !c.Empty() {
				shown++
				if len(c.Message.Headline()) == 0 {
					t.Errorf("view %s: a card needs a summary or a text: it is one line in other answers", v.Name)
				}
			}
		}
		if shown == 0 && len(s.Entities) > 0 {
			t.Errorf("view %s showed nothing of any entity", v.Name)
		}
	}
}

func (s Setup) many(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	var wg sync.WaitGroup
	for _, v := range e.Views {
		for _, q := range s.queries(v) {
			for range 4 {
				wg.Go(func() {
					if _, err := v.Show(t.Context(), q); err != nil {
						t.Errorf("view %s: %v", v.Name, err)
					}
				})
			}
		}
	}
	within(t, "asking at once", wg.Wait)
}

// ends asks for cards that nobody waits for.
func (s Setup) ends(t *testing.T) {
	e, _ := s.started(t, hang(s.Upstreams))
	for _, v := range e.Views {
		for _, q := range s.queries(v) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			within(t, "view "+v.Name, func() { _, _ = v.Show(ctx, q) })
			cancel()
		}
	}
}

func (s Setup) pages(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	h, ok := e.Plugin.(plugins.HasPages)
	if !ok {
		return
	}
	for _, path := range []string{"no/such/page", "..", "a/../../b", "%00"} {
		_, err := h.WebPage(t.Context(), plugins.WebQuery{Path: path, Lang: lang.English, Sees: func(catalog.Ref) bool { return true }})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("page %q: %v, want an error of kind not found", path, err)
		}
	}
}

func (s Setup) actions(t *testing.T) {
	e, _ := s.started(t, s.Upstreams)
	for _, a := range e.Actions {
		in, ok := s.Actions[a.ID]
		if !ok {
			t.Errorf("there is no input to try the action %s with", a.ID)
			continue
		}
		call := plugins.ActionCall{Input: in, Key: "run/step/0", Dir: t.TempDir(), Log: NewHost(nil).Host().Whole().Log}
		if _, err := a.Plan(t.Context(), call); err != nil {
			t.Errorf("action %s: plan: %v", a.ID, err)
		}
		first, err := a.Apply(t.Context(), call)
		if err != nil {
			t.Errorf("action %s: apply: %v", a.ID, err)
			continue
		}
		if again, err := a.Apply(t.Context(), call); err != nil || string(again) != string(first) {
			t.Errorf("action %s: the same key gives %s, then %s (%v)", a.ID, first, again, err)
		}
		call.Input = json.RawMessage(`{"`)
		if _, err := a.Plan(t.Context(), call); err == nil {
			t.Errorf("action %s plans with an input that is no JSON", a.ID)
		}
	}
}

// Press is an order for an operation, for tests of one's own.
func Press(e *catalog.Entity, args ...string) plugins.Order {
	return plugins.Order{Query: plugins.Query{Entity: e, Lang: lang.English, Now: time.Now()}, Args: args, Key: "press-1", By: bot.Actor{Platform: "test", ID: "U1", Name: "Ada"}}
}

// errAway is what an upstream that does not answer gives.
var errAway = errors.New("connection refused")
