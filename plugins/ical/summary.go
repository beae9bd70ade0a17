package ical

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/plugins"
)

var (
	mail = regexp.MustCompile(`[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+\.[^\s<>()\[\],;:".]+`)
	// duty are the words around a name in the summaries of on-call calendars.
	duty = regexp.MustCompile(`(?i)\b(?:is\s+)?on[\s-]?call\b|\b(?:primary|secondary|first line|second line|duty|rotation|shift|schedule|level \d+|l\d)\b|值班|主|备`)
	// sides part the name from what else stands there.
	sides = regexp.MustCompile(`\s+[-–—|/]\s+|[:：()（）\[\]【】]|\s+(?:for|@)\s+`)
)

// named is whom a summary names: an e-mail address anywhere in it, else the first of its parts that is left when the
// words of the trade are taken out ("On call: Mei Lin", "Mei Lin - Payments primary").
func named(summary string) plugins.RosterPerson {
	summary = strings.TrimSpace(summary)
	if len(summary) > 300 {
		return plugins.RosterPerson{}
	}
	if m := mail.FindString(summary); m != "" {
		return plugins.RosterPerson{Name: whole(strings.Replace(summary, m, "", 1)), Email: m}
	}
	return plugins.RosterPerson{Name: whole(summary)}
}

// whole is the first part of a summary that has a name in it.
func whole(summary string) string {
	for _, part := range sides.Split(summary, -1) {
		name := strings.Join(strings.Fields(duty.ReplaceAllString(part, " ")), " ")
		if name = strings.Trim(name, " ,;.<>\"'"); name != "" {
			return name
		}
	}
	return ""
}
