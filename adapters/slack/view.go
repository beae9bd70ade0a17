package slack

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// What a modal allows, in code points where it is a length (docs.slack.dev/reference/views and its input elements).
const (
	maxViewBlocks   = 100
	maxViewBytes    = 250_000
	maxViewTitle    = 24 // title, submit and close
	maxMetadata     = 3_000
	maxCallback     = 255
	maxElementID    = 255
	maxInputLabel   = 2_000 // and hint
	maxInputValue   = 3_000
	maxOptionValue  = 150
	maxStack        = 3  // views on top of each other
	pageFields      = 20 // of ours: more than that nobody oversees
	maxSuggestions  = 100
	maxChecks       = 10 // boxes of one group
	minQuery        = 0  // what one's team owns is suggested before the first letter
	separateByLines = "\n"
)

// formLimits are what a modal can ask, for card.Pages.
func formLimits(fields int) card.FormLimits {
	return card.FormLimits{
		Unit: card.CodePoints, Fields: fields, Title: maxViewTitle, Submit: maxViewTitle, Intro: maxText, Label: maxInputLabel,
		Help: maxInputLabel, Placeholder: maxPlaceholder, Value: maxInputValue, Options: maxOptions, Option: maxLabel, Hint: maxLabel,
		Instead: map[card.FieldKind]card.FieldKind{card.FieldRepo: card.FieldLine},
	}
}

// metadata is what a modal of ours carries, so that a submission finds its form.
type metadata struct {
	Key     string `json:"k"`           // bot.OpenForm.Key
	Page    int    `json:"p,omitempty"` // 0 is the first
	Without bool   `json:"w,omitempty"` // the form is handed in without what a chat does not take
}

func (m metadata) String() string {
	raw, _ := json.Marshal(m) // a struct of scalars
	return string(raw)
}

func parseMetadata(s string) (metadata, bool) {
	var m metadata
	return m, json.Unmarshal([]byte(s), &m) == nil && m.Key != "" && m.Page >= 0
}

// modal renders one page of an open form, its values filled in. What is filled in on the screen now, if anything,
// stays where the form says the same. A page beyond the last is the last.
func modal(o bot.OpenForm, page int, screen card.Values, tongue lang.Lang) slackapi.ModalViewRequest {
	pages := formPages(o.Form.Fill(o.Values), tongue)
	page = min(page, len(pages)-1)
	return modalPage(o, pages[page], page, screen, tongue)
}

// formPages splits a form into pages that Slack takes: of so few fields that no page is too large.
func formPages(f card.Form, tongue lang.Lang) []card.Form {
	per := pageFields
	if whole := card.Pages(f, formLimits(0), tongue)[0]; len(whole.Fields) > 0 {
		for per > 1 && largest(whole.Fields, per) > maxViewBytes*9/10-jsonSize(whole.Title)-4*maxText {
			per /= 2
		}
	}
	return card.Pages(f, formLimits(per), tongue)
}

// largest is the most bytes that a page of so many fields takes, roughly and never too little.
func largest(fields []card.FormField, per int) int {
	const member = 200 // names and braces of an object
	most := 0
	for chunk := range slices.Chunk(fields, per) {
		n := 0
		for _, q := range chunk {
			n += 2*member + 2*maxElementID + jsonSize(q.Label) + jsonSize(q.Help) + jsonSize(q.Placeholder) + jsonSize(q.Error)
			for _, v := range q.Value {
				n += member + jsonSize(v)
			}
			for _, o := range q.Options {
				n += member + jsonSize(o.Label) + jsonSize(o.Hint)
			}
			if len(q.Value) > 0 {
				n *= 2 // what is chosen is written once more
			}
		}
		most = max(most, n)
	}
	return most
}

// jsonSize is how many bytes a text takes at most in JSON.
func jsonSize(s string) int {
	n := len(s)
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			n += 5
		}
	}
	return n
}

func modalPage(o bot.OpenForm, p card.Form, page int, screen card.Values, tongue lang.Lang) slackapi.ModalViewRequest {
	v := slackapi.ModalViewRequest{
		Type: slackapi.VTModal, Title: plainObject(orBlank(p.Title), maxViewTitle), CallbackID: clip(o.Form.ID, maxCallback),
		PrivateMetadata: metadata{Key: o.Key, Page: page}.String(),
		Close:           plainObject(lang.Text(tongue, lang.SlackConfirmNo, nil), maxViewTitle),
	}
	submit := p.Submit
	if submit == "" {
		submit = lang.Text(tongue, lang.SlackSubmit, nil)
	}
	v.Submit = plainObject(submit, maxViewTitle)
	var blocks []slackapi.Block
	if len(p.Intro) > 0 {
		for _, b := range render(card.Message{Lang: tongue, Blocks: []card.Block{card.Text{Spans: p.Intro}}}, nil, bot.Actor{}).blocks {
			blocks = append(blocks, rawBlock(b))
		}
	}
	for _, q := range p.Fields {
		blocks = append(blocks, field(q, screen, tongue)...)
	}
	if len(blocks) == 0 {
		blocks = append(blocks, contextBlock(orBlank(p.Title)))
	}
	v.Blocks.BlockSet = blocks[:min(len(blocks), maxViewBlocks)]
	return v
}

// notice is a modal that only says something.
func notice(title, text string, tongue lang.Lang) slackapi.ModalViewRequest {
	return slackapi.ModalViewRequest{
		Type: slackapi.VTModal, Title: plainObject(title, maxViewTitle), Close: plainObject(lang.Text(tongue, lang.SlackClose, nil), maxViewTitle),
		Blocks: slackapi.Blocks{BlockSet: []slackapi.Block{slackapi.NewSectionBlock(plainObject(text, maxText), nil, nil)}},
	}
}

// plainObject is a plain_text object in which shortcodes stay as they are.
func plainObject(s string, limit int) *slackapi.TextBlockObject {
	no := false
	return &slackapi.TextBlockObject{Type: slackapi.PlainTextType, Text: clip(orBlank(strings.ToValidUTF8(s, "\uFFFD")), limit), Emoji: &no}
}

func contextBlock(s string) slackapi.Block {
	return slackapi.NewContextBlock("", plainObject(s, maxText))
}

// pageNames are the fields on a page of a form, in order: those that a submission of it can fill in.
func pageNames(o bot.OpenForm, page int, tongue lang.Lang) (names []string, last bool) {
	pages := formPages(o.Form.Fill(o.Values), tongue)
	page = min(page, len(pages)-1)
	for _, q := range pages[page].Fields {
		names = append(names, q.Name)
	}
	return names, page == len(pages)-1
}

// optionValue is the value of the nth option: its place, as a value of the form's own may be longer than Slack takes.
func optionValue(n int) string { return strconv.Itoa(n) }
