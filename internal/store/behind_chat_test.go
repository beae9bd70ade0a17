package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// everything is all that the tables of a database hold, but what it remembers of migrations.
func everything(t *testing.T, db *DB) map[string]string {
	t.Helper()
	ctx := context.Background()
	names := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if db.dialect.postgres() {
		names = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	out := map[string]string{}
	tables, err := chatRows(ctx, chat{db}, "list tables", func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	}, names)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		rows, err := db.reader.QueryContext(ctx, `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			row := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			out[table] += fmt.Sprintln(row...)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 3 {
		t.Fatalf("only %d tables hold something", len(out))
	}
	return out
}

// talk is what a replica has of its conversations.
type talk struct {
	state  bot.State
	inbox  *bot.SteadyInbox
	memory *bot.SharedMemory
	audit  *bot.AuditTrail
	stop   func()
}

// talkOver starts the conversations of a replica whose audit waits in a folder.
func talkOver(t *testing.T, db *DB, dir string) *talk {
	t.Helper()
	seal, err := NewSeal([]byte("one key of thirty-two characters"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	c := &talk{state: db.ChatState(seal)}
	c.inbox = bot.NewSteadyInbox(c.state.Inbox, bot.NewMemoryInbox(1000, time.Hour), log, time.Now)
	c.memory = bot.NewSharedMemory(bot.NewShortMemory(1000, time.Hour), c.state.Threads, log)
	c.audit = bot.NewAuditTrail(c.state.Audit, dir, log, time.Now)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = c.memory.Run(ctx) })
	running.Go(func() {
		if err := c.audit.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	c.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(c.stop)
	return c
}

func (c *talk) put(t *testing.T, id string, want bool) {
	t.Helper()
	if fresh, err := c.inbox.Put(t.Context(), id, time.Now()); fresh != want || err != nil {
		t.Errorf("delivery %s: %v, %v; want %v", id, fresh, err, want)
	}
}

func (c *talk) last(key string) string {
	turns := c.memory.Recall(key, time.Now())
	if len(turns) == 0 {
		return ""
	}
	return turns[len(turns)-1].Text
}

// TestBehindWritesNothing: a replica that a newer program has left two releases behind writes nothing at all to a
// schema that it does not know. Its conversations go on as they do without a database, what needs one refuses, and what
// it has set aside is in the database once the replica was upgraded.
func TestBehindWritesNothing(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		ctx := t.Context()
		old, err := openRelease(t, url, thisRelease())
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		was := talkOver(t, old, dir)
		alice := bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}
		at := bot.Address{Platform: "p", Workspace: "W", Channel: "C"}
		draft := bot.Draft{ID: "d", Form: "f", Actor: alice, Address: at, Expires: time.Now().Add(time.Hour)}
		if err := was.state.Drafts.Save(ctx, draft); err != nil {
			t.Fatal(err)
		}
		was.put(t, "1", true)
		was.audit.Observe(bot.Entry{Time: time.Now(), Actor: alice, Event: "before"})
		audited := func(c *talk) int {
			rs, err := c.state.Audit.Of(ctx, alice, time.Now().Add(time.Hour), 1000)
			if err != nil {
				t.Fatal(err)
			}
			return len(rs)
		}
		eventually(t, "the audit is written", func() bool { return audited(was) == 1 })

		newest, err := openRelease(t, url, laterRelease(t, 2))
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the old one notices", func() bool { return old.Behind() != nil })
		before := everything(t, newest)
		was.put(t, "2", true)
		was.put(t, "2", false)
		was.put(t, "1", false)
		was.memory.Record("k", bot.Turn{Text: "meanwhile", At: time.Now()})
		for i := range 300 {
			was.audit.Observe(bot.Entry{Time: time.Now(), Actor: alice, Event: fmt.Sprint(i)})
		}
		_, taken := was.state.Drafts.Take(ctx, "d", time.Now())
		_, subscribed := was.state.Subscriptions.Put(ctx, bot.Subscription{Address: at, Subject: "component:default/a", Topic: "ownership", By: alice})
		_, _, added := old.Jobs(nil).Add(ctx, job.Request{Kind: "k"})
		_, took := old.Jobs(nil).Take(ctx, []job.Want{{Kind: "k", Max: 1}}, time.Minute)
		_, applied := old.Catalog().Apply(ctx, oneFile("o", "a", "a", "A"))
		for what, err := range map[string]error{
			"a form": taken, "a draft": was.state.Drafts.Save(ctx, draft), "a subscription": subscribed, "a job": added, "the catalog": applied,
		} {
			if !fault.Is(err, fault.Upstream) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if took != nil { // nothing was due, so that nothing was to be written
			t.Error(took)
		}
		eventually(t, "everything says that it makes do", func() bool {
			for _, s := range []interface{ Status() (string, bool) }{was.inbox, was.memory, was.audit} {
				if _, ok := s.Status(); ok {
					return false
				}
			}
			return true
		})
		if was.last("k") != "meanwhile" {
			t.Error("a conversation stopped")
		}
		if d, err := was.state.Drafts.Load(ctx, "d", time.Now()); err != nil || d.Form != "f" {
			t.Errorf("reading: %+v, %v", d, err)
		}
		for table, rows := range everything(t, newest) {
			if rows != before[table] {
				t.Errorf("%s was changed:\n%s\nwas\n%s", table, rows, before[table])
			}
		}

		was.stop()
		is := talkOver(t, newest, dir) // the same folder
		eventually(t, "the audit is whole", func() bool { return audited(is) == 301 })
		is.put(t, "1", false)
		if _, err := is.state.Drafts.Take(ctx, "d", time.Now()); err != nil {
			t.Errorf("the form: %v", err)
		}
	})
}
