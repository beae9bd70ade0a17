package commands

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// TaskPage is the kind of task that pages somebody and watches until it is acknowledged. Its data is a PageData.
const TaskPage = "page"

// PageData is what a task of kind TaskPage is about.
type PageData struct {
	Ref     string // of the entity
	Name    string
	Vendor  string
	Service string
	Title   string // one line: what is wrong
	Why     string
	From    string // who asks
	Email   string
	Link    string       // to the conversation
	Hand    string       // where a person pages by hand
	Reach   []PageNumber // how those who are called first can be reached otherwise
}

// PageNumber is a person's telephone number.
type PageNumber struct{ Who, Number string }

// The events of a task of kind TaskPage, before the last.
const (
	pageAsked   = "asked"   // the vendor is being asked
	pagePaged   = "paged"   // it took it; the data is the plugins.Page
	pageState   = "state"   // it stands otherwise; the data is the plugins.Page
	pageLate    = "late"    // nobody has acknowledged it for long
	pageLost    = "lost"    // the vendor does not say any more how it stands
	pageUnclear = "unclear" // it failed, and somebody may have been paged all the same
)

// How long a page is watched.
const (
	pageEvery   = 10 * time.Second
	pageLateIn  = 5 * time.Minute
	pageWatched = 30 * time.Minute
	pageFailed  = 12 // looks in a row, then it is lost
	pageAskFor  = 90 * time.Second
)

// handlePage pages: it was confirmed.
func (c *Commands) handlePage(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	t, e, service, why, err := c.paging(ctx, ev, in.Intent.Args)
	if err != nil {
		return nil, err
	}
	t.entities = []catalog.Ref{e.Ref}
	if !c.may(ev, ActPage, e.Ref) {
		return t.only(bot.Refused, lang.PageForbidden, lang.Args{"what": t.named(e)}), nil
	}
	routes, err := t.pageRoutes(e)
	i := slices.IndexFunc(routes, func(r plugins.PageRoute) bool { return r.Service == service })
	if err != nil || i < 0 || !c.pages() || why == "" {
		t.noPage(e)
		return t.reply(), nil
	}
	data, err := json.Marshal(t.pageData(ev, e, routes[i], why))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "page")
	}
	key, err := c.deps.Tasks.Start(ctx, TaskPage, data, ev)
	if err != nil {
		d := t.pageData(ev, e, routes[i], why)
		t.pageFailedCard(e, d, bot.TaskFailure{Kind: fault.Internal.String()}, false)
		return t.reply(), nil
	}
	t.q.Private = false // everybody here may know that somebody is called
	return t.following(key), nil
}

// pageData is what there is to say about a page.
func (t *talk) pageData(ev *bot.Event, e *catalog.Entity, r plugins.PageRoute, why string) PageData {
	line, _, _ := strings.Cut(why, "\n")
	d := PageData{
		Ref: e.Ref.String(), Name: e.DisplayName(), Vendor: r.Vendor, Service: r.Service, Title: e.DisplayName() + ": " + clipTo(line, 200), Why: why,
		From: cmp.Or(ev.Actor.Name, ev.Actor.ID), Hand: r.URL,
	}
	if asker, ok := t.c.deps.View(catalog.Viewer{}).Entity(t.q.Asker); ok {
		d.From, d.Email = asker.DisplayName(), asker.Profile.Email
	}
	if t.c.deps.Messenger != nil {
		d.Link = t.c.deps.Messenger.Permalink(ev.Address, "")
	}
	for _, w := range r.Who {
		if w.Phone != "" {
			d.Reach = append(d.Reach, PageNumber{t.duty(w.Shift.Person).Text, w.Phone})
		}
	}
	return d
}

// WorkOnPage works on a task of kind TaskPage; see bot.TaskHandler. It may begin anew after a process ended: the key of
// the task makes it one page.
func (c *Commands) WorkOnPage(ctx context.Context, l *bot.TaskLog) (any, error) {
	var d PageData
	if err := json.Unmarshal(l.Task.Data, &d); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Invalid, err, "read whom to page"))
	}
	if err := l.Event(ctx, pageAsked, pageAsked, nil); err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, pageAskFor)
	p, err := c.cap.Paging.Page(asking, plugins.PageRequest{
		Key: "backchannel-" + l.Task.Key, Service: d.Service, Title: d.Title, Why: d.Why, From: d.From, Email: d.Email, Link: d.Link,
	})
	cancel()
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, err // another process goes on
	case err != nil:
		if errors.Is(err, plugins.ErrPageUnclear) {
			err = errors.Join(err, l.Event(ctx, pageUnclear, pageUnclear, nil))
		}
		return nil, job.Permanent(err) // whoever asked must know at once
	}
	if err := l.Event(ctx, pagePaged, pagePaged, p); err != nil {
		return nil, err
	}
	return p, c.watchPage(ctx, l, p)
}

// watchPage looks how a page stands until it is acknowledged, or was watched for long enough.
func (c *Commands) watchPage(ctx context.Context, l *bot.TaskLog, p plugins.Page) error {
	began, failed := c.deps.Now(), 0
	for p.State == plugins.PageOpen {
		if !bot.Sleep(ctx, cmp.Or(c.deps.PageEvery, pageEvery)) {
			return ctx.Err()
		}
		waited := c.deps.Now().Sub(began)
		now, err := c.cap.Paging.Paged(ctx, p.ID)
		if err != nil {
			if failed++; failed == pageFailed {
				return l.Event(ctx, pageLost, pageLost, nil)
			}
			continue
		}
		if failed = 0; now.State != p.State {
			now.Joined = p.Joined
			if err := l.Event(ctx, pageState+string(now.State), pageState, now); err != nil {
				return err
			}
		}
		p = now
		if waited >= pageLateIn && p.State == plugins.PageOpen {
			if err := l.Event(ctx, pageLate, pageLate, nil); err != nil || waited >= pageWatched {
				return err
			}
		}
	}
	return nil
}

// pageCard shows a task of kind TaskPage.
func (c *Commands) pageCard(ctx context.Context, task bot.Task, log []bot.TaskEvent, l lang.Lang) card.Message {
	t := c.ofTask(ctx, task, l)
	t.r.Intent = understand.OnCall
	t.q.Private = false
	var d PageData
	_ = json.Unmarshal(task.Data, &d) // what a later version keeps and this one does not know is left out
	e := &catalog.Entity{Ref: ofEntity(task), Name: d.Name, Title: d.Name}
	if is, ok := t.view.Entity(e.Ref); ok {
		e = is
	}
	var paged *plugins.Page
	kinds := map[string]bool{}
	for _, ev := range log {
		kinds[ev.Kind] = true
		if ev.Kind == pagePaged || ev.Kind == pageState {
			var p plugins.Page
			if json.Unmarshal(ev.Data, &p) == nil {
				paged = &p
			}
		}
	}
	switch {
	case paged != nil:
		t.pagedCard(e, d, *paged, kinds, task)
	case len(log) > 0 && log[len(log)-1].Kind == bot.TaskFailed:
		var f bot.TaskFailure
		_ = json.Unmarshal(log[len(log)-1].Data, &f)
		t.pageFailedCard(e, d, f, kinds[pageUnclear])
	case task.Over:
		t.line(lang.PageCancelled, nil)
	default:
		step := t.text(lang.PageStepAsk, lang.Args{"vendor": d.Vendor})
		t.line(lang.PageTask, lang.Args{"what": t.named(e)})
		t.add(card.Progress{Label: step, Done: 0, Total: 1, State: card.StateRunning})
	}
	t.outcome = bot.Choose // no questions come next to a page
	_, m := t.finish()
	return m
}

// pagedCard says what became of a page.
func (t *talk) pagedCard(e *catalog.Entity, d PageData, p plugins.Page, kinds map[string]bool, task bot.Task) {
	var who [][]card.Span
	for _, name := range p.Who {
		who = append(who, []card.Span{card.S(name)})
	}
	title := linkOr(clipTo(cmp.Or(p.Title, d.Title), 200), webAddress(p.URL))
	args := lang.Args{"what": t.named(e), "vendor": d.Vendor, "title": title, "who": t.join(who, 0), "age": lang.Age(t.l, task.Begun.Sub(p.Began))}
	switch {
	case p.Joined:
		t.line(lang.PageJoined, args)
	case len(who) > 0 && (p.State == plugins.PageAcknowledged || p.State == plugins.PageResolved):
		t.line(lang.PageCalled, args)
	case len(who) > 0:
		t.line(lang.PageDone, args)
	default:
		t.line(lang.PageDoneNobody, args)
	}
	by := lang.Args{"who": card.S(p.By), "vendor": d.Vendor, "n": int(pageLateIn / time.Minute)}
	switch {
	case p.State == plugins.PageAcknowledged && p.By != "":
		t.line(lang.PageAcknowledged, by)
	case p.State == plugins.PageAcknowledged:
		t.line(lang.PageAcknowledgedNow, nil)
	case p.State == plugins.PageResolved && p.By != "":
		t.line(lang.PageResolved, by)
	case p.State == plugins.PageResolved:
		t.line(lang.PageResolvedNow, nil)
	case kinds[pageLost]:
		t.line(lang.PageLost, by)
		t.pageNumbers(d)
	case kinds[pageLate]:
		t.line(lang.PageNotAcknowledged, by)
		t.pageNumbers(d)
	case kinds[bot.TaskStopped]:
		t.line(lang.PageStopped, nil)
	default:
		t.line(lang.PageWaits, nil)
	}
	if u := webAddress(p.URL); u != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.PageOpen, lang.Args{"vendor": d.Vendor}), URL: u})
	}
}

// pageFailedCard says that nobody was paged, or that nobody knows, and what to do instead.
func (t *talk) pageFailedCard(e *catalog.Entity, d PageData, f bot.TaskFailure, unclear bool) {
	key, why := lang.PageNotPaged, t.say(lang.PageWhyDown, lang.Args{"vendor": d.Vendor})
	switch f.Kind {
	case fault.Forbidden.String():
		why = t.say(lang.PageWhyRefused, lang.Args{"vendor": d.Vendor})
	case fault.Invalid.String(), fault.NotFound.String():
		why = t.say(lang.PageWhyConfig, lang.Args{"vendor": d.Vendor, "text": clipTo(f.Text, maxDetail)})
	}
	if unclear {
		key = lang.PageUnclear
	}
	t.line(key, lang.Args{"what": t.named(e), "why": why})
	t.pageNumbers(d)
	if u := webAddress(d.Hand); u != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.PageByHand, nil), URL: u})
	}
}

// pageNumbers are the numbers of those who should have been reached.
func (t *talk) pageNumbers(d PageData) {
	for _, r := range d.Reach {
		t.line(lang.PageCall, lang.Args{"who": card.S(r.Who), "number": card.M(r.Number)})
	}
}
