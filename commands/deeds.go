package commands

import (
	"context"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/plugins"
)

// deedsText is what people say when they want something done. Such a message is matched as a whole.
//
//go:embed deeds.txt
var deedsText string

// builtinDeeds are the wordings of deeds.txt, read once. A test keeps the file readable.
var builtinDeeds = sync.OnceValues(func() ([]deedForm, error) { return parseDeeds(deedsText) })

type deedForm struct {
	kind  string
	words *regexp.Regexp
}

// deed is something that a message wants done.
type deed struct{ kind, name, why string }

func parseDeeds(text string) ([]deedForm, error) {
	lines, err := patternLines("deeds.txt", text)
	if err != nil {
		return nil, err
	}
	var out []deedForm
	for _, l := range lines {
		words, err := l.whole(`(?:(?:please|pls|can you|could you|请|麻烦|帮我|帮忙) ?)*(?:` + l.pattern + `)`)
		if err != nil {
			return nil, err
		}
		out = append(out, deedForm{l.head, words})
	}
	return out, nil
}

// deedHints are words of which one stands in every message that wants something done. They spare the others the
// expressions.
func deedHints() []string {
	return []string{"page", "wake", "alert", "call out", "audit", "lighthouse", "呼叫", "叫醒", "拉", "通知", "检测", "审计", "灯塔", "跑"}
}

// maxDeed bounds the messages that are looked at, in bytes.
const maxDeed = 600

// readDeed reads what a message wants done; ok is false for every other.
func readDeed(text string) (d deed, ok bool) {
	if len(text) > maxDeed {
		return d, false
	}
	lower := strings.ToLower(text)
	if !slices.ContainsFunc(deedHints(), func(h string) bool { return strings.Contains(lower, h) }) {
		return d, false
	}
	forms, err := builtinDeeds()
	if err != nil {
		return d, false
	}
	text = wording(text)
	for _, f := range forms {
		m := f.words.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		d.kind = f.kind
		for i, group := range f.words.SubexpNames() {
			switch group {
			case "name":
				d.name = strings.TrimSpace(m[i])
			case "why":
				d.why = strings.TrimSpace(m[i])
			}
		}
		return d, d.name != ""
	}
	return d, false
}

// doByWords carries out what a message wants done; nil when it wants something else.
func (c *Commands) doByWords(ctx context.Context, ev *bot.Event, q Question) bot.Reply {
	d, ok := readDeed(q.Text)
	if !ok {
		return nil
	}
	view := c.deps.View(q.Viewer)
	switch d.kind {
	case intentAudit:
		if _, audits := c.cap.Audits.(plugins.Auditor); !audits {
			return nil
		}
		return c.auditByWords(ctx, ev, view, q, d)
	case intentPage:
		return c.pageByWords(ctx, ev, view, q, d)
	}
	return nil
}
