package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// besideLimit is how long it may take at most until everybody waits for a lock.
const besideLimit = 2 * time.Minute

// another is a program beside ours that holds what it has locked in a PostgreSQL database.
type another struct {
	*testing.T
	tx   pgx.Tx
	look *pgx.Conn
	wg   sync.WaitGroup
}

// locks runs a statement in a transaction that stays open until commit.
func locks(t *testing.T, url, statement string) *another {
	t.Helper()
	connect := func() *pgx.Conn {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // it ends with the server at the latest
		return conn
	}
	tx, err := connect().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	return &another{T: t, tx: tx, look: connect()}
}

// meanwhile starts what has to wait, and returns once it does: n wait altogether.
func (a *another) meanwhile(n int, do func(ctx context.Context) error) {
	a.Helper()
	a.wg.Go(func() {
		if err := do(a.Context()); err != nil {
			a.Error(err)
		}
	})
	for begun := time.Now(); time.Since(begun) < besideLimit; time.Sleep(5 * time.Millisecond) {
		var waiting int
		err := a.look.QueryRow(a.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			a.Fatal(err)
		}
		if waiting >= n {
			return
		}
	}
	a.Fatal("nobody waits")
}

// commit lets those go on who wait, and waits for them.
func (a *another) commit() {
	a.Helper()
	if err := a.tx.Commit(a.Context()); err != nil {
		a.Fatal(err)
	}
	a.wg.Wait()
}

// TestTurnIsStamped: what a writer stores has the time of its turn, not of when it began to wait for it.
func TestTurnIsStamped(t *testing.T) {
	url := storetest.Postgres(t)
	var now atomic.Int64
	now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Unix())
	db, err := store.Open(t.Context(), store.Options{URL: url, Clock: func() time.Time { return time.Unix(now.Load(), 0).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // of a test
	ref := catalog.Ref{Kind: "component", Namespace: "default", Name: "a"}
	a := locks(t, url, `SELECT 1 FROM catalog_state FOR UPDATE`)
	a.meanwhile(1, func(ctx context.Context) error {
		_, err := db.Catalog().ApplyFacts(ctx, "p", []catalog.Ref{ref}, []catalog.Fact{{Entity: ref, Key: "k", Value: "v"}})
		return err
	})
	later := now.Add(3600)
	a.commit()
	past, err := db.Catalog().History(t.Context(), ref)
	if err != nil || len(past) != 1 || past[0].First.Unix() != later {
		t.Errorf("%+v, %v", past, err)
	}
}

// TestSecretsBeside: two who keep different secrets under one key at once keep both, whether there were some or not.
func TestSecretsBeside(t *testing.T) {
	url := storetest.Postgres(t)
	s := openChat(t, url, "one key of thirty-two characters").Secrets
	expires := time.Now().Add(time.Hour)
	keep := func(key string, values map[string]string) func(context.Context) error {
		return func(ctx context.Context) error { return s.Keep(ctx, key, values, expires) }
	}
	if err := keep("old", map[string]string{"first": "0"})(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, first := range map[string]int{"old": 1, "new": 0} {
		a := locks(t, url, `LOCK TABLE chat_secrets IN SHARE ROW EXCLUSIVE MODE`)
		a.meanwhile(1, keep(key, map[string]string{"pin": "1"}))
		a.meanwhile(2, keep(key, map[string]string{"token": "2"}))
		a.commit()
		got, err := s.Values(t.Context(), key, time.Now())
		if err != nil || len(got) != first+2 || got["pin"] != "1" || got["token"] != "2" {
			t.Errorf("%s: %v, %v", key, got, err)
		}
	}
}

// TestFeedbackBeside: two who add to feedback at once both add, and what comes as the feedback is closed is feedback of its
// own.
func TestFeedbackBeside(t *testing.T) {
	url := storetest.Postgres(t)
	s := openChat(t, url, "one key of thirty-two characters").Feedback
	f := bot.Feedback{ID: "1", Kind: bot.WrongFact, Entity: "component:default/a", Fact: "spec.owner", By: bot.Actor{Platform: "p", ID: "u"}, At: time.Now()}
	put := func(id string, change func(*bot.Feedback)) func(context.Context) error {
		n := f
		n.ID = id
		change(&n)
		return func(ctx context.Context) error {
			_, err := s.Put(ctx, n)
			return err
		}
	}
	if err := put("1", func(*bot.Feedback) {})(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := locks(t, url, `SELECT 1 FROM chat_feedback FOR UPDATE`)
	a.meanwhile(1, put("2", func(n *bot.Feedback) { n.Meant = "component:default/b" }))
	a.meanwhile(2, put("3", func(n *bot.Feedback) { n.Right = "team-x" }))
	a.commit()
	if got, err := s.Get(t.Context(), "1"); err != nil || got.Meant != "component:default/b" || got.Right != "team-x" {
		t.Errorf("%+v, %v", got, err)
	}
	a = locks(t, url, `UPDATE chat_feedback SET state = 'settled', closed_at = 1`)
	a.meanwhile(1, put("4", func(n *bot.Feedback) { n.Right = "team-y" }))
	a.commit()
	if got, err := s.Get(t.Context(), "4"); err != nil || got.Right != "team-y" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.Get(t.Context(), "1"); err != nil || got.Right != "team-x" {
		t.Errorf("what was closed is %+v, %v", got, err)
	}
}

// TestAuditErasedBeside: two who are erased at once from what was written together are both gone.
func TestAuditErasedBeside(t *testing.T) {
	url := storetest.Postgres(t)
	s := openChat(t, url, "one key of thirty-two characters").Audit
	who := func(id string) bot.Actor { return bot.Actor{Platform: "p", Workspace: "w", ID: id} }
	var rs []bot.Record
	for i, id := range []string{"a", "b", "c"} {
		rs = append(rs, bot.Record{ID: "0190" + id, Entry: bot.Entry{Time: time.Unix(int64(1000+i), 0), Actor: who(id)}})
	}
	if err := s.Append(t.Context(), rs); err != nil {
		t.Fatal(err)
	}
	a := locks(t, url, `SELECT 1 FROM chat_audit FOR UPDATE`)
	for i, id := range []string{"a", "b"} {
		a.meanwhile(i+1, func(ctx context.Context) error {
			n, err := s.Erase(ctx, who(id))
			if n != 1 {
				t.Errorf("%d records of %s were erased", n, id)
			}
			return err
		})
	}
	a.commit()
	for id, want := range map[string]int{"a": 0, "b": 0, "c": 1} {
		got, err := s.Of(t.Context(), who(id), time.Now(), 10)
		if err != nil || len(got) != want {
			t.Errorf("%d records of %s, %v", len(got), id, err)
		}
	}
}

// TestRunErasedBeside: a run that ends while the person is erased who began it keeps what it came to, without them.
func TestRunErasedBeside(t *testing.T) {
	url := storetest.Postgres(t)
	s := openTemplateRuns(t, url)
	r := scaffold.Run{ID: "0190", Template: "template:default/t", Actor: "user:default/u", Status: scaffold.Processing, Begun: time.Unix(1000, 0)}
	if _, err := s.Begin(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Journal(r.ID).Append(t.Context(), scaffold.Record{Kind: scaffold.StepEnded, Step: "s", At: r.Begun}); err != nil {
		t.Fatal(err)
	}
	a := locks(t, url, `UPDATE scaffold_runs SET status = 'completed', result = '{"Entities": ["component:default/x"]}', ended_at = 2000000000`)
	a.meanwhile(1, func(ctx context.Context) error {
		_, err := s.Erase(ctx, r.Actor)
		return err
	})
	a.commit()
	got, err := s.Get(t.Context(), r.ID)
	if err != nil || got.Actor != "" || got.Status != scaffold.Completed || len(got.Entities) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if left, err := s.Journal(r.ID).Records(t.Context(), 0); err != nil && !fault.Is(err, fault.NotFound) || len(left) > 0 {
		t.Errorf("%d records are left, %v", len(left), err)
	}
}
