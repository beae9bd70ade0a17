package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// pluginPhrases are the wordings that ask for views of plugins: those that they declare, and their commands. What asks
// for a view that belongs to a built-in intent asks for that.
func (c *Commands) pluginPhrases() []understand.Phrase {
	if c.deps.Views == nil {
		return nil
	}
	var out []understand.Phrase
	for _, e := range c.deps.Views.Registry.All() {
		for _, v := range e.Views {
			in := ownIntent(plugins.ViewRef{Plugin: e.About.Name, View: v.Name})
			if v.Fleet {
				in = understand.OwnFleet(in)
			}
			if v.Command != "" {
				out = append(out, understand.Phrase{Lang: lang.English, Pattern: "^" + strings.ReplaceAll(v.Command, "-", " "), Intent: in})
			}
			if v.Answers != "" {
				in = understand.Intent(v.Answers)
			}
			for _, p := range v.Phrases {
				out = append(out, understand.Phrase{Lang: p.Lang, Pattern: p.Pattern, Intent: in})
			}
		}
	}
	return out
}

// plugged is the generation of the plugins.
func (c *Commands) plugged() uint64 {
	if c.deps.Views == nil {
		return 0
	}
	return c.deps.Views.Registry.Generation()
}
