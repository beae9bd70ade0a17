package commands

import (
	"context"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
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
	var out []deedForm
	line := 0
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		kind, pattern, ok := strings.Cut(l, " = ")
		words, err := regexp.Compile(`(?i)^(?:(?:please|pls|can you|could you|请|麻烦|帮我|帮忙) ?)*(?:` + pattern + `)$`)
		if !ok || err != nil {
			return nil, fault.At(fault.Position{File: "deeds.txt", Line: line}, "expected a kind, an equals sign and an expression")
		}
		out = append(out, deedForm{kind, words})
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
	text = strings.Trim(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "), "!.?！。？ ")
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
