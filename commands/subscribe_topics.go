package commands

import (
	"cmp"
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Topic is something about entities that places can be told of when it changes. Plugins add their own.
type Topic interface {
	// Name is the word that people subscribe with: lower case, without blanks.
	Name() string
	// Title is what people call it, as a part of a list.
	Title(l lang.Lang) string
	// Look returns what is so about one entity now, each item with a key of its own. It is called for every subject
	// whenever the catalog has changed, and must not wait for a network.
	Look(at *Looking, e *catalog.Entity) []Item
	// Say says one change as a sentence, nothing where it is not worth a message. what is the entity's name; ref names another entity, as far as it may be seen.
	Say(l lang.Lang, c Change, what []card.Span, ref func(catalog.Ref) card.Span) []card.Span
}

// Item is one thing that is so about an entity.
type Item struct {
	Key   string `json:",omitempty"` // tells the items of an entity apart; empty where there is one
	Value string
	Where string `json:"-"` // where it stands, as a person would open it
	Line  int    `json:"-"` // 1-based, 0 when not known
}

// Looking is the catalog at one moment, for topics.
type Looking struct {
	View    search.View // shows everything
	quality func() *quality.Report
}

// Findings are what is wrong with the data of an entity, or missing.
func (l *Looking) Findings(ref catalog.Ref) []quality.Finding {
	var out []quality.Finding
	for _, f := range l.quality().Findings {
		if f.Entity == ref {
			out = append(out, f)
		}
	}
	return out
}

// Change is what became of one item.
type Change struct {
	Entity   string // full reference
	Key      string `json:",omitempty"`
	From, To string // values; "" where there was or is no such item
	Gone     bool   `json:",omitempty"` // the entity is not in the catalog any more
	Back     bool   `json:",omitempty"` // it is again
	Where    string `json:",omitempty"`
	Line     int    `json:",omitempty"`
	Commit   string `json:",omitempty"`
	Since    int64  `json:",omitempty"` // seconds since 1970; 0 when not known
}

// The names of the built-in topics.
const (
	TopicOwnership = "ownership"
	TopicLifecycle = "lifecycle"
	TopicProblems  = "problems"
)

// topics are the built-in topics and those of plugins, in the order in which they are listed.
func (c *Commands) topics() []Topic {
	out := []Topic{ownershipTopic{}, lifecycleTopic{}, problemsTopic{}}
	if c.deps.Subscriptions != nil {
		out = append(out, c.deps.Subscriptions.Topics...)
	}
	return append(out, c.pluginTopics(out)...)
}

// topic is the topic of a name, nil for none.
func (c *Commands) topic(name string) Topic {
	all := c.topics()
	if i := slices.IndexFunc(all, func(t Topic) bool { return t.Name() == name }); i >= 0 {
		return all[i]
	}
	return nil
}

type ownershipTopic struct{}

func (ownershipTopic) Name() string             { return TopicOwnership }
func (ownershipTopic) Title(l lang.Lang) string { return lang.Text(l, lang.SubOwnership, nil) }

func (ownershipTopic) Look(_ *Looking, e *catalog.Entity) []Item {
	if e.Owner.IsZero() {
		return nil
	}
	return []Item{{Value: e.Owner.String(), Where: e.Source.Location, Line: e.Source.Line}}
}

func (ownershipTopic) Say(l lang.Lang, c Change, what []card.Span, ref func(catalog.Ref) card.Span) []card.Span {
	name := func(value string) card.Span {
		r, err := catalog.ParseRef(value, "group", "")
		if err != nil {
			return card.M(value)
		}
		return ref(r)
	}
	switch {
	case c.From == "":
		return card.Say(l, lang.SubOwnerNew, lang.Args{"what": what, "to": name(c.To)})
	case c.To == "":
		return card.Say(l, lang.SubOwnerNone, lang.Args{"what": what, "from": name(c.From)})
	default:
		return card.Say(l, lang.SubOwnerMoved, lang.Args{"what": what, "from": name(c.From), "to": name(c.To)})
	}
}

type lifecycleTopic struct{}

func (lifecycleTopic) Name() string             { return TopicLifecycle }
func (lifecycleTopic) Title(l lang.Lang) string { return lang.Text(l, lang.SubLifecycle, nil) }

func (lifecycleTopic) Look(_ *Looking, e *catalog.Entity) []Item {
	if e.Lifecycle == "" {
		return nil
	}
	return []Item{{Value: e.Lifecycle, Where: e.Source.Location, Line: e.Source.Line}}
}

func (lifecycleTopic) Say(l lang.Lang, c Change, what []card.Span, _ func(catalog.Ref) card.Span) []card.Span {
	in := talk{l: l}
	word := func(s string) card.Span { return card.S(in.lifeWord(s)) }
	switch {
	case c.From == "":
		return card.Say(l, lang.SubLifeNew, lang.Args{"what": what, "to": word(c.To)})
	case c.To == "":
		return card.Say(l, lang.SubLifeNone, lang.Args{"what": what, "from": word(c.From)})
	default:
		return card.Say(l, lang.SubLifeMoved, lang.Args{"what": what, "from": word(c.From), "to": word(c.To)})
	}
}

type problemsTopic struct{}

func (problemsTopic) Name() string             { return TopicProblems }
func (problemsTopic) Title(l lang.Lang) string { return lang.Text(l, lang.SubProblems, nil) }

// Look lists what is wrong or missing, by its code and where in the descriptor. What a finding says may name lines that
// move, so that the same one may come with other words. That there are no docs is left out: those that nobody declares
// are found by reading code, which a process that has just started has not done.
func (problemsTopic) Look(at *Looking, e *catalog.Entity) []Item {
	var out []Item
	for _, f := range at.Findings(e.Ref) {
		if f.Code == quality.NoDocs {
			continue
		}
		key := f.Code
		if f.Field != "" || !f.Target.IsZero() {
			key += " " + f.Field
		}
		if !f.Target.IsZero() {
			key += " " + f.Target.String()
		}
		if !slices.ContainsFunc(out, func(i Item) bool { return i.Key == key }) {
			out = append(out, Item{Key: key, Value: f.Code, Where: f.File, Line: f.Line})
		}
	}
	slices.SortFunc(out, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (problemsTopic) Say(l lang.Lang, c Change, what []card.Span, ref func(catalog.Ref) card.Span) []card.Span {
	code, text := lang.SubProblemNew, c.To
	if c.To == "" {
		code, text = lang.SubProblemGone, c.From
	}
	spans := []card.Span{card.T(lang.Text(l, codeKey(text), nil))}
	if target := targetOf(c.Key); !target.IsZero() {
		spans = card.Say(l, lang.SubProblemNames, lang.Args{"text": spans, "target": ref(target)})
	}
	return card.Say(l, code, lang.Args{"what": what, "problem": spans})
}

// targetOf is the reference at the end of the key of a problem.
func targetOf(key string) catalog.Ref {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == ' ' {
			r, err := catalog.ParseRef(key[i+1:], "", "")
			if err != nil {
				return catalog.Ref{}
			}
			return r
		}
	}
	return catalog.Ref{}
}
