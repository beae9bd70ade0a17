package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// talk is a plugin and the program, each with its side of a conversation, without a process in between.
type talk struct {
	far farHost // what the plugin sees of the program
	r   *remote
	end func() // of the plugin
}

func converse(t *testing.T, h plugins.Host) talk {
	t.Helper()
	toPlugin, fromProgram := io.Pipe()
	toProgram, fromPlugin := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	s := &server{ctx: ctx, stop: stop}
	s.conn = newConn(fromPlugin, s.handle)
	r := &remote{}
	h = h.Whole()
	r.host.Store(&h)
	c := newConn(fromProgram, r.asked)
	r.conn.Store(c)
	var both sync.WaitGroup
	both.Go(func() { _ = s.conn.run(ctx, toPlugin); stop() })
	both.Go(func() { _ = c.run(context.Background(), toProgram); r.turns.end() })
	end := sync.OnceFunc(func() { fromPlugin.Close(); fromProgram.Close(); both.Wait() })
	t.Cleanup(end)
	return talk{farHost{s}, r, end}
}

func soon(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("this does not happen: ", what)
	}
}

// TestTurnsOfTwoPrograms: two processes of one plugin, as two replicas have them, take turns; one that ends gives its
// turn back.
func TestTurnsOfTwoPrograms(t *testing.T) {
	t.Parallel()
	host := plugins.Host{}.Whole() // one lock for both, as the store is
	a, b := converse(t, host), converse(t, host)
	no := func() { t.Error("it waits for a turn that is free") }
	held, done, err := a.far.take(t.Context(), "register", no)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := b.far.take(t.Context(), "report", no)
	if err != nil {
		t.Fatal(err)
	}
	other()
	waits, got := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(got)
		_, done, err := b.far.take(t.Context(), "register", func() { close(waits) })
		if err != nil {
			t.Error(err)
			return
		}
		done()
	}()
	soon(t, "the other one is told that it waits", waits)
	if held.Err() != nil {
		t.Error("a turn that is held has ended")
	}
	done()
	done() // once more is nothing
	soon(t, "the other one has its turn", got)
	if held.Err() == nil {
		t.Error("a turn that was given back goes on")
	}

	if held, _, err = a.far.take(t.Context(), "register", no); err != nil {
		t.Fatal(err)
	}
	a.end()
	soon(t, "work ends with the program", held.Done())
	if _, done, err = b.far.take(t.Context(), "register", no); err != nil {
		t.Fatal("a program that ended keeps its turn: ", err)
	}
	done()
	if _, _, err := a.far.take(t.Context(), "register", no); !fault.Is(err, fault.Upstream) {
		t.Errorf("after its end: %v", err)
	}
}

// TestTurnsGivenUp: who waits no longer leaves the turn to others, whatever crosses whatever.
func TestTurnsGivenUp(t *testing.T) {
	t.Parallel()
	host := plugins.Host{}.Whole()
	a, b := converse(t, host), converse(t, host)
	_, done, err := a.far.take(t.Context(), "register", func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, _, err := b.far.take(ctx, "register", cancel); !fault.Is(err, fault.Upstream) || !errors.Is(err, context.Canceled) {
		t.Errorf("gave up with %v", err)
	}
	done()
	for i := range 50 { // the answer may be on its way while it is given up
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		if _, done, err := b.far.take(ctx, "register", func() {}); err == nil {
			done()
		}
		_, done, err := a.far.take(t.Context(), "register", func() {})
		if err != nil {
			t.Fatal(i, err)
		}
		done()
	}
	eventually(t, "no turn is left", func() bool { // the last one may still be on its way back
		held := &b.r.turns
		held.mu.Lock()
		defer held.mu.Unlock()
		return len(held.by) == 0
	})
}

// TestTurnsLost: work whose turn somebody else may have is told so, and what is begun after that can be given back.
func TestTurnsLost(t *testing.T) {
	t.Parallel()
	lost := make(chan struct{})
	given := make(chan struct{})
	a := converse(t, plugins.Host{Turn: func(ctx context.Context, _ string, _ func()) (context.Context, func(), error) {
		held, lose := context.WithCancel(ctx)
		go func() { <-lost; lose() }()
		return held, func() { close(given) }, nil
	}})
	held, done, err := a.far.take(t.Context(), "register", func() {})
	if err != nil {
		t.Fatal(err)
	}
	if held.Err() != nil {
		t.Fatal("it is lost at once")
	}
	close(lost)
	soon(t, "the plugin is told", held.Done())
	if !errors.Is(context.Cause(held), errTurnLost) {
		t.Errorf("it ends with %v", context.Cause(held))
	}
	done()
	soon(t, "it is given back", given)
}

// TestTurnsThatAreWrong: names and numbers have bounds, and what is not there is given back without a word.
func TestTurnsThatAreWrong(t *testing.T) {
	t.Parallel()
	a := converse(t, plugins.Host{})
	ask := func(method, params string) error {
		return a.far.s.conn.call(t.Context(), method, json.RawMessage(params), nil)
	}
	for params, want := range map[string]string{
		`{"name":"a"}`:              "called something",
		`{"name":"A b","turn":"1"}`: "small letters",
		`{"turn":"1"}`:              "small letters",
		`{"name":"` + strings.Repeat("a", 41) + `","turn":"1"}`: "small letters",
		`[]`: "shape",
	} {
		if err := ask(methodTurnTake, params); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", params, err, want)
		}
	}
	if err := ask(methodTurnDone, `{"turn":"nobody's"}`); err != nil {
		t.Error(err)
	}
	for i := range maxTurnNames {
		if err := ask(methodTurnTake, fmt.Sprintf(`{"name":"n%d","turn":"%d"}`, i, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask(methodTurnTake, `{"name":"n0","turn":"1"}`); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a name twice: %v", err)
	}
	if err := ask(methodTurnTake, `{"name":"more","turn":"more"}`); err == nil || !strings.Contains(err.Error(), "different things") {
		t.Errorf("more names: %v", err)
	}
	many := make(chan error, maxTurns)
	for i := range maxTurns {
		go func() { many <- ask(methodTurnTake, fmt.Sprintf(`{"name":"n0","turn":"again%d"}`, i)) }()
	}
	refused := 0
	for range maxTurnNames { // the others wait
		if err := <-many; err != nil && strings.Contains(err.Error(), "at most") {
			refused++
		}
	}
	if refused != maxTurnNames {
		t.Errorf("%d were refused", refused)
	}
	for _, told := range []string{`{"turn":"nobody's"}`, `7`} {
		if err := a.far.s.turns.told(methodTurnLost, json.RawMessage(told)); (err == nil) != strings.HasPrefix(told, "{") {
			t.Errorf("%s: %v", told, err)
		}
	}
	a.end()
	for range maxTurns - maxTurnNames {
		if err := <-many; err == nil {
			t.Error("a turn is had after the end")
		}
	}
}

// TestTurnsOfTheDead: a program that dies holds no turn, and the one that takes its place gets it.
func TestTurnsOfTheDead(t *testing.T) {
	s, r, h := supervised(t, program("holds"))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	holders := map[string]bool{}
	for round := range 3 {
		if _, err := show(t, r, time.Minute); !fault.Is(err, fault.Upstream) {
			t.Errorf("round %d: %v, want an upstream's failure", round, err)
		}
		for _, f := range h.Of(entity(t, checkout).Ref) {
			holders[f.Value] = true
		}
		eventually(t, "it is noted", func() bool { return len(s.Problems()) == 1 })
		eventually(t, "it is back", func() bool { return len(s.Problems()) == 0 })
	}
	if len(holders) != 3 {
		t.Errorf("%d programs had the turn, want 3", len(holders))
	}
}
