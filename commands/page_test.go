package commands_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty/pagerdutytest"
)

// ward is a desk where people can be paged through a PagerDuty.
type ward struct {
	*desk
	vendor *pagerdutytest.Server
	kept   *oncall.Kept
	passed atomic.Int64 // nanoseconds since now
}

type wardDirectory struct{}

func (wardDirectory) Person(p plugins.RosterPerson) (catalog.Ref, bool) {
	if p.Email == "lin@nordwind.example" {
		return catalog.MakeRef("user", "", "lin"), true
	}
	return catalog.Ref{}, false
}

func (wardDirectory) Line(plugins.RosterLine) (catalog.Ref, bool) {
	return catalog.MakeRef("group", "", "tracers"), true
}

func newWard(t *testing.T, change ...func(*commands.Deps)) *ward {
	t.Helper()
	w := &ward{vendor: pagerdutytest.New(t)}
	clock := func() time.Time { return now.Add(time.Duration(w.passed.Load())) }
	w.vendor.Now = clock
	w.vendor.Services = []pagerdutytest.Service{{ID: "PPARCEL", Name: "Parcels", Status: "active", Policy: "EP1", PolicyName: "Tracing"}}
	w.vendor.Users = []pagerdutytest.User{{ID: "ULIN", Name: "Mia Lin", Email: "lin@nordwind.example", Phone: "151 1"}, {ID: "UBOT", Name: "Bot", Email: "bot@nordwind.example"}}
	w.vendor.OnCalls = []pagerdutytest.OnCall{
		{Policy: "EP1", PolicyName: "Tracing", Level: 1, Schedule: "S1", Title: "Tracing", User: "ULIN", Start: now.Add(-time.Hour), End: now.Add(48 * time.Hour)},
		{Policy: "EP1", PolicyName: "Tracing", Level: 3, User: "UBOT"},
	}
	way := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: w.vendor.Host(), Private: true, Plain: true, Rate: 10_000}}, Backoff: time.Millisecond, Attempts: 1})
	t.Cleanup(way.Close)
	account := pagerduty.New(pagerduty.Config{
		API: w.vendor.URL, Token: pagerdutytest.Token, From: "bot@nordwind.example", Way: way, Now: clock,
		Wanted: func() pagerduty.Wanted { return pagerduty.Wanted{Services: []string{"PPARCEL"}} },
	})
	w.kept = oncall.Keep(oncall.KeptConfig{Rota: account, Keeper: plugins.NewMemoryKeeper(), Directory: wardDirectory{}, Now: clock})
	check(t, w.kept.Refresh(t.Context()))
	w.desk = newDesk(t, append([]func(*commands.Deps){func(d *commands.Deps) {
		d.Plugins.OnCall, d.Plugins.Paging = oncall.Join(w.kept), pagerduty.NewPager(account, w.kept)
		d.PageEvery, d.Now = time.Millisecond, clock
	}}, change...)...)
	return w
}

// work does the job of a task in the background, and returns what waits for its end.
func (w *ward) work(t *testing.T, key string) func() {
	t.Helper()
	payload, err := json.Marshal(key)
	check(t, err)
	handler := bot.TaskHandler(w.state.Tasks, time.Now, w.WorkOnPage)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = handler(t.Context(), job.Job{Request: job.Request{Payload: payload, Attempts: 20}, Attempt: 1}) // the log has what became of it
	}()
	return func() { <-done }
}

func (w *ward) until(t *testing.T, key, want string) string {
	t.Helper()
	for range 400 {
		if got := w.card(t, key, lang.English); strings.Contains(got, want) {
			return got
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("it never says %q:\n%s", want, w.card(t, key, lang.English))
	return ""
}

func pressed(m card.Message, t *testing.T, label string) bot.Pressed {
	t.Helper()
	return bot.Pressed{Intent: button(t, m, label), Private: true}
}

func message(t *testing.T, r bot.Reply) card.Message {
	t.Helper()
	m, _, ok := bot.MessageOf(r)
	if !ok {
		t.Fatalf("the reply is %#v", r)
	}
	return m
}

// TestPaging goes all the way: the answer, whom and how and why, the call, and what became of it.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	m := message(t, w.as(t, "ann", lang.English, slash("oncall parcels")))
	for _, want := range []string{"Mia Lin is on call for Parcel Service", "Level 3: Bot."} {
		if !strings.Contains(card.Plain(m), want) {
			t.Errorf("want %q in\n%s", want, card.Plain(m))
		}
	}
	if first := actionsOf(m)[0].Label; strings.HasPrefix(first, "Page") {
		t.Error("a button that pages is the first")
	}
	form, ok := w.as(t, "ann", lang.English, pressed(m, t, "Page someone…")).(bot.Open)
	if !ok || len(form.Form.Fields) != 1 || !strings.Contains(spansText(form.Form.Intro), "Mia Lin") || !strings.Contains(spansText(form.Form.Intro), "PagerDuty, urgent, service Parcels") {
		t.Fatalf("%+v", form)
	}
	for _, why := range []string{"", strings.Repeat("x", 501)} {
		if r, ok := w.as(t, "ann", lang.English, bot.Submitted{Form: form.Form.ID, Draft: form.Form.Draft, Values: card.Values{"why": {why}}}).(bot.Invalid); !ok || r.Fields["why"] == "" {
			t.Errorf("a reason of %d characters: %+v", len(why), r)
		}
	}
	plan := w.as(t, "ann", lang.English, bot.Submitted{Form: form.Form.ID, Draft: form.Form.Draft, Values: card.Values{"why": {"Labels are empty since 9:50"}}})
	if _, private := plan.(bot.Whisper); !private {
		t.Fatalf("%T", plan)
	}
	m = message(t, plan)
	for _, want := range []string{"Page Mia Lin for Parcel Service (parcels)?", "Mia Lin, on call until Wed", "PagerDuty, urgent, service Parcels; nobody answering: Tracing", "Labels are empty since 9:50"} {
		if !strings.Contains(card.Plain(m), want) {
			t.Errorf("want %q in\n%s", want, card.Plain(m))
		}
	}
	if len(w.vendor.Open()) > 0 {
		t.Fatal("somebody was paged before it was confirmed")
	}
	if a := actionsOf(m); a[1].Style != card.Danger || a[1].Confirm == "" {
		t.Errorf("%+v", a)
	}
	no := w.as(t, "ann", lang.English, pressed(m, t, "Do not page"))
	if _, ok := no.(bot.Update); !ok || !strings.Contains(card.Plain(message(t, no)), "Nobody was paged.") {
		t.Errorf("%+v", no)
	}

	first, ok := w.as(t, "ann", lang.English, pressed(m, t, "Page now")).(bot.Follow)
	if !ok || first.Private || !strings.HasPrefix(first.Key, commands.TaskPage+":") {
		t.Fatalf("%+v", first)
	}
	if got := w.card(t, first.Key, lang.English); !strings.Contains(got, "Paging for Parcel Service") {
		t.Errorf("before it is asked:\n%s", got)
	}
	wait := w.work(t, first.Key)
	got := w.until(t, first.Key, "PagerDuty is calling Mia Lin for Parcel Service (parcels): Parcel Service: Labels are empty since 9:50")
	if !strings.Contains(got, "Not acknowledged yet.") {
		t.Errorf("called:\n%s", got)
	}
	second := w.as(t, "bob", lang.English, pressed(m, t, "Page now")).(bot.Follow)
	waitToo := w.work(t, second.Key)
	w.until(t, second.Key, "nobody was called again")
	if all := w.vendor.Open(); len(all) != 1 || len(all[0].Notes) != 1 || !strings.Contains(all[0].Details, "Labels are empty") {
		t.Errorf("%+v", all)
	}
	w.passed.Store(int64(6 * time.Minute))
	w.until(t, first.Key, "Nobody has acknowledged it in 5 min.")
	if got := w.card(t, first.Key, lang.Chinese); !strings.Contains(got, "5 分钟内无人确认") || !strings.Contains(got, "+49 151 1") {
		t.Errorf("late:\n%s", got)
	}
	w.vendor.Set("acknowledged", "Mia Lin")
	wait()
	waitToo()
	for _, key := range []string{first.Key, second.Key} {
		if got := w.card(t, key, lang.English); !strings.Contains(got, "Acknowledged by Mia Lin.") || strings.Contains(got, "is calling") {
			t.Errorf("in the end:\n%s", got)
		}
	}
}

// TestNotPaged: when it fails that is said at once, with what to do instead, and nothing is sent twice.
func TestNotPaged(t *testing.T) {
	t.Parallel()
	away := func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
	for _, tt := range []struct {
		name   string
		change func(*pagerdutytest.Server)
		want   []string
	}{
		{"away", func(s *pagerdutytest.Server) { s.Fault = away }, []string{"Nobody was paged for Parcel Service (parcels): PagerDuty does not answer.", "Call Mia Lin: +49 151 1"}},
		{"away in the middle", func(s *pagerdutytest.Server) { s.Drop = func() bool { s.Fault = away; return true } }, []string{"It is not known whether somebody was paged", "Call Mia Lin: +49 151 1"}},
		{"refused", func(s *pagerdutytest.Server) {
			s.Fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusUnauthorized); return true }
		}, []string{"Nobody was paged", "PagerDuty refuses it"}},
		{"nobody may ask", func(s *pagerdutytest.Server) { s.Users = s.Users[:1] }, []string{"Nobody was paged", "not set up for it", "Requester User Not Found"}},
	} {
		w := newWard(t)
		m := message(t, w.as(t, "ann", lang.English, slash("page parcels: it burns")))
		tt.change(w.vendor)
		r := w.as(t, "ann", lang.English, pressed(m, t, "Page now")).(bot.Follow)
		w.work(t, r.Key)()
		got, err := w.follows.Card(t.Context(), r.Key, lang.English)
		check(t, err)
		for _, want := range tt.want {
			if !strings.Contains(card.Plain(got), want) {
				t.Errorf("%s: want %q in\n%s", tt.name, want, card.Plain(got))
			}
		}
		if a := actionsOf(got); len(a) != 1 || !strings.HasPrefix(a[0].URL, "https://acme.pagerduty.com/") {
			t.Errorf("%s: no way to page by hand: %+v", tt.name, a)
		}
	}
}

func TestPageSaid(t *testing.T) {
	t.Parallel()
	may := func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return act != commands.ActPage }
	for _, tt := range []struct {
		name string
		l    lang.Lang
		in   bot.Input
		w    *ward
		want string
	}{
		{"a sub-command", lang.English, slash("page parcels because labels are empty"), newWard(t), "Page Mia Lin for Parcel Service (parcels)?|labels are empty"},
		{"a name of two words", lang.English, slash("page parcel service labels are empty"), newWard(t), "Page Mia Lin|labels are empty"},
		{"in words", lang.English, bot.Said{Text: "please page the on-call for parcels: labels are empty!"}, newWard(t), "Page Mia Lin|labels are empty"},
		{"in Chinese", lang.Chinese, bot.Said{Text: "呼叫 parcels 的值班：面单是空的"}, newWard(t), "要为 Parcel Service|呼叫 林美|面单是空的"},
		{"who may not", lang.English, slash("page parcels: x"), newWard(t, func(d *commands.Deps) { d.May = may }), "You may not page anybody for Parcel Service"},
		{"nobody to page", lang.English, slash("page till: x"), newWard(t), "Nobody was paged: nothing that can page is connected to Till"},
		{"nothing named", lang.English, slash("page"), newWard(t), "Whom should I page, and why?"},
		{"something unknown", lang.English, bot.Said{Text: "page the on-call for xyzzy: x"}, newWard(t), "xyzzy"},
	} {
		got := card.Plain(message(t, tt.w.as(t, "ann", tt.l, tt.in)))
		for want := range strings.SplitSeq(tt.want, "|") {
			if !strings.Contains(got, want) {
				t.Errorf("%s: want %q in\n%s", tt.name, want, got)
			}
		}
		if len(tt.w.vendor.Open()) > 0 {
			t.Errorf("%s: somebody was paged", tt.name)
		}
	}
}

// TestNothingPages: where nothing can page, whoever asks for it is told so, and who is on call.
func TestNothingPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, text := range []string{"page the on-call for parcels: x", "page parcels: labels are empty", "wake up parcels on-call", "呼叫 parcels 的值班：面单是空的"} {
		m := message(t, d.as(t, "ann", lang.English, bot.Said{Text: text}))
		got := card.Plain(m)
		zh := strings.Contains(got, "没有呼叫任何人：") && strings.Contains(got, "值班")
		if !zh && !(strings.HasPrefix(got, "Nobody was paged: nothing that can page is connected to Parcel Service") && strings.Contains(got, " is on call for Parcel Service")) {
			t.Errorf("%s:\n%s", text, got)
		}
		for _, a := range actionsOf(m) {
			if strings.HasPrefix(a.Intent.Name, "page") {
				t.Errorf("%s offers %q", text, a.Label)
			}
		}
	}
	if got := card.Plain(message(t, d.as(t, "ann", lang.English, bot.Said{Text: "page not found: xyzzy"}))); strings.Contains(got, "paged") {
		t.Errorf("what is not about paging:\n%s", got)
	}
}

// TestSilentVendor: a vendor that does not answer any more is said to, with the age of what it said last.
func TestSilentVendor(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.vendor.Lock()
	w.vendor.Fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
	w.vendor.Unlock()
	w.passed.Store(int64(25 * time.Minute))
	if err := w.kept.Refresh(t.Context()); err == nil {
		t.Fatal("the vendor is away")
	}
	got := card.Plain(message(t, w.as(t, "ann", lang.English, slash("oncall parcels"))))
	for _, want := range []string{"Mia Lin is on call", "read 25 min ago", "PagerDuty has not answered since"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}

func actionsOf(m card.Message) []card.Action {
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			return a.Items
		}
	}
	return nil
}

func spansText(spans []card.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}
