package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Profile is who an actor is in the catalog.
type Profile struct {
	User  string   // full reference; "" when nobody that is known
	Name  string   // what people call them
	Teams []string // what the groups they belong to directly are called
	How   Proof
	Since time.Time // of a link
	Guest bool      // the platform lists them as a guest
}

// Proof is how it is known who somebody is.
type Proof string

// The proofs.
const (
	ByAnnotation Proof = "annotation" // a User of the catalog names the account
	ByLink       Proof = "link"       // somebody proved it
	ByProvider   Proof = "provider"   // the platform itself says who of the catalog they are
	ByMail       Proof = "mail"       // the platform's e-mail address is that of one User
)

// Directory says who actors are. Its methods must not block.
type Directory interface {
	Profile(a Actor) Profile
	// Changed has the directory look an actor up again: a link came or went.
	Changed(a Actor)
}

// Linker has people prove that an account is theirs, and tells them who they are to us. A code is given to an account
// that is not known and entered in one that is; there it must be confirmed.
type Linker struct {
	cfg   LinkerConfig
	tries *limiter
}

// LinkerConfig is what a Linker needs.
type LinkerConfig struct {
	Directory Directory
	Links     Links
	Drafts    Drafts // codes until they are entered; only their hashes
	Now       func() time.Time
	Random    io.Reader // of codes; crypto/rand.Reader outside of tests
}

// NewLinker returns a linker.
func NewLinker(cfg LinkerConfig) *Linker {
	return &Linker{cfg: cfg, tries: newLimiter(triesPerSecond)}
}

// The bounds of codes: forty bits that live for ten minutes, tried once in five seconds by one account.
const (
	codeLife       = 10 * time.Minute
	codeBytes      = 5
	triesPerSecond = 0.2
)

// linkForm marks the drafts that are codes.
const linkForm = "link"

// The intents of the buttons below a code that was entered. Their argument is the draft.
const (
	intentLink   = "link"
	intentNoLink = "link_no"
)

// Commands are the sub-commands about oneself.
func (l *Linker) Commands() []Command {
	return []Command{
		{Name: "whoami", Handler: HandlerFunc(l.whoami)},
		{Name: "who", Fits: func(_ *Event, args string) bool { return asksWho(args) }, Handler: HandlerFunc(l.whoami)},
		{Name: "我是谁", Handler: HandlerFunc(l.whoamiChinese)},
		{Name: "我是谁？", Handler: HandlerFunc(l.whoamiChinese)},
		{Name: "link", Fits: func(_ *Event, args string) bool { return args == "" || normalCode(args) != "" }, Handler: HandlerFunc(l.link)},
		{Name: "unlink", Fits: func(_ *Event, args string) bool { return args == "" || args == "all" }, Handler: HandlerFunc(l.unlink)},
	}
}

// whoamiChinese is whoami for who asked in Chinese, whatever their interface speaks.
func (l *Linker) whoamiChinese(ctx context.Context, ev *Event) (Reply, error) {
	in := *ev
	in.Locale = lang.Chinese
	return l.whoami(ctx, &in)
}

// asksWho reports what follows "who" where somebody asks for themselves in words.
func asksWho(args string) bool { return strings.EqualFold(strings.TrimRight(args, " ?"), "am i") }

// Intents are the handlers of the buttons, by intent name.
func (l *Linker) Intents() map[string]Handler {
	return map[string]Handler{intentLink: HandlerFunc(l.confirmed), intentNoLink: HandlerFunc(l.dropped)}
}

// note is a private message.
type note struct {
	lang   lang.Lang
	blocks []card.Block
}

func newNote(ev *Event) *note {
	if ev.Locale == "" {
		return &note{lang: lang.English}
	}
	return &note{lang: ev.Locale}
}

func (n *note) say(k lang.Key, args lang.Args) *note {
	n.blocks = append(n.blocks, card.Text{Spans: card.Say(n.lang, k, args)})
	return n
}

func (n *note) message() card.Message { return card.Message{Lang: n.lang, Blocks: n.blocks} }
func (n *note) whisper() Reply        { return Whisper{Message: n.message()} }
func (n *note) update() Reply         { return Update{Message: n.message()} }

// command is how the actor types a sub-command.
func command(ev *Event, sub string) card.Span {
	main := "backchannel"
	if in, ok := ev.Input.(Invoked); ok && len(in.Path) > 0 && in.Path[0] != "" {
		main = in.Path[0]
	}
	return card.M("/" + main + " " + sub)
}

// whoami tells somebody who they are to us, and why.
func (l *Linker) whoami(ctx context.Context, ev *Event) (Reply, error) {
	n, p := newNote(ev), l.cfg.Directory.Profile(ev.Actor)
	if p.User == "" {
		n.say(lang.WhoStranger, nil)
		if p.Guest {
			n.say(lang.WhoGuest, nil)
		}
		return n.say(lang.WhoHow, lang.Args{"command": command(ev, "link")}).whisper(), nil
	}
	n.say(lang.WhoYou, lang.Args{"who": card.S(p.Name)})
	switch p.How {
	case ByProvider:
		n.say(lang.WhoByProvider, nil)
	case ByAnnotation:
		n.say(lang.WhoByNote, nil)
	case ByMail:
		n.say(lang.WhoByMail, nil)
	case ByLink:
		n.say(lang.WhoByLink, lang.Args{"when": card.M(p.Since.UTC().Format(time.DateOnly))})
	}
	if len(p.Teams) == 0 {
		n.say(lang.WhoNoTeams, nil)
	} else {
		n.say(lang.WhoTeams, lang.Args{"list": strings.Join(p.Teams, ", ")})
	}
	links, err := l.cfg.Links.About(ctx, p.User)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, other := range links {
		if other.Actor.Key() != ev.Actor.Key() {
			others = append(others, account(other.Actor))
		}
	}
	if len(others) > 0 {
		n.say(lang.WhoAccounts, lang.Args{"list": strings.Join(others, ", ")})
	}
	return n.whisper(), nil
}

// account is what people call an account.
func account(a Actor) string {
	name := a.Name
	if name == "" {
		name = a.ID
	}
	return name + " (" + a.Platform + " " + a.Workspace + ")"
}

// link gives an unknown account a code, and takes one from a known account.
func (l *Linker) link(ctx context.Context, ev *Event) (Reply, error) {
	in, _ := ev.Input.(Invoked)
	p := l.cfg.Directory.Profile(ev.Actor)
	code := normalCode(in.Args)
	switch n := newNote(ev); {
	case code == "" && p.User != "":
		return n.say(lang.LinkMatched, lang.Args{"who": card.S(p.Name), "command": command(ev, "link")}).whisper(), nil
	case code == "":
		return l.offer(ctx, ev, n)
	case p.User == "":
		return n.say(lang.LinkNotHere, lang.Args{"command": command(ev, "link")}).whisper(), nil
	case !l.tries.allow(ev.Actor.Key(), l.cfg.Now()):
		return n.say(lang.LinkSlow, nil).whisper(), nil
	default:
		return l.entered(ctx, ev, n, p, code)
	}
}

// alphabet is Crockford's base 32, in which no two letters look alike.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// offer makes a code for the account that asks.
func (l *Linker) offer(ctx context.Context, ev *Event, n *note) (Reply, error) {
	var b [codeBytes]byte
	if _, err := io.ReadFull(l.cfg.Random, b[:]); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "make a code")
	}
	bits := uint64(b[0])<<32 | uint64(b[1])<<24 | uint64(b[2])<<16 | uint64(b[3])<<8 | uint64(b[4])
	var code [8]byte
	for i := range code {
		code[i] = alphabet[bits>>(5*(7-i))&31]
	}
	d := Draft{ID: codeDraft(string(code[:])), Form: linkForm, Actor: ev.Actor, Address: ev.Address, Expires: l.cfg.Now().Add(codeLife)}
	if err := l.cfg.Drafts.Save(ctx, d); err != nil {
		return nil, err
	}
	shown := string(code[:4]) + "-" + string(code[4:])
	n.say(lang.LinkCode, lang.Args{"code": card.S(shown), "minutes": int(codeLife / time.Minute), "command": command(ev, "link "+shown)})
	return n.say(lang.LinkCodeWhere, nil).whisper(), nil
}

// normalCode is a code as it was made, whatever case and hyphens it is typed with; "" when it is none.
func normalCode(s string) string {
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if len(s) != 8 || strings.Trim(s, alphabet) != "" {
		return ""
	}
	return s
}

// codeDraft is the id of the draft that stands for a code: whoever reads the store learns no code.
func codeDraft(code string) string {
	sum := sha256.Sum256([]byte("link code " + code))
	return "link-" + hex.EncodeToString(sum[:16])
}

// entered asks the person of a known account whether the account that a code was given to is theirs.
func (l *Linker) entered(ctx context.Context, ev *Event, n *note, p Profile, code string) (Reply, error) {
	d, err := l.cfg.Drafts.Load(ctx, codeDraft(code), l.cfg.Now())
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && d.Form != linkForm:
		return n.say(lang.LinkWrong, nil).whisper(), nil
	case err != nil:
		return nil, err
	case d.Actor.Key() == ev.Actor.Key():
		return n.say(lang.LinkSelf, nil).whisper(), nil
	}
	n.say(lang.LinkConfirm, lang.Args{"account": card.S(account(d.Actor)), "who": card.S(p.Name)}).say(lang.LinkConfirmAsk, nil)
	n.blocks = append(n.blocks, card.Actions{Items: []card.Action{
		{Label: lang.Text(n.lang, lang.LinkYes, nil), Style: card.Primary, Choice: true, Intent: card.Intent{Name: intentLink, Args: []string{d.ID}}},
		{Label: lang.Text(n.lang, lang.LinkNo, nil), Choice: true, Intent: card.Intent{Name: intentNoLink, Args: []string{d.ID}}},
	}})
	return n.whisper(), nil
}

// take takes the draft that a button is about.
func (l *Linker) take(ctx context.Context, ev *Event) (Draft, error) {
	in, _ := ev.Input.(Pressed)
	if len(in.Intent.Args) != 1 {
		return Draft{}, fault.New(fault.NotFound, "a button without its draft")
	}
	return l.cfg.Drafts.Take(ctx, in.Intent.Args[0], l.cfg.Now())
}

// confirmed links the account. Who pressed is looked up again: they may have been unlinked in between.
func (l *Linker) confirmed(ctx context.Context, ev *Event) (Reply, error) {
	n, p := newNote(ev), l.cfg.Directory.Profile(ev.Actor)
	if p.User == "" {
		return n.say(lang.LinkNotHere, lang.Args{"command": command(ev, "link")}).update(), nil
	}
	d, err := l.take(ctx, ev)
	if fault.Is(err, fault.NotFound) || err == nil && d.Form != linkForm {
		return n.say(lang.LinkWrong, nil).update(), nil
	}
	if err != nil {
		return nil, err
	}
	if err := l.cfg.Links.Put(ctx, Link{Actor: d.Actor, User: p.User, By: ev.Actor, Since: l.cfg.Now()}); err != nil {
		return nil, err
	}
	l.cfg.Directory.Changed(d.Actor)
	return n.say(lang.LinkDone, lang.Args{"account": card.S(account(d.Actor)), "who": card.S(p.Name)}).update(), nil
}

func (l *Linker) dropped(ctx context.Context, ev *Event) (Reply, error) {
	if _, err := l.take(ctx, ev); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return newNote(ev).say(lang.LinkDropped, nil).update(), nil
}

// unlink removes the link of the account that asks, or all links of its User.
func (l *Linker) unlink(ctx context.Context, ev *Event) (Reply, error) {
	in, _ := ev.Input.(Invoked)
	gone := []Actor{ev.Actor}
	if p := l.cfg.Directory.Profile(ev.Actor); in.Args == "all" && p.User != "" {
		all, err := l.cfg.Links.About(ctx, p.User)
		if err != nil {
			return nil, err
		}
		for _, link := range all {
			gone = append(gone, link.Actor)
		}
	}
	count := 0
	for _, a := range gone {
		was, err := l.cfg.Links.Remove(ctx, a)
		if err != nil {
			return nil, err
		}
		if was {
			count++
			l.cfg.Directory.Changed(a)
		}
	}
	return newNote(ev).say(lang.LinkGone, lang.Args{"n": count}).whisper(), nil
}
