package discord

import (
	"encoding/json"

	"github.com/backchannel-portal/backchannel/bot"
)

// The types of components (docs.discord.com/developers/components/reference).
const (
	typeRow       = 1
	typeButton    = 2
	typeSelect    = 3
	typeInput     = 4
	typeUsers     = 5 // selects of what the guild has; nothing of ours asks with them
	typeChannels  = 8
	typeSection   = 9
	typeText      = 10
	typeGallery   = 12
	typeSeparator = 14
	typeContainer = 17
	typeLabel     = 18
)

// The styles of buttons.
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
	styleLink      = 5
)

// Flags of messages.
const (
	flagEphemeral  = 1 << 6
	flagComponents = 1 << 15 // the message is made of components alone
)

// component is any component, with the members that this adapter uses.
type component struct {
	Type        int           `json:"type"`
	ID          int           `json:"id,omitempty"`
	CustomID    string        `json:"custom_id,omitempty"`
	Style       int           `json:"style,omitempty"`
	Label       string        `json:"label,omitempty"`
	Description string        `json:"description,omitempty"`
	URL         string        `json:"url,omitempty"`
	Content     string        `json:"content,omitempty"`
	Placeholder string        `json:"placeholder,omitempty"`
	Value       string        `json:"value,omitempty"`
	MaxLength   int           `json:"max_length,omitempty"`
	MinValues   *int          `json:"min_values,omitempty"`
	MaxValues   int           `json:"max_values,omitempty"`
	Required    *bool         `json:"required,omitempty"`
	Divider     *bool         `json:"divider,omitempty"`
	AccentColor int           `json:"accent_color,omitempty"`
	Options     []option      `json:"options,omitempty"`
	Items       []galleryItem `json:"items,omitempty"`
	Accessory   *component    `json:"accessory,omitempty"`
	Component   *component    `json:"component,omitempty"` // of a label
	Components  []component   `json:"components,omitempty"`
}

// option is an entry of a select.
type option struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Default     bool   `json:"default,omitempty"`
}

// galleryItem is a picture.
type galleryItem struct {
	Media       media  `json:"media"`
	Description string `json:"description,omitempty"`
}

type media struct {
	URL string `json:"url"`
}

// message is the body of a message that is sent or edited.
type message struct {
	Flags      int         `json:"flags"`
	Components []component `json:"components"`
	Mentions   mentions    `json:"allowed_mentions"`
	Reference  *reference  `json:"message_reference,omitempty"`
	Nonce      string      `json:"nonce,omitempty"`
	Enforce    bool        `json:"enforce_nonce,omitempty"`

	again func(bot.Actor) message // renders it for somebody else to press its buttons; nil: it was made of parts
}

// content is all that a message shows, to tell it from others.
func (m message) content() string {
	raw, _ := json.Marshal(m.Components) // plain data
	return string(raw)
}

// mentions says who may be notified: nobody but the users named. Parse is never anything but empty.
type mentions struct {
	Parse   []string `json:"parse"`
	Users   []string `json:"users,omitempty"`
	Replied bool     `json:"replied_user"`
}

// reference is the message that another replies to.
type reference struct {
	Message string `json:"message_id"`
	Lenient bool   `json:"fail_if_not_exists"` // false: when the message is gone, the answer is sent all the same
}
