package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf16"
)

// Component is any component, decoded strictly.
type Component struct {
	Type        int             `json:"type"`
	ID          int             `json:"id"`
	CustomID    string          `json:"custom_id"`
	Style       int             `json:"style"`
	Label       string          `json:"label"`
	Description string          `json:"description"`
	URL         string          `json:"url"`
	Content     string          `json:"content"`
	Placeholder string          `json:"placeholder"`
	Value       string          `json:"value"`
	MinLength   int             `json:"min_length"`
	MaxLength   int             `json:"max_length"`
	MinValues   *int            `json:"min_values"`
	MaxValues   int             `json:"max_values"`
	Required    *bool           `json:"required"`
	Divider     *bool           `json:"divider"`
	AccentColor int             `json:"accent_color"`
	Options     []Option        `json:"options"`
	Items       json.RawMessage `json:"items"`
	Accessory   *Component      `json:"accessory"`
	Component   *Component      `json:"component"`
	Components  []Component     `json:"components"`
}

// Option is an entry of a select.
type Option struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Default     bool   `json:"default"`
}

// Body is a message as an app sends it.
type Body struct {
	Flags      int         `json:"flags"`
	Content    string      `json:"content"`
	Components []Component `json:"components"`
	Mentions   *struct {
		Parse   []string `json:"parse"`
		Users   []string `json:"users"`
		Replied bool     `json:"replied_user"`
	} `json:"allowed_mentions"`
	Reference *struct {
		Message string `json:"message_id"`
		Fail    bool   `json:"fail_if_not_exists"`
	} `json:"message_reference"`
	Nonce   string `json:"nonce"`
	Enforce bool   `json:"enforce_nonce"`
}

// The types of components and the flags that the server knows.
const (
	Row, Button, Select, Input       = 1, 2, 3, 4
	Section, Text, Gallery           = 9, 10, 12
	Separator, Container, Label      = 14, 17, 18
	Ephemeral, Components            = 1 << 6, 1 << 15
	maxComponents, maxText, maxModal = 40, 4000, 5
)

// Parse decodes a message strictly: a member that Discord does not know is an error.
func Parse(raw []byte) (Body, error) {
	var b Body
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(&b)
	return b, err
}

// Check returns what Discord would refuse in a message of components, and what this project forbids: mentions that
// are not named one by one.
func Check(b Body) []string {
	c := &checker{ids: map[string]bool{}}
	if b.Flags&Components == 0 {
		c.bad("the message lacks IS_COMPONENTS_V2")
	}
	if b.Content != "" {
		c.bad("a message of components has no content")
	}
	if b.Mentions == nil || b.Mentions.Parse == nil || len(b.Mentions.Parse) > 0 {
		c.bad("allowed_mentions.parse must be an empty list")
	} else if len(b.Mentions.Users) > 100 {
		c.bad("allowed_mentions names %d users", len(b.Mentions.Users))
	}
	if len(b.Nonce) > 25 {
		c.bad("a nonce of %d characters", len(b.Nonce))
	}
	if len(b.Components) == 0 {
		c.bad("the message is empty")
	}
	for _, k := range b.Components {
		if k.ID < 0 || k.ID > 1<<31-1 {
			c.bad("a component with the id %d", k.ID)
		}
		c.top(k)
	}
	if c.count > maxComponents {
		c.bad("%d components of at most %d", c.count, maxComponents)
	}
	if c.text > maxText {
		c.bad("%d characters of text of at most %d", c.text, maxText)
	}
	return c.problems
}

type checker struct {
	problems    []string
	ids         map[string]bool
	count, text int
}

func (c *checker) bad(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// length requires a length between limits, in UTF-16 code units.
func (c *checker) length(what, s string, low, high int) {
	if n := len(utf16.Encode([]rune(s))); n < low || n > high {
		c.bad("%s has %d characters, not %d to %d", what, n, low, high)
	}
}

func (c *checker) top(k Component) {
	switch k.Type {
	case Container:
		c.count++
		if len(k.Components) == 0 {
			c.bad("an empty container")
		}
		for _, inner := range k.Components {
			c.inner(inner)
		}
	default:
		c.inner(k)
	}
}

func (c *checker) inner(k Component) {
	c.count++
	switch k.Type {
	case Text:
		c.display(k)
	case Separator:
	case Section:
		if len(k.Components) < 1 || len(k.Components) > 3 || k.Accessory == nil {
			c.bad("a section with %d texts", len(k.Components))
			return
		}
		for _, t := range k.Components {
			c.count++
			c.display(t)
		}
		c.count++
		c.button(*k.Accessory)
	case Gallery:
		c.gallery(k)
	case Row:
		c.row(k)
	default:
		c.bad("a component of type %d in a message", k.Type)
	}
}

func (c *checker) display(k Component) {
	c.length("a text display", k.Content, 1, maxText)
	c.text += len(utf16.Encode([]rune(k.Content)))
}

func (c *checker) gallery(k Component) {
	var items []struct {
		Media       struct{ URL string }
		Description string
	}
	if err := json.Unmarshal(k.Items, &items); err != nil || len(items) < 1 || len(items) > 10 {
		c.bad("a gallery of %d: %v", len(items), err)
	}
	for _, i := range items {
		c.length("an address", i.Media.URL, 1, 2048)
		c.length("a description", i.Description, 0, 1024)
	}
}

func (c *checker) row(k Component) {
	menus := 0
	for _, inner := range k.Components {
		c.count++
		if inner.Type == Select {
			menus++
			c.menu(inner)
			continue
		}
		c.button(inner)
	}
	if n := len(k.Components); n < 1 || n > 5 || menus > 0 && n > 1 {
		c.bad("a row of %d with %d menus", n, menus)
	}
}

func (c *checker) button(k Component) {
	if k.Type != Button {
		c.bad("a component of type %d where a button belongs", k.Type)
	}
	c.length("a label", k.Label, 1, 80)
	switch {
	case k.Style == 5 && (k.URL == "" || k.CustomID != ""):
		c.bad("a link button without an address, or with an id")
	case k.Style == 5:
		c.length("an address", k.URL, 1, 512)
	case k.Style < 1 || k.Style > 4:
		c.bad("a button of style %d", k.Style)
	default:
		c.id(k.CustomID)
	}
}

func (c *checker) menu(k Component) {
	c.id(k.CustomID)
	c.length("a placeholder", k.Placeholder, 0, 150)
	c.options(k)
}

func (c *checker) options(k Component) {
	if n := len(k.Options); n < 1 || n > 25 {
		c.bad("a select of %d options", n)
	}
	seen := map[string]bool{}
	for _, o := range k.Options {
		c.length("an option's label", o.Label, 1, 100)
		c.length("an option's value", o.Value, 1, 100)
		c.length("an option's description", o.Description, 0, 100)
		if seen[o.Value] {
			c.bad("two options have the value %q", o.Value)
		}
		seen[o.Value] = true
	}
}

func (c *checker) id(id string) {
	c.length("a custom id", id, 1, 100)
	if c.ids[id] {
		c.bad("two components have the id %q", id)
	}
	c.ids[id] = true
}

// Modal is a form as an app sends it.
type Modal struct {
	Title      string      `json:"title"`
	CustomID   string      `json:"custom_id"`
	Components []Component `json:"components"`
}

// CheckModal returns what Discord would refuse in a modal.
func CheckModal(m Modal) []string {
	c := &checker{ids: map[string]bool{}}
	c.length("a title", m.Title, 1, 45)
	c.length("a custom id", m.CustomID, 1, 100)
	if n := len(m.Components); n < 1 || n > maxModal {
		c.bad("a modal of %d components", n)
	}
	for _, k := range m.Components {
		switch {
		case k.Type == Text:
			c.display(k)
		case k.Type == Label && k.Component != nil:
			c.length("a label", k.Label, 1, 45)
			c.length("a description", k.Description, 0, 100)
			c.control(*k.Component)
		default:
			c.bad("a component of type %d in a modal", k.Type)
		}
	}
	return c.problems
}

func (c *checker) control(k Component) {
	c.id(k.CustomID)
	switch k.Type {
	case Input:
		if !slices.Contains([]int{1, 2}, k.Style) {
			c.bad("an input of style %d", k.Style)
		}
		c.length("a placeholder", k.Placeholder, 0, 100)
		c.length("a value", k.Value, 0, 4000)
	case Select:
		c.length("a placeholder", k.Placeholder, 0, 150)
		c.options(k)
		chosen := 0
		for _, o := range k.Options {
			if o.Default {
				chosen++
			}
		}
		if chosen > max(k.MaxValues, 1) {
			c.bad("%d options are chosen of at most %d", chosen, max(k.MaxValues, 1))
		}
		if k.MaxValues > len(k.Options) || k.MaxValues > 25 {
			c.bad("up to %d of %d options", k.MaxValues, len(k.Options))
		}
	default:
		c.bad("a component of type %d in a label", k.Type)
	}
}
