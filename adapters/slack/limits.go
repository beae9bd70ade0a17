package slack

import "github.com/backchannel-portal/backchannel/bot/card"

// What Block Kit allows, in code points. Where sources disagree the lower figure is used.
const (
	maxBlocks      = 50
	maxTotal       = 12_000 // of all blocks; Slack refuses a little above 13,000 without documenting it
	maxSummary     = 3_000
	maxText        = 3_000 // any text object
	maxFields      = 10    // of one section
	maxField       = 2_000
	maxActions     = 25 // elements of one actions block
	maxLabel       = 75 // buttons, options and their descriptions
	maxPlaceholder = 150
	maxToken       = 2_000 // a button's value
	maxOptionToken = 150   // an option's value
	maxOptions     = 100
	maxOverflow    = 5 // entries of one menu behind three dots
	maxURL         = 3_000
	maxAlt         = 2_000
	maxRows        = 100 // of a table, the header included
	maxColumns     = 20
	maxCells       = 10_000 // characters in all cells of a table
	maxCharts      = 2      // of one message, not documented
	maxChartTitle  = 50
	maxChartLabel  = 20
	maxSlices      = 6
	maxBars        = 20
)

// limits are what Slack can show, for card.Fit. Lists are cut at ten, as people read a chat: the rest is a link away.
func limits() card.Limits {
	return card.Limits{
		Unit:     card.CodePoints,
		Messages: 4, // what a response_url takes, less one for the answer that a press replaces
		Blocks:   maxBlocks - 2,
		Total:    maxTotal - 500,
		Summary:  maxSummary,
		Text:     maxText,
		Note:     maxText,
		Code:     maxText,
		Width:    70,
		URL:      maxURL,
		Progress: true,
		Fields:   card.FieldLimits{Items: maxFields, Label: 200, Value: 1_500},
		List:     card.ListLimits{Items: 10, Item: 500, Total: maxText},
		Table:    card.TableLimits{PerMessage: 1, Rows: 25, Columns: maxColumns, Cell: 300, Caption: 150, Total: maxCells - 500},
		Chart:    card.ChartLimits{PerMessage: maxCharts, Bars: maxBars, Slices: maxSlices, Title: maxChartTitle, Label: maxChartLabel},
		Image:    card.ImageLimits{PerMessage: 10, Alt: maxAlt, Title: 150},
		Actions: card.ActionLimits{
			PerMessage: maxActions, PerRow: maxActions, Rows: 5, Label: maxLabel, Options: maxOptions,
			Option: maxLabel, Hint: maxLabel, Confirm: 300, Search: true,
		},
	}
}
