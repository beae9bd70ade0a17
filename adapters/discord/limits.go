package discord

import "github.com/backchannel-portal/backchannel/bot/card"

// What Discord allows of a message made of components. Lengths are counted in UTF-16 code units, which is never less
// than what Discord counts.
const (
	maxComponents  = 40    // of a message, nested ones included
	maxText        = 4_000 // in all text displays of a message
	maxButtons     = 5     // of one action row
	maxLabel       = 80
	maxCustomID    = 100
	maxOptions     = 25 // of one select
	maxOption      = 100
	maxPlaceholder = 150
	maxURL         = 512
	maxAlt         = 1_024
)

// The smaller figures that card.Fit works with leave room for what the renderer adds: markup, row components, the
// container, and the prefix that makes a custom id unique.
const (
	blocks     = 20
	rows       = 5
	buttons    = 15
	codeWidth  = 48 // a phone shows little more without wrapping
	listItems  = 10 // as people read a chat; the rest is a link away
	markRoom   = 400
	idPrefix   = 4
	mentionLen = 24
	timeLen    = 18
)

// limits are what Discord can show, for card.Fit. Discord draws neither tables nor charts; they become text of equal
// width.
func limits() card.Limits {
	return card.Limits{
		Unit:     card.UTF16,
		Escapes:  escapes(),
		Marks:    map[card.SpanKind]int{card.Strong: 4, card.Mono: 2, card.Link: 4, card.Entity: 8, card.Person: mentionLen, card.Time: timeLen},
		URLs:     true,
		Messages: 10, // a long document comes whole
		Blocks:   blocks,
		Total:    maxText - markRoom,
		Summary:  1_000,
		Text:     2_000,
		Note:     1_000,
		Code:     1_800,
		Width:    codeWidth,
		URL:      maxURL,
		Progress: true,
		Fields:   card.FieldLimits{Items: 25, Label: 100, Value: 1_000},
		List:     card.ListLimits{Items: listItems, Item: 500, Total: 1_900},
		Image:    card.ImageLimits{PerMessage: 4, Alt: maxAlt, Title: 100},
		Actions: card.ActionLimits{
			PerMessage: buttons, PerRow: maxButtons, Rows: rows, MenuAlone: true, Label: maxLabel, Options: maxOptions,
			Option: maxOption, Hint: maxOption, Confirm: 500,
		},
	}
}

// escapes is what characters cost once they are escaped.
func escapes() map[rune]int {
	out := map[rune]int{}
	for _, c := range always + atStart {
		out[c] = 2
	}
	return out
}
