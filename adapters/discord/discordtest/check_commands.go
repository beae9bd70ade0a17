package discordtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Command is an application command, decoded strictly.
type Command struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations"`
	Options      []CommandOption   `json:"options"`
	Contexts     []int             `json:"contexts"`
	Integrations []int             `json:"integration_types"`
}

// CommandOption is what is typed behind a command.
type CommandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations"`
	Required     bool              `json:"required"`
	MinLength    int               `json:"min_length"`
	MaxLength    int               `json:"max_length"`
	Autocomplete bool              `json:"autocomplete"`
}

// chatName is what a slash command and its options may be called
// (docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming).
var chatName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales are the languages that Discord has (docs.discord.com/developers/reference#locales).
const locales = " id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko "

// CheckCommands returns what Discord would refuse in a list of commands.
func CheckCommands(raw []byte) []string {
	c := &checker{ids: map[string]bool{}}
	var all []Command
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&all); err != nil {
		return []string{err.Error()}
	}
	kinds := map[int]int{}
	for _, cmd := range all {
		kinds[cmd.Type]++
		if seen := fmt.Sprint(cmd.Type, cmd.Name); c.ids[seen] {
			c.bad("two commands are called %q", cmd.Name)
		} else {
			c.ids[seen] = true
		}
		c.command(cmd)
	}
	if kinds[1] > 100 || kinds[2] > 15 || kinds[3] > 15 {
		c.bad("too many commands: %v", kinds)
	}
	return c.problems
}

func (c *checker) command(cmd Command) {
	size := c.named(cmd.Type == 1, cmd.Name, cmd.Names)
	switch cmd.Type {
	case 1:
		size += c.described(cmd.Description, cmd.Descriptions)
	case 2, 3:
		if cmd.Description != "" || len(cmd.Descriptions) > 0 || len(cmd.Options) > 0 {
			c.bad("%s: an entry of a menu has neither a description nor options", cmd.Name)
		}
	default:
		c.bad("%s: a command of type %d", cmd.Name, cmd.Type)
	}
	if len(cmd.Options) > 25 {
		c.bad("%s: %d options", cmd.Name, len(cmd.Options))
	}
	optional := false
	for _, o := range cmd.Options {
		size += c.named(true, o.Name, o.Names) + c.described(o.Description, o.Descriptions)
		if o.Required && optional {
			c.bad("%s: a required option behind one that is not", cmd.Name)
		}
		optional = optional || !o.Required
		if o.Type < 1 || o.Type > 11 || o.MinLength < 0 || o.MinLength > 6000 || o.MaxLength < 0 || o.MaxLength > 6000 || o.Autocomplete && o.Type != 3 && o.Type != 4 && o.Type != 10 {
			c.bad("%s: option %+v", cmd.Name, o)
		}
	}
	if size > 8000 {
		c.bad("%s: %d characters in all", cmd.Name, size)
	}
}

// named checks names and returns the length of the longest.
func (c *checker) named(chat bool, name string, names map[string]string) int {
	longest := 0
	for lang, n := range with(name, names) {
		c.locale(lang)
		if chat && (!chatName.MatchString(n) || n != strings.ToLower(n)) {
			c.bad("%q is no name of a command", n)
		}
		c.length("a name", n, 1, 32)
		longest = max(longest, len(utf16.Encode([]rune(n))))
	}
	return longest
}

func (c *checker) described(text string, texts map[string]string) int {
	longest := 0
	for lang, s := range with(text, texts) {
		c.locale(lang)
		c.length("a description", s, 1, 100)
		longest = max(longest, len(utf16.Encode([]rune(s))))
	}
	return longest
}

func (c *checker) locale(l string) {
	if !strings.Contains(locales, " "+l+" ") {
		c.bad("there is no language %q", l)
	}
}

func with(text string, more map[string]string) map[string]string {
	out := map[string]string{"en-US": text}
	for l, s := range more {
		out[l] = s
	}
	return out
}
