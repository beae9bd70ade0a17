// Package scaffoldtest holds the conformance suite of what keeps runs.
package scaffoldtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Store is what is tested.
type Store interface {
	scaffold.Runs
	scaffold.RunSweeper
	scaffold.RunEraser
}

// OpenRuns returns two handles on one new, empty store, as two replicas have.
type OpenRuns func(t *testing.T) (a, b Store)

// TestRuns is the conformance suite of scaffold.Runs.
func TestRuns(t *testing.T, open OpenRuns) {
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"a run is kept as it was begun", (*bench).begin},
		{"what a run came to is kept", (*bench).update},
		{"runs are found", (*bench).list},
		{"a journal is read by all", (*bench).journal},
		{"a journal has no gaps", (*bench).journalRace},
		{"files are kept by number", (*bench).files},
		{"files that broke off are kept anew", (*bench).filesBroken},
		{"old runs are forgotten with all that is theirs", (*bench).sweep},
		{"somebody is taken out of runs", (*bench).erase},
		{"hostile text is kept or refused, never trouble", (*bench).hostile},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, ctx: t.Context(), now: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)}
			b.a, b.b = open(t)
			c.run(b)
		})
	}
}

type bench struct {
	*testing.T
	ctx  context.Context
	a, b Store
	now  time.Time
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) is(err error, kind fault.Kind) {
	b.Helper()
	if !fault.Is(err, kind) {
		b.Fatalf("got %v, want an error of kind %s", err, kind)
	}
}

func (b *bench) same(got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		b.Fatal(d)
	}
}

func (b *bench) row(id string) scaffold.Run {
	return scaffold.Run{
		ID: id, Template: "template:default/go-service", Title: "Go service", File: "https://host/org/repo/blob/main/template.yaml", Commit: "abc",
		Entity: json.RawMessage(`{"kind":"Template"}`), Values: json.RawMessage(`{"name":"pay"}`),
		Actor: "p:w:u", User: "user:default/ada", Name: "Ada", Status: scaffold.Open, Begun: b.now,
	}
}

func (b *bench) put(id string, change func(*scaffold.Run)) {
	b.Helper()
	r := b.row(id)
	if change != nil {
		change(&r)
	}
	_, err := b.a.Begin(b.ctx, r)
	b.ok(err)
}

func (b *bench) begin() {
	r := b.row("1")
	fresh, err := b.a.Begin(b.ctx, r)
	b.ok(err)
	b.same(fresh, true)
	other := r
	other.Title = "another"
	fresh, err = b.b.Begin(b.ctx, other)
	b.ok(err)
	b.same(fresh, false)
	got, err := b.b.Get(b.ctx, "1")
	b.ok(err)
	b.same(got, r)
	_, err = b.b.Get(b.ctx, "2")
	b.is(err, fault.NotFound)
	_, err = b.a.Begin(b.ctx, scaffold.Run{ID: "3"})
	b.is(err, fault.Invalid)
	r.ID, r.Values = "4", json.RawMessage("{")
	_, err = b.a.Begin(b.ctx, r)
	b.is(err, fault.Invalid)
}

func (b *bench) update() {
	b.put("1", nil)
	r := b.row("1")
	r.Status, r.Message, r.Ended, r.Title = scaffold.Failed, "why", b.now.Add(time.Minute), "not to be changed"
	r.Entities, r.Output = []string{"component:default/pay"}, json.RawMessage(`{"links":[]}`)
	b.ok(b.b.Update(b.ctx, r))
	got, err := b.a.Get(b.ctx, "1")
	b.ok(err)
	r.Title = "Go service"
	b.same(got, r)
	r.ID = "2"
	b.is(b.a.Update(b.ctx, r), fault.NotFound)
}

func (b *bench) list() {
	b.put("1", nil)
	b.put("2", func(r *scaffold.Run) { r.Template = "template:default/site" })
	b.put("3", func(r *scaffold.Run) { r.Actor = "p:w:v" })
	done := b.row("1")
	done.Status, done.Entities = scaffold.Completed, []string{"component:default/pay", "api:default/pay"}
	b.ok(b.a.Update(b.ctx, done))
	for _, tt := range []struct {
		q    scaffold.RunQuery
		want string
	}{
		{scaffold.RunQuery{}, "3 2 1"},
		{scaffold.RunQuery{Limit: 2}, "3 2"},
		{scaffold.RunQuery{Before: "3", Limit: 1}, "2"},
		{scaffold.RunQuery{Template: "template:default/go-service"}, "3 1"},
		{scaffold.RunQuery{Actor: "p:w:u"}, "2 1"},
		{scaffold.RunQuery{Status: scaffold.Completed}, "1"},
		{scaffold.RunQuery{Entity: "api:default/pay"}, "1"},
		{scaffold.RunQuery{Entity: "api:default/other"}, ""},
	} {
		list, err := b.b.List(b.ctx, tt.q)
		b.ok(err)
		var ids []string
		for _, r := range list {
			ids = append(ids, r.ID)
			if r.Entity != nil || r.Values != nil || r.Output != nil {
				b.Errorf("run %s is listed with its data", r.ID)
			}
		}
		if got := strings.Join(ids, " "); got != tt.want {
			b.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
	if list, err := b.b.List(b.ctx, scaffold.RunQuery{Entity: "component:default/pay"}); err != nil || len(list) != 1 || !slices.Equal(list[0].Entities, done.Entities) {
		b.Errorf("the entities of a run: %+v, %v", list, err)
	}
}

func (b *bench) journal() {
	b.put("1", nil)
	j := b.a.Journal("1")
	added, err := j.Append(b.ctx, scaffold.Record{ID: "once", Kind: scaffold.MarkBegun, Step: "publish", Iteration: 2, At: b.now})
	b.ok(err)
	b.same(added, true)
	added, err = b.b.Journal("1").Append(b.ctx, scaffold.Record{ID: "once", Kind: scaffold.MarkEnded, At: b.now})
	b.ok(err)
	b.same(added, false)
	for range 2 {
		added, err = j.Append(b.ctx, scaffold.Record{Kind: scaffold.LogLine, Data: json.RawMessage(`"line"`), At: b.now})
		b.ok(err)
		b.same(added, true)
	}
	list, err := b.b.Journal("1").Records(b.ctx, 0)
	b.ok(err)
	b.same(list, []scaffold.Record{
		{N: 1, ID: "once", Kind: scaffold.MarkBegun, Step: "publish", Iteration: 2, At: b.now},
		{N: 2, Kind: scaffold.LogLine, Data: json.RawMessage(`"line"`), At: b.now},
		{N: 3, Kind: scaffold.LogLine, Data: json.RawMessage(`"line"`), At: b.now},
	})
	list, err = j.Records(b.ctx, 2)
	b.ok(err)
	b.same(len(list), 1)
	list, err = j.Records(b.ctx, 3)
	b.ok(err)
	b.same(len(list), 0)
	_, err = b.a.Journal("2").Append(b.ctx, scaffold.Record{Kind: scaffold.LogLine})
	b.is(err, fault.NotFound)
	_, err = b.a.Journal("2").Records(b.ctx, 0)
	b.is(err, fault.NotFound)
}

func (b *bench) journalRace() {
	b.put("1", nil)
	const each = 40
	var all sync.WaitGroup
	for w, s := range []Store{b.a, b.b} {
		all.Go(func() {
			for i := range each {
				if _, err := s.Journal("1").Append(b.ctx, scaffold.Record{ID: fmt.Sprint(w%2, i), Kind: scaffold.LogLine, At: b.now}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	var n int64
	for {
		list, err := b.a.Journal("1").Records(b.ctx, n)
		b.ok(err)
		if len(list) == 0 {
			break
		}
		for _, r := range list {
			if n++; r.N != n {
				b.Fatalf("record %d has number %d", n, r.N)
			}
		}
	}
	b.same(n, int64(2*each))
}

func (b *bench) read(s Store, id string, number int) []byte {
	b.Helper()
	in, err := s.Journal(id).Files(b.ctx, number)
	b.ok(err)
	data, err := io.ReadAll(in)
	b.ok(errors.Join(err, in.Close()))
	return data
}

func (b *bench) files() {
	b.put("1", nil)
	j := b.a.Journal("1")
	big := bytes.Repeat([]byte("0123456789abcdef"), 200_000)
	b.ok(j.SaveFiles(b.ctx, 1, strings.NewReader("one")))
	b.ok(j.SaveFiles(b.ctx, 2, bytes.NewReader(big)))
	if !bytes.Equal(b.read(b.b, "1", 2), big) || string(b.read(b.b, "1", 1)) != "one" {
		b.Fatal("the files are not what was kept")
	}
	b.ok(j.SaveFiles(b.ctx, 3, strings.NewReader("three")))
	_, err := b.b.Journal("1").Files(b.ctx, 1)
	b.is(err, fault.NotFound)
	b.ok(j.SaveFiles(b.ctx, 3, strings.NewReader("3")))
	b.same(string(b.read(b.b, "1", 3)), "3")
	b.ok(j.DropFiles(b.ctx))
	_, err = j.Files(b.ctx, 3)
	b.is(err, fault.NotFound)
}

func (b *bench) filesBroken() {
	b.put("1", nil)
	j := b.a.Journal("1")
	b.ok(j.SaveFiles(b.ctx, 1, strings.NewReader("one")))
	broken := io.MultiReader(bytes.NewReader(make([]byte, 3<<20)), failing{})
	if err := j.SaveFiles(b.ctx, 2, broken); err == nil {
		b.Fatal("an archive that broke off was kept")
	}
	b.same(string(b.read(b.b, "1", 1)), "one")
	b.ok(j.SaveFiles(b.ctx, 2, strings.NewReader("two")))
	b.same(string(b.read(b.b, "1", 2)), "two")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

func (b *bench) sweep() {
	b.put("1", nil)
	b.put("2", func(r *scaffold.Run) { r.Begun = b.now.Add(time.Hour) })
	j := b.a.Journal("1")
	_, err := j.Append(b.ctx, scaffold.Record{Kind: scaffold.LogLine, At: b.now})
	b.ok(err)
	b.ok(j.SaveFiles(b.ctx, 1, strings.NewReader("one")))
	n, err := b.b.Sweep(b.ctx, b.now.Add(time.Minute))
	b.ok(err)
	b.same(n, 1)
	_, err = b.a.Get(b.ctx, "1")
	b.is(err, fault.NotFound)
	_, err = j.Files(b.ctx, 1)
	b.is(err, fault.NotFound)
	_, err = b.a.Get(b.ctx, "2")
	b.ok(err)
}

func (b *bench) erase() {
	b.put("1", nil)
	b.put("2", nil)
	b.put("3", func(r *scaffold.Run) { r.Actor = "p:w:v" })
	done := b.row("1")
	done.Status, done.Entities, done.Message = scaffold.Failed, []string{"component:default/pay"}, "why"
	b.ok(b.a.Update(b.ctx, done))
	_, err := b.a.Journal("1").Append(b.ctx, scaffold.Record{Kind: scaffold.LogLine, At: b.now})
	b.ok(err)
	n, err := b.b.Erase(b.ctx, "p:w:u")
	b.ok(err)
	b.same(n, 2)
	got, err := b.a.Get(b.ctx, "1")
	b.ok(err)
	b.same(got.Actor+got.User+got.Name+got.Message+string(got.Values), "")
	b.same(got.Entities, done.Entities)
	list, err := b.a.Journal("1").Records(b.ctx, 0)
	b.ok(err)
	b.same(len(list), 0)
	got, err = b.a.Get(b.ctx, "2") // it is under way and needs its values
	b.ok(err)
	b.same(got.Actor+got.User+got.Name, "")
	b.same(string(got.Values), `{"name":"pay"}`)
	got, err = b.a.Get(b.ctx, "3")
	b.ok(err)
	b.same(got.Actor, "p:w:v")
	n, err = b.a.Erase(b.ctx, "")
	b.ok(err)
	b.same(n, 0)
}

func (b *bench) hostile() {
	const bad = "a\x00b\xff'; DROP TABLE scaffold_runs; --"
	_, err := b.a.Begin(b.ctx, scaffold.Run{ID: bad, Template: bad, Title: bad, File: bad, Actor: bad, Name: bad, Status: scaffold.Open, Begun: b.now})
	if err != nil && !fault.Is(err, fault.Invalid) {
		b.Fatal(err)
	}
	if err == nil {
		_, err := b.a.Journal(bad).Append(b.ctx, scaffold.Record{ID: bad, Kind: bad, Step: bad, At: b.now})
		b.ok(err)
	}
	_, err = b.b.List(b.ctx, scaffold.RunQuery{Template: bad, Actor: bad, Entity: bad, Before: bad})
	b.ok(err)
}
