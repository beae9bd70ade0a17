package commands

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Corrector turns what people say would be right into a change of the descriptor that says otherwise.
type Corrector interface {
	// Correct edits the descriptor of an entity where it stands, checks that it is valid then, and proposes the change
	// where the configuration allows that. It may wait for a network. What cannot be edited is an error of kind Invalid,
	// and of kind NotFound where there is no text to edit.
	Correct(ctx context.Context, c Correction) (Corrected, error)
}

// Correction is what would be right.
type Correction struct {
	Entity *catalog.Entity
	Field  string // dotted path of what is edited: spec.owner, metadata.title, ...; metadata.links adds a link
	Value  string
	Label  string // of a link
	Note   string // why, in the words of whoever says so
	By     string // what the platform calls them
}

// Corrected is what became of a correction. Where it was not proposed, Edit is where somebody can make it, and Diff is
// what to copy.
type Corrected struct {
	File    string // name of the descriptor
	Diff    string // unified
	Request string // address of the pull or merge request; "" for none
	Number  int64  // of the request
	Edit    string // address where the descriptor is edited in a browser; "" for none
	Away    bool   // it was to be proposed, and its host did not take it
}

// correctForm asks which fact is wrong and what is right. Where no form can be shown it says how else.
func (c *Commands) correctForm(ev *bot.Event, t *talk, e *catalog.Entity, fact string) bot.Reply {
	if !ev.Forms {
		return c.correctElsewhere(t, e)
	}
	if !slices.Contains(correctable(e), fact) {
		fact = correctable(e)[0]
		if f := factOf(t.r.Intent); f == string(t.r.Intent) && t.r.Intent != understand.Show {
			fact = factOther
		}
	}
	return bot.Open{Form: t.correction(e, card.Values{fieldFact: {fact}})}
}

// correctElsewhere says where a fact can be corrected, on a surface without forms.
func (c *Commands) correctElsewhere(t *talk, e *catalog.Entity) bot.Reply {
	t.line(lang.CorrectWhere, lang.Args{"what": t.named(e), "where": place(bot.Source{Where: e.Source.Location, Line: e.Source.Line})})
	t.line(lang.CorrectHow, lang.Args{"example": card.M("correct " + e.Ref.Name + " owner " + t.anOwner())})
	return t.instead()
}

// anOwner is the name of a team, for an example.
func (t *talk) anOwner() string {
	for e := range t.view.Entities(search.Filter{Kinds: []string{"group"}}) {
		return e.Ref.Name
	}
	return "payments-team"
}

// correction is the form for the values filled in so far.
func (t *talk) correction(e *catalog.Entity, v card.Values) card.Form {
	fact := strings.Join(v[fieldFact], "")
	f := card.Form{
		ID: formCorrect, Draft: e.Ref.String(), Title: t.text(lang.CorrectTitle, nil), Submit: t.text(lang.CorrectSubmit, nil),
		Intro: t.say(lang.CorrectIntro, lang.Args{"what": t.named(e)}),
	}
	which := card.FormField{Name: fieldFact, Label: t.text(lang.CorrectFact, nil), Kind: card.FieldChoice, Required: true, Changes: true, Value: []string{fact}}
	for _, k := range correctable(e) {
		which.Options = append(which.Options, card.FormOption{Value: k, Label: t.factName(k)})
	}
	right := card.FormField{Name: fieldRight, Label: t.text(lang.CorrectRight, nil), Required: true, Kind: card.FieldLine, Help: t.nowIs(e, fact)}
	switch fact {
	case factOwner:
		right.Kind = card.FieldOwner
	case factLifecycle:
		right.Kind = card.FieldChoice
		for _, l := range lifecycles(e.Lifecycle) {
			right.Options = append(right.Options, card.FormOption{Value: l, Label: t.lifeWord(l)})
		}
	case factDescription, factOther:
		right.Kind = card.FieldParagraph
		if fact == factDescription {
			right.Value = []string{e.Description}
		}
	case factTitle:
		right.Value = []string{e.Title}
	case factLink:
		right.Placeholder = "https://"
	}
	f.Fields = []card.FormField{which, right}
	if fact == factLink {
		f.Fields = append(f.Fields, card.FormField{Name: fieldLabel, Label: t.text(lang.CorrectLabel, nil), Kind: card.FieldLine, Required: true})
	}
	f.Fields = append(f.Fields, card.FormField{Name: fieldWhy, Label: t.text(lang.CorrectWhy, nil), Kind: card.FieldLine, Help: t.text(lang.CorrectWhyHelp, nil)})
	return f
}

// lifecycles are the well-known ones but the present.
func lifecycles(now string) []string {
	return slices.DeleteFunc([]string{"experimental", "production", "deprecated"}, func(l string) bool { return l == now })
}

// nowIs is the line below a field that says what the catalog has.
func (t *talk) nowIs(e *catalog.Entity, fact string) string {
	value := factValue(e, fact)
	switch {
	case fact == factOther || fact == factLink || fact == factDescription:
		return ""
	case value == "":
		return t.text(lang.CorrectNone, nil)
	case fact == factOwner:
		value = t.nameOf(e.Owner)
	}
	return t.text(lang.CorrectNow, lang.Args{"value": clipTo(value, 60)})
}

// handleCorrect is the form: it changes with the fact, and is submitted.
func (c *Commands) handleCorrect(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	var draft string
	var values card.Values
	submitted := false
	switch in := ev.Input.(type) {
	case bot.Changed:
		draft, values = in.Draft, in.Values
	case bot.Submitted:
		draft, values, submitted = in.Draft, in.Values, true
	default:
		return bot.Nothing{}, nil
	}
	ref, err := catalog.ParseRef(draft, "", "")
	t, f := c.wrong(ctx, ev, understand.Reading{Intent: understand.Show, Entities: []catalog.Ref{ref}})
	e, ok := t.view.Entity(ref)
	if err != nil || !ok || c.deps.Feedback == nil {
		return nil, fault.New(fault.NotFound, "the form is about nothing").Say(string(lang.BotFormGone), nil)
	}
	form := t.correction(e, values)
	if !submitted {
		return bot.Open{Form: form.Fill(card.Values{fieldWhy: values[fieldWhy]})}, nil
	}
	fix := Correction{Entity: e, Field: one(values, fieldFact), Value: one(values, fieldRight), Label: one(values, fieldLabel), Note: one(values, fieldWhy), By: ev.Actor.Name}
	if field, key := t.unfit(&fix); key != "" {
		return bot.Invalid{Fields: map[string]string{field: t.text(key, nil)}}, nil
	}
	return c.correct(t, f, fix), nil
}

func one(v card.Values, field string) string { return strings.TrimSpace(strings.Join(v[field], " ")) }

// unfit says what is wrong with a correction, by field, and writes its value as descriptors do.
func (t *talk) unfit(fix *Correction) (field string, says lang.Key) {
	if !slices.Contains(correctable(fix.Entity), fix.Field) {
		return fieldFact, lang.CorrectBadFact
	}
	if fix.Value == "" {
		return fieldRight, lang.CorrectEmpty
	}
	long := maxTitle
	switch fix.Field {
	case factOwner:
		ref, err := catalog.ParseRef(fix.Value, "group", fix.Entity.Ref.Namespace)
		if _, ok := t.view.Entity(ref); err != nil || !ok || ref.Kind != "group" && ref.Kind != "user" {
			return fieldRight, lang.CorrectBadOwner
		}
		fix.Value = ref.Short("group")
		if ref == fix.Entity.Owner {
			return fieldRight, lang.CorrectSame
		}
	case factLink:
		u, err := url.Parse(fix.Value)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
			return fieldRight, lang.CorrectBadLink
		}
		long = maxRight
	case factDescription, factOther:
		long = maxRight
	}
	switch {
	case len([]rune(fix.Value)) > long || len([]rune(fix.Note)) > maxWhy || len([]rune(fix.Label)) > maxTitle:
		return fieldRight, lang.CorrectLong
	case fix.Field != factOther && fix.Field != factLink && fix.Field != factDescription && strings.ContainsAny(fix.Value, "\n\r"):
		return fieldRight, lang.CorrectLong
	case fix.Field != factOwner && fix.Field != factLink && fix.Field != factOther && fix.Value == factValue(fix.Entity, fix.Field):
		return fieldRight, lang.CorrectSame
	}
	return "", ""
}

// correct disputes a fact and proposes what would be right.
func (c *Commands) correct(t *talk, f bot.Feedback, fix Correction) bot.Reply {
	f.Kind, f.Fact, f.Was, f.Right = bot.WrongFact, fix.Field, factValue(fix.Entity, fix.Field), clipTo(fix.Value, maxWas)
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.CorrectWorking, lang.Args{"what": t.named(fix.Entity)})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		var done Corrected
		var bad error
		if c.deps.Corrector != nil && fix.Field != factOther {
			done, bad = c.deps.Corrector.Correct(ctx, fix)
		}
		f.Request = done.Request
		if _, err := c.deps.Feedback.Put(ctx, f); err != nil {
			return nil, err
		}
		t.corrected(fix, done, bad)
		m := card.Message{Lang: t.l, Blocks: t.blocks}
		if len(t.actions) > 0 {
			m.Blocks = append(m.Blocks, card.Actions{Items: t.actions})
		}
		return bot.Whisper{Message: m}, nil
	}}
}

// corrected says what became of a correction.
func (t *talk) corrected(fix Correction, done Corrected, bad error) {
	args := lang.Args{"fact": t.factName(fix.Field), "what": t.named(fix.Entity), "file": card.M(cmp.Or(done.File, baseName(fix.Entity.Source.Location)))}
	switch {
	case fix.Field == factOther || bad != nil && !fault.Is(bad, fault.Invalid) && done.Diff == "":
		t.line(lang.CorrectDisputed, args)
	case bad != nil:
		t.line(lang.CorrectByHand, args)
	case done.Request != "":
		args["n"] = int(done.Number)
		t.line(lang.CorrectProposed, args)
		t.actions = append(t.actions, card.Action{Label: t.text(lang.CorrectOpen, nil), URL: done.Request, Style: card.Primary})
	case done.Away:
		t.line(lang.CorrectAway, args)
	case done.Edit != "":
		t.line(lang.CorrectEdit, args)
	default:
		t.line(lang.CorrectCopy, args)
	}
	if done.Request == "" && done.Edit != "" {
		t.actions = append(t.actions, card.Action{Label: t.text(lang.CorrectEditIt, nil), URL: done.Edit})
	}
	if done.Diff != "" {
		t.add(card.Code{Language: "diff", Text: done.Diff})
	}
	t.told(fix.Entity)
}

// intentCorrect is the sub-command that corrects a fact. It is nobody's question.
const intentCorrect understand.Intent = "correct"

// factWords are the facts as the sub-command names them.
func factWords() map[string]string {
	return map[string]string{
		"owner": factOwner, "lifecycle": factLifecycle, "type": factType, "title": factTitle, "description": factDescription, "link": factLink,
	}
}

// cutCorrection takes "NAME", or "NAME FACT VALUE", apart.
func cutCorrection(args string) (name, fact, value string) {
	words := strings.Fields(args)
	for i := 1; i+1 < len(words); i++ {
		if f, ok := factWords()[strings.ToLower(words[i])]; ok {
			return strings.Join(words[:i], " "), f, strings.Join(words[i+1:], " ")
		}
	}
	return args, "", ""
}

// correctCommand corrects a fact that was named with its value, or asks in a form.
func (c *Commands) correctCommand(ev *bot.Event, t *talk) bot.Reply {
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	if t.r.Trait == "" {
		if r := c.correctForm(ev, t, e, factOwner); ev.Forms {
			return r
		}
		return bot.Whisper{Message: card.Message{Lang: t.l, Blocks: t.blocks}}
	}
	fix := Correction{Entity: e, Field: t.r.Trait, Value: t.r.Topic, By: ev.Actor.Name}
	if fix.Field == factLink {
		fix.Label = hostOf(fix.Value)
	}
	if _, key := t.unfit(&fix); key != "" {
		return t.only(bot.Refused, key, nil)
	}
	f := bot.Feedback{
		ID: bot.NewID(c.deps.Now()), Intent: string(understand.Show), Entity: e.Ref.String(), By: ev.Actor, Address: ev.Address, Lang: t.l, At: c.deps.Now(), State: bot.FeedbackOpen,
	}
	return c.correct(t, f, fix)
}

// hostOf names a link that has no other name.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
