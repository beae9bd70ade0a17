package main

import (
	"container/list"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// guard applies the configuration's audiences and permissions to events. It implements bot.Guard.
type guard struct {
	policy   *access.Policy
	identity *identity
	view     func(catalog.Viewer) search.View
	rooms    *rooms
	members  map[string]bot.Memberships // by platform
}

func newGuard(policy *access.Policy, who *identity, view func(catalog.Viewer) search.View) *guard {
	return &guard{policy: policy, identity: who, view: view, rooms: newRooms(who.now), members: map[string]bot.Memberships{}}
}

// outside are the workspaces that stand for direct messages outside of any, of platforms on which an account has one
// id everywhere: whoever writes there belongs where they were seen.
var outside = map[string]string{"discord": "dm"}

// own are the platforms that are this program's: who reaches them is staff, unless an audience names them.
func own(platform string) bool { return platform == "web" || platform == api || platform == "terminal" }

// audience is the audience of what happens at an address.
func (g *guard) audience(platform, workspace string) (access.Audience, bool) {
	a, ok := g.policy.AudienceOf(platform, workspace)
	if !ok && own(platform) {
		return g.policy.Audience(access.Staff)
	}
	return a, ok
}

// person is who sent an event, as the rules see them. known is false while that is being found out.
func (g *guard) person(ev *bot.Event) (p access.Person, known bool) {
	if home, ok := atHome(ev); ok {
		return g.person(home)
	}
	at := ev.Address
	a, ok := g.audience(at.Platform, at.Workspace)
	if !ok && outside[at.Platform] == at.Workspace && ev.Channel.Direct {
		if a, ok, known = g.home(ev.Actor); !ok {
			return access.Person{}, known
		}
	}
	if !ok {
		return access.Person{}, true
	}
	stranger := ev.Actor.Workspace != "" && ev.Actor.Workspace != at.Workspace && ev.Actor.Platform == at.Platform
	if home, named := g.policy.AudienceOf(at.Platform, ev.Actor.Workspace); stranger && named {
		a, stranger = home, false // they are what they are at home
	}
	w := g.identity.of(ev.Actor, at)
	p = access.Person{Audience: a.Name, User: w.user, Principals: w.principals}
	if a.Guests == access.GuestsMembers || own(at.Platform) {
		return p, true
	}
	p.Guest = stranger || w.Guest || w.Unsure || !w.told
	return p, w.told || stranger
}

// home is the audience of somebody who writes outside of any workspace: that of the first workspace of an audience that
// they take part in, or where they were seen. known is false while that is being found out.
func (g *guard) home(a bot.Actor) (home access.Audience, ok, known bool) {
	known = true
	if members := g.members[a.Platform]; members != nil {
		for _, w := range g.policy.Workspaces(a.Platform) {
			member, told := members.Member(a, w.ID)
			known = known && told
			if member && known {
				home, ok = g.policy.AudienceOf(a.Platform, w.ID)
				return home, ok, true
			}
		}
	}
	home, ok = g.policy.Audience(g.rooms.home(a))
	return home, ok, known || ok
}

// everybody is the people of a channel together: what all of them may, nobody in particular.
func (g *guard) everybody(ev *bot.Event) access.Person {
	a, ok := g.audience(ev.Address.Platform, ev.Address.Workspace)
	if !ok {
		return access.Person{}
	}
	return access.Person{Audience: a.Name, Nobody: true, Guest: ev.Channel.Shared && a.Guests != access.GuestsMembers}
}

// place is where an event happened.
func place(ev *bot.Event) access.Place {
	at := ev.Address
	return access.Place{
		Platform: at.Platform, Workspace: at.Workspace, Channel: at.Channel, Name: ev.Channel.Name, Direct: ev.Channel.Direct,
		Parent: ev.Channel.Parent, ParentName: ev.Channel.ParentName,
	}
}

// Admit implements bot.Guard.
func (g *guard) Admit(ev *bot.Event, what string) bot.Ruling {
	g.rooms.fill(ev)
	_, linked := ev.Input.(bot.Linked)
	p, known := g.everybody(ev), true
	if !linked {
		p, known = g.person(ev)
	}
	g.rooms.seen(ev, p.Audience)
	d := g.policy.Decide(access.Request{Who: p, At: place(ev), Act: access.Ask, Command: commandOf(what)})
	if d.Allowed {
		if act := actOf(what); act != access.Ask {
			d = g.policy.Decide(access.Request{Who: p, At: place(ev), Act: act, Command: commandOf(what)})
			if !d.Allowed {
				return bot.Ruling{Denied: true, Wait: !known, By: by(d), Say: refusal(act)}
			}
		}
		return bot.Ruling{By: by(d)}
	}
	r := bot.Ruling{Denied: true, Wait: !known, By: by(d), Say: lang.AccessNoAsk}
	switch {
	case d.Reason == access.NoAudience:
		r.Say = lang.AccessNoAudience
	case d.Reason == access.NoGuests && !g.sure(ev):
		r.Say = lang.AccessUnknown
	case d.Reason == access.NoGuests:
		r.Say = lang.AccessNoGuests
	}
	return r
}

// sure reports whether the platform has said whether an actor is a guest.
func (g *guard) sure(ev *bot.Event) bool {
	w := g.identity.of(ev.Actor, ev.Address)
	return w.told && !w.Unsure || ev.Actor.Workspace != ev.Address.Workspace
}

// commandOf is the command in what the Mux calls what happened; "" for what is none.
func commandOf(what string) string {
	if strings.Contains(what, " ") || what == "question" {
		return ""
	}
	return what
}

// acts are what the commands' acts and some commands need. What is not named needs no more than to ask.
var acts = map[string]access.Act{
	string(commands.ActRefresh): access.Run, string(commands.ActBind): access.Run,
	string(commands.ActPage): access.Run, string(commands.ActAudit): access.Run,
	"new-service":                access.Run,
	string(commands.ActRegister): access.Admin, string(commands.ActUnregister): access.Admin,
	string(commands.ActStop): access.Admin, string(commands.ActFeedback): access.Admin, string(commands.ActDismiss): access.Admin,
}

func actOf(what string) access.Act {
	if act, ok := acts[what]; ok {
		return act
	}
	return access.Ask
}

func refusal(act access.Act) lang.Key {
	if act == access.Admin {
		return lang.AccessNoAdmin
	}
	return lang.AccessNoRun
}

// by is what a decision rests on, for the audit.
func by(d access.Decision) string {
	if d.Rule == nil {
		return string(d.Reason)
	}
	at := filepath.Base(d.Rule.At.File) + ":" + strconv.Itoa(d.Rule.At.Line)
	if d.Reason == access.ByNaming {
		return at + " " + string(d.Reason)
	}
	return at
}

// viewer is on whose behalf an event is answered: where everybody sees the answer, on everybody's.
func (g *guard) viewer(ev *bot.Event) catalog.Viewer {
	p := g.everybody(ev)
	if !ev.Aloud() {
		p, _ = g.person(ev)
	}
	return catalog.Viewer{Rules: g.policy.Sight(p, place(ev), true)}
}

// postedTo is what is posted to an address, as an event that nobody made.
func postedTo(a bot.Address) *bot.Event {
	ev := &bot.Event{Address: a, Input: bot.Linked{}}
	if name, named := strings.CutPrefix(a.Channel, bot.NamedChannel); named {
		ev.Channel.Name, ev.Address.Channel = name, ""
	}
	if id, direct := strings.CutPrefix(a.Channel, bot.DirectTo); direct {
		ev.Actor = bot.Actor{Platform: a.Platform, Workspace: a.Workspace, ID: id}
		ev.Channel.Direct = true
	}
	return ev
}

// at is on whose behalf is read what is posted to an address.
func (g *guard) at(a bot.Address) catalog.Viewer {
	ev := postedTo(a)
	g.rooms.fill(ev)
	for range int(readerPatience / readerLook) {
		if g.known(ev) {
			break
		}
		time.Sleep(readerLook)
	}
	return g.viewer(ev)
}

// How long it is waited until it is known who reads a direct message that nobody waits for.
const (
	readerPatience = 2 * time.Second
	readerLook     = 25 * time.Millisecond
)

// known reports whether it is known who an event is of: what a channel reads always is.
func (g *guard) known(ev *bot.Event) bool {
	if !ev.Channel.Direct {
		return true
	}
	_, known := g.person(ev)
	return known
}

// reader reports whether it is known who reads what is posted to an address.
func (g *guard) reader(a bot.Address) bool {
	ev := postedTo(a)
	return g.known(ev) && (!ev.Channel.Direct || g.sure(ev))
}

// pages is on whose behalf this program's own pages and programs that ask see the catalog.
func (g *guard) pages(platform string, answers bool) catalog.Viewer {
	a, ok := g.audience(platform, "")
	if !ok {
		return catalog.Viewer{Rules: access.Nothing()}
	}
	return catalog.Viewer{Rules: g.policy.Sight(access.Person{Audience: a.Name}, access.Place{Platform: platform}, answers)}
}

// may answers commands.Deps.
func (g *guard) may(ev *bot.Event, act commands.Act, ref catalog.Ref) bool {
	p, _ := g.person(ev)
	q := access.Request{Who: p, At: place(ev), Act: actOf(string(act)), Command: string(act), In: g.view(catalog.Viewer{})}
	if e, ok := q.In.Entity(ref); ok {
		q.Object = e.Record()
	}
	return g.policy.Decide(q).Allowed
}

// rooms remembers what platforms say of channels in some deliveries and not in others, and where actors were seen.
type rooms struct {
	now func() time.Time

	mu    sync.Mutex
	known map[string]*list.Element
	order *list.List // of *room, least recently used in front
}

type room struct {
	key    string
	name   string
	shared bool
	parent string    // of a thread: its channel
	over   string    // and what that is called
	home   string    // of an actor: the audience
	until  time.Time // after it, home is no longer believed
}

// What is remembered: of so many channels and actors, and for so long where somebody was seen.
const (
	maxRooms  = 50_000
	homeLasts = 24 * time.Hour
)

func newRooms(now func() time.Time) *rooms {
	return &rooms{now: now, known: map[string]*list.Element{}, order: list.New()}
}

func (r *rooms) row(key string) *room {
	el, ok := r.known[key]
	if !ok {
		if r.order.Len() >= maxRooms {
			delete(r.known, r.order.Remove(r.order.Front()).(*room).key)
		}
		el = r.order.PushBack(&room{key: key})
		r.known[key] = el
	}
	r.order.MoveToBack(el)
	return el.Value.(*room)
}

// fill adds to an event what is known of its channel, and learns from it.
func (r *rooms) fill(ev *bot.Event) {
	if ev.Channel.Direct || ev.Address.Channel == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.row("channel " + ev.Address.Platform + ":" + ev.Address.Workspace + ":" + ev.Address.Channel)
	if ev.Channel.Name != "" {
		row.name = ev.Channel.Name
	}
	row.shared = row.shared || ev.Channel.Shared
	ev.Channel.Name, ev.Channel.Shared = row.name, row.shared
	if ev.Channel.Parent != "" {
		row.parent, row.over = ev.Channel.Parent, ev.Channel.ParentName
	}
	ev.Channel.Parent, ev.Channel.ParentName = row.parent, row.over
}

// seen notes the audience that somebody belongs to, for direct messages outside of any workspace.
func (r *rooms) seen(ev *bot.Event, audience string) {
	at := ev.Address
	if outside[at.Platform] == "" || outside[at.Platform] == at.Workspace || audience == "" || ev.Actor.ID == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if row := r.row("actor " + ev.Actor.Platform + ":" + ev.Actor.ID); row.home != access.Staff || audience == access.Staff || !r.now().Before(row.until) {
		row.home, row.until = audience, r.now().Add(homeLasts)
	}
}

// home is the audience that somebody was seen in, "" for none.
func (r *rooms) home(a bot.Actor) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if el, ok := r.known["actor "+a.Platform+":"+a.ID]; ok && r.now().Before(el.Value.(*room).until) {
		return el.Value.(*room).home
	}
	return ""
}
