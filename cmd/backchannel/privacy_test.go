package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

func openTestStore(t *testing.T, url, dir string) (*store.DB, bot.State) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	seal, err := store.SealFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	return db, db.ChatState(seal)
}

// seedPrivate writes what somebody leaves behind, and the same of somebody else.
func seedPrivate(t *testing.T, db *store.DB, state bot.State) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	thread := bot.Address{Platform: "slack", Workspace: "T1", Channel: "C1", Thread: "17.1"}
	for _, id := range []string{"U1", "U2"} {
		a := bot.Actor{Platform: "slack", Workspace: "T1", ID: id}
		must(state.Audit.Append(t.Context(), []bot.Record{{ID: bot.NewID(now), Entry: bot.Entry{
			Time: now, Event: "slack:T1:" + id, Actor: a, Address: thread, What: "question",
			Answer: bot.Answer{Intent: "owner", Outcome: bot.Answered, Entities: []string{"component:default/pay"}},
		}}}))
		must(state.Threads.Save(t.Context(), []bot.Conversation{{Key: "slack:T1:C1::" + id, Turns: []bot.Turn{{Text: "words of " + id, At: now}}}}))
		must(state.Drafts.Save(t.Context(), bot.Draft{ID: "d" + id, Form: "new", Actor: a, Expires: now.Add(time.Hour)}))
		_, err := state.Subscriptions.Put(t.Context(), bot.Subscription{Address: thread, Subject: "component:default/" + strings.ToLower(id), Topic: "ownership", By: a, Since: now})
		must(err)
		must(state.Links.Put(t.Context(), bot.Link{Actor: a, User: "user:default/ada", By: bot.Actor{Platform: "discord", Workspace: "1", ID: "2"}, Since: now}))
		must(state.Bindings.Bind(t.Context(), bot.Binding{Address: bot.HomeOf(a), Entity: "group:default/of-" + strings.ToLower(id), Since: now}))
		must(state.Sessions.Put(t.Context(), bot.Session{ID: "5" + id, Actor: a, Name: "Name of " + id, Email: id + "@town.example", Begun: now, Seen: now, Expires: now.Add(time.Hour)}))
		_, err = db.Catalog().Register(t.Context(), catalog.Location{Origin: "url:https://x/" + id, Type: "url", Target: "https://x/" + id, By: a.Key(), At: now})
		must(err)
	}
	must(state.Threads.Save(t.Context(), []bot.Conversation{{Key: thread.Key(), Turns: []bot.Turn{{Text: "said in the thread", At: now}}}}))
	ada := &catalog.Entity{Ref: catalog.MakeRef("user", "", "ada"), Kind: "User", Name: "ada", Document: catalog.NewDocument([]byte(`{"kind":"User"}`))}
	ada.Source.Origin, ada.Source.Location = "file:people.yaml", "people.yaml"
	_, err := db.Catalog().Apply(t.Context(), catalog.Delta{Origin: "file:people.yaml", Full: true, Files: []catalog.File{{Location: "people.yaml", Hash: [32]byte{1}, Entities: []*catalog.Entity{ada}}}, Checked: now})
	must(err)
}

func TestPrivacy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "backchannel.db")
	config := filepath.Join(dir, "backchannel.yaml")
	if err := os.WriteFile(config, []byte("store: {data_dir: .}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runs := func(args ...string) (code int, out, errs string) {
		var o, e bytes.Buffer
		code = run(t.Context(), append([]string{"--config", config, "privacy"}, args...), streams{out: &o, err: &e})
		return code, o.String(), e.String()
	}
	if code, _, errs := runs("export", "slack:T1:U1"); code != exitUsage || !strings.Contains(errs, "there is no store here") {
		t.Errorf("without a store: %d, %s", code, errs)
	}
	db, state := openTestStore(t, url, dir)
	seedPrivate(t, db, state)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	spool := filepath.Join(dir, "audit.spool")
	if err := os.WriteFile(spool, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runs("export", "slack:T1:U1")
	if !strings.Contains(errs, spool+" holds records") {
		t.Errorf("nothing is said of the spool: %s", errs)
	}
	var got exportedActor
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("%d, %v, %s", code, err, errs)
	}
	if len(got.Audit) != 1 || len(got.Conversations) != 2 || len(got.Drafts) != 1 || len(got.Subscriptions) != 1 || len(got.Locations) != 1 || len(got.Sessions) != 1 || got.Sessions[0].Email != "U1@town.example" || got.HomeTeam != "group:default/of-u1" || got.Link == nil || got.Link.User != "user:default/ada" {
		t.Errorf("exported\n%s", out)
	}
	if !strings.Contains(out, "words of U1") || !strings.Contains(out, "said in the thread") || strings.Contains(out, "words of U2") {
		t.Errorf("exported\n%s", out)
	}
	code, out, errs = runs("erase", "slack:T1:U1")
	var gone erased
	if err := json.Unmarshal([]byte(out), &gone); code != exitDone || err != nil || gone != (erased{User: "slack:T1:U1", Audit: 1, Conversations: 2, Drafts: 1, Subscriptions: 1, Links: 1, HomeTeams: 1, Sessions: 1, Locations: 1}) {
		t.Errorf("%d, %v, %s\n%s", code, err, errs, out)
	}
	if _, out, _ = runs("export", "slack:T1:U1"); strings.Contains(out, "words") || strings.Contains(out, "of-u1") || strings.Contains(out, "U1\"") && strings.Count(out, "U1") != 1 {
		t.Errorf("left after erase:\n%s", out)
	}
	if _, out, _ = runs("export", "slack:T1:U2"); !strings.Contains(out, "words of U2") || !strings.Contains(out, "https://x/U2") || !strings.Contains(out, "of-u2") || strings.Contains(out, "said in the thread") {
		t.Errorf("of somebody else there is left\n%s", out)
	}
	if code, out, _ = runs("export", "user:default/ada"); code != exitDone || !strings.Contains(out, `"location": "people.yaml"`) || !strings.Contains(out, "slack:T1:U2") || strings.Contains(out, "slack:T1:U1") {
		t.Errorf("%d\n%s", code, out)
	}
	if code, out, errs = runs("erase", "ada"); code != exitDone || !strings.Contains(out, `"source": "people.yaml"`) || !strings.Contains(out, `"links": 1`) || !strings.Contains(errs, "remove it there") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	db, state = openTestStore(t, url, dir)
	defer db.Close()
	operator := operatorRecord("", "", time.Now()).Actor
	looks, err := state.Audit.Of(t.Context(), operator, time.Now().Add(time.Hour), 100)
	if err != nil || len(looks) != 6 {
		t.Errorf("%d looks are in the audit, %v", len(looks), err)
	}
	for _, r := range looks {
		if strings.Contains(r.Event, "U1") || !strings.HasPrefix(r.What, "privacy ") {
			t.Errorf("%+v", r)
		}
	}
}

func TestParseSubject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]subject{
		"slack:T1:U1":          {actor: bot.Actor{Platform: "slack", Workspace: "T1", ID: "U1"}},
		"web:local:a:b":        {actor: bot.Actor{Platform: "web", Workspace: "local", ID: "a:b"}},
		"user:default/ada":     {user: catalog.MakeRef("user", "", "ada")},
		"ada":                  {user: catalog.MakeRef("user", "", "ada")},
		"slack:T1:":            {},
		"::":                   {},
		"":                     {},
		"group:default/team-a": {},
	} {
		got, err := parseSubject(text)
		if got != want || (err != nil) != (want == subject{}) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
