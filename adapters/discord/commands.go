package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Command is a slash command, or one in the menu of a message, as Discord is told of it
// (docs.discord.com/developers/interactions/application-commands).
type Command struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description,omitempty"` // none in a menu
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Options      []CommandOption   `json:"options,omitempty"`
	Contexts     []int             `json:"contexts"`          // guilds, and direct messages with the bot
	Integrations []int             `json:"integration_types"` // installed in a guild
}

// CommandOption is what is typed behind a command.
type CommandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	MaxLength    int               `json:"max_length,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
}

// The types of commands and options.
const (
	slashCommand   = 1
	messageCommand = 3
	textOption     = 3
)

// maxQuestion is the longest question that a command takes, in characters.
const maxQuestion = 1_000

// Commands are the commands, with their Chinese: what the application is told to have.
func Commands() []Command {
	return []Command{
		command("backchannel", "", "", lang.SlackCommandAsk, lang.DiscordCommandAskTW, lang.DiscordOptionAsk, lang.DiscordOptionAskTW),
		command("oncall", lang.DiscordOncallName, lang.DiscordOncallName, lang.SlackCommandOncall, lang.DiscordCommandOncallTW, lang.DiscordOptionOncall, lang.DiscordOptionOncallTW),
		command("new-service", lang.DiscordNewName, lang.DiscordNewNameTW, lang.SlackCommandNew, lang.DiscordCommandNewTW, lang.DiscordOptionNew, lang.DiscordOptionNewTW),
		{
			Type: messageCommand, Name: lang.Text(lang.English, lang.SlackShortcutOwner, nil), Names: chinese(lang.SlackShortcutOwner, lang.DiscordMenuOwnerTW),
			Contexts: []int{0, 1}, Integrations: []int{0},
		},
	}
}

// command is one command with its one text. A name of "" is the same in every language.
func command(id string, name, nameTW, does, doesTW, text, textTW lang.Key) Command {
	c := Command{
		Type: slashCommand, Name: id, Description: lang.Text(lang.English, does, nil), Descriptions: chinese(does, doesTW),
		Contexts: []int{0, 1}, Integrations: []int{0},
		Options: []CommandOption{{
			Type: textOption, Name: "text", Names: chinese(lang.DiscordOptionName, lang.DiscordOptionNameTW),
			Description: lang.Text(lang.English, text, nil), Descriptions: chinese(text, textTW),
			MaxLength: maxQuestion, Autocomplete: true,
		}},
	}
	if name != "" {
		c.Names = chinese(name, nameTW)
	}
	return c
}

func chinese(simplified, traditional lang.Key) map[string]string {
	return map[string]string{
		"zh-CN": lang.Text(lang.Chinese, simplified, nil),
		"zh-TW": lang.Text(lang.Chinese, traditional, nil),
	}
}

// register checks the token and makes the application's commands what Commands says. It changes them only when they
// differ: people's clients load them anew after a change.
func (a *Adapter) register(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.tune.dial)
	defer cancel()
	path := "/applications/" + url.PathEscape(a.cfg.ApplicationID) + "/commands"
	var there []Command
	err := a.api.call(ctx, request{method: http.MethodGet, path: path + "?with_localizations=true", bucket: "commands", repeatable: true, out: &there})
	switch {
	case fault.Is(err, fault.Forbidden):
		return fault.New(fault.Forbidden, "Discord refuses the bot's token")
	case fault.Is(err, fault.NotFound):
		return fault.New(fault.NotFound, "Discord knows no application %s", a.cfg.ApplicationID)
	case err != nil:
		return err
	}
	want := Commands()
	if same(want, there) {
		return nil
	}
	if err := a.api.call(ctx, request{method: http.MethodPut, path: path, bucket: "commands", repeatable: true, in: want}); err != nil {
		return fault.Wrap(fault.KindOf(err), err, "register the commands")
	}
	a.deps.Log.Info("discord: the commands are registered", "commands", len(want))
	return nil
}

// same compares commands, whatever their order.
func same(a, b []Command) bool {
	text := func(all []Command) []string {
		out := make([]string, len(all))
		for i, c := range all {
			raw, _ := json.Marshal(c) // plain data
			out[i] = string(raw)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(text(a), text(b))
}
