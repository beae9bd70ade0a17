package slack

import (
	"regexp"
	"strings"
)

// plainText turns Slack's text encoding into what a person would say they typed: links become their address (an
// automatic link the words it was made of), channels their name, special mentions "@here", entities characters. User
// mentions stay as <@U123>; those of the bot itself are removed. See docs.slack.dev/messaging/formatting-message-text.
func plainText(s, bot string) string {
	if strings.IndexByte(s, '<') < 0 {
		return strings.TrimSpace(unentity(s))
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			break
		}
		b.WriteString(unentity(s[:open]))
		token := s[open+1 : open+end]
		s = s[open+end+1:]
		word := tokenText(token, bot)
		if word == "" && strings.HasSuffix(b.String(), " ") {
			s = strings.TrimLeft(s, " ")
		}
		b.WriteString(word)
	}
	b.WriteString(unentity(s))
	return strings.TrimSpace(b.String())
}

// labelledLink is a link with words of its own.
var labelledLink = regexp.MustCompile(`<(https?://[^|>]*)\|([^>]*)>`)

// quotedText is the plain text of a message that is not to the bot: what its links are called counts as much as where
// they lead.
func quotedText(s string) string { return plainText(labelledLink.ReplaceAllString(s, "$2 <$1>"), "") }

// tokenText is the text of what stands between < and >.
func tokenText(token, bot string) string {
	ref, label, labelled := strings.Cut(token, "|")
	label = unentity(label)
	switch {
	case strings.HasPrefix(ref, "@"):
		if bot != "" && ref[1:] == bot {
			return ""
		}
		return "<" + ref + ">"
	case strings.HasPrefix(ref, "#"):
		if labelled && label != "" {
			return "#" + label
		}
		return "<" + ref + ">"
	case strings.HasPrefix(ref, "!"):
		return specialText(ref, label)
	}
	url := unentity(ref)
	if labelled && label != "" && isAutoLink(url, label) {
		return label
	}
	return url
}

// specialText is the text of <!here>, <!subteam^S1|@group>, <!date^...|fallback> and their like.
func specialText(ref, label string) string {
	if label != "" {
		return label
	}
	switch name := ref[1:]; name {
	case "here", "channel", "everyone":
		return "@" + name
	default:
		return "<" + ref + ">"
	}
}

// isAutoLink reports whether Slack made the link itself, from the words the person typed.
func isAutoLink(url, label string) bool {
	for _, prefix := range [...]string{"", "http://", "https://", "mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(url, prefix); ok && strings.TrimSuffix(rest, "/") == strings.TrimSuffix(label, "/") {
			return true
		}
	}
	return false
}

// unentity decodes the three entities that Slack uses.
func unentity(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "&lt;", "<")
	s = strings.ReplaceAll(s, "&gt;", ">")
	return strings.ReplaceAll(s, "&amp;", "&")
}
