package commands

import "github.com/backchannel-portal/backchannel/bot/card"

// maxRows is how many rows of a list or table a chat shows; the rest is a number and a link.
const maxRows = 10

// cut shortens the lists and tables of a message for a chat. It reports whether rows are left out that no link of
// the message leads to.
func cut(m *card.Message) (hidden bool) {
	for i, b := range m.Blocks {
		switch b := b.(type) {
		case card.List:
			if over := len(b.Items) - maxRows; over > 0 {
				b.Items, b.More = b.Items[:maxRows:maxRows], b.More+over
				m.Blocks[i] = b
				hidden = hidden || b.MoreURL == ""
			}
		case card.Table:
			if over := len(b.Rows) - maxRows; over > 0 {
				b.Rows, b.More = b.Rows[:maxRows:maxRows], b.More+over
				m.Blocks[i] = b
				hidden = hidden || b.MoreURL == ""
			}
		}
	}
	return hidden
}
