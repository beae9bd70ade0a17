package commands

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// pluginTopics are the topics of plugins. One with the name of another is left out.
func (c *Commands) pluginTopics(known []Topic) []Topic {
	if c.deps.Views == nil {
		return nil
	}
	taken := map[string]bool{}
	for _, t := range known {
		taken[t.Name()] = true
	}
	var out []Topic
	for _, e := range c.deps.Views.Registry.All() {
		for _, t := range e.Topics {
			if !taken[t.Name] {
				taken[t.Name] = true
				out = append(out, pluginTopic{e.About.Name, t})
			}
		}
	}
	return out
}

// pluginTopic tells of changes of the facts of a plugin.
type pluginTopic struct {
	plugin string
	topic  plugins.Topic
}

func (p pluginTopic) Name() string             { return p.topic.Name }
func (p pluginTopic) Title(l lang.Lang) string { return p.topic.Title.In(l) }

// Look implements Topic. What a plugin makes of its facts cannot break a look at everything else.
func (p pluginTopic) Look(at *Looking, e *catalog.Entity) (out []Item) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	facts := at.View.Facts(e.Ref, plugins.Producer(p.plugin), "")
	if p.topic.Items == nil {
		for _, f := range facts {
			out = append(out, Item{Key: f.Key, Value: f.Value, Where: f.Source})
		}
		return out
	}
	for _, i := range p.topic.Items(facts) {
		out = append(out, Item{Key: i.Key, Value: i.Value, Where: i.Where})
	}
	return out
}

// Say implements Topic.
func (p pluginTopic) Say(l lang.Lang, c Change, what []card.Span, _ func(catalog.Ref) card.Span) (out []card.Span) {
	general := func() []card.Span {
		args := lang.Args{"what": what, "key": c.Key, "topic": p.topic.Title.In(l), "from": card.M(c.From), "to": card.M(c.To)}
		switch {
		case c.To == "":
			return card.Say(l, lang.PlugNewsGone, args)
		case c.From == "":
			return card.Say(l, lang.PlugNewsNew, args)
		}
		return card.Say(l, lang.PlugNewsMoved, args)
	}
	if p.topic.Say == nil {
		return general()
	}
	defer func() {
		if recover() != nil {
			out = general()
		}
	}()
	change := plugins.Change{Key: c.Key, From: c.From, To: c.To, Where: c.Where}
	if c.Since > 0 {
		change.Since = time.Unix(c.Since, 0)
	}
	return p.topic.Say(l, change, what)
}
