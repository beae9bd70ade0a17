package commands

import (
	"context"
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentChanges is what changed around something lately: merges, deployments, failed builds, and changes of the catalog
// and of who is on call, of it and of what it depends on. Its topic is how many hours back.
const intentChanges understand.Intent = "changes"

// changesText is what people say when they want to know. Such a message is matched as a whole.
//
//go:embed changes.txt
var changesText string

// builtinChanges are the wordings of changes.txt, read once. A test keeps the file readable.
var builtinChanges = sync.OnceValues(func() ([]*regexp.Regexp, error) { return parseChanges(changesText) })

// spanWords is how far back somebody wants to see.
const spanWords = `(?:,? (?:in |over |within |during )?(?:the )?(?:last|past) (?P<en>(?:\d{1,3} ?)?(?:hours?|hrs?|h|days?|d|night|week))|,? (?P<day>today|(?:since )?yesterday|tonight|overnight|this morning|this week)| ?(?:最近|近|过去|这)? ?(?P<zh>\d{1,3} ?个?(?:小时|天)|几个?小时|几天|今天|昨天|今晚|昨晚|这周)(?:以来|内|里)?)?`

func parseChanges(text string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	line := 0
	fill := strings.NewReplacer("{name}", "(?P<name>.+?)", "{span}", spanWords)
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		words, err := regexp.Compile(`(?i)^(?:(?:please|pls|hey|hi|ok|so|can you|could you|tell me|请|麻烦|帮我|帮忙|看看|查一?下)[ ,，]?)*(?:` + fill.Replace(l) + `)$`)
		if err != nil {
			return nil, fault.At(fault.Position{File: "changes.txt", Line: line}, "%v", err)
		}
		out = append(out, words)
	}
	return out, nil
}

// changeHints are words of which one stands in every such message. They spare the others the expressions.
func changeHints() []string {
	return []string{
		"chang", "happen", "new", "different", "deploy", "ship", "merge", "release", "break", "broke", "fail", "roll", "went", "activity", "going on", "touched", "update",
		"变", "改", "动", "上了", "发了", "上线", "发布", "部署", "合并", "合入", "更新", "出了", "怎么了", "什么事", "什么情况",
	}
}

// The bounds of how far back is looked, in hours.
const (
	changesHours = 24
	changesMost  = 7 * 24
	maxChanges   = 160 // bytes of a message
)

// aboutChanges reads a message that asks what changed around something; ok is false for every other.
func (c *Commands) aboutChanges(ctx context.Context, view search.View, q Question) (r understand.Reading, ok bool) {
	return c.changesBy(ctx, view, q, false)
}

// aboutLastTime turns what a question was understood to mean into what changed lately, where it asks when something was
// deployed last and no plugin answers that.
func (c *Commands) aboutLastTime(ctx context.Context, view search.View, q Question, r understand.Reading) understand.Reading {
	if _, own := understand.OwnName(r.Intent); own {
		return r
	}
	if changes, ok := c.changesBy(ctx, view, q, true); ok {
		return changes
	}
	return r
}

// changesBy reads a message by the wordings of changes.txt: those that want the last time, however long ago, or the others.
func (c *Commands) changesBy(ctx context.Context, view search.View, q Question, ever bool) (r understand.Reading, ok bool) {
	if len(q.Text) > maxChanges || !hinted(q.Text, changeHints()) {
		return r, false
	}
	forms, err := builtinChanges()
	if err != nil {
		return r, false
	}
	text := wording(q.Text)
	for _, f := range forms {
		if ever != (f.SubexpIndex("ever") >= 0) {
			continue
		}
		m := f.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		name, hours := "", changesHours
		for i, group := range f.SubexpNames() {
			switch {
			case group == "name":
				name = m[i]
			case group == "ever":
				hours = changesMost
			case group != "" && m[i] != "":
				hours = hoursOf(m[i])
			}
		}
		if r, ok = c.changesOf(ctx, view, q, name, hours); ok {
			return r, true
		}
	}
	return r, false
}

func hinted(text string, hints []string) bool {
	text = strings.ToLower(text)
	for _, h := range hints {
		if strings.Contains(text, h) {
			return true
		}
	}
	return false
}

// hoursOf reads how far back in words.
func hoursOf(s string) int {
	s = strings.ToLower(s)
	n, err := strconv.Atoi(strings.TrimRight(s, " abcdefghijklmnopqrstuvwxyz个小时天"))
	switch {
	case strings.Contains(s, "week") || strings.Contains(s, "周"):
		return changesMost
	case err != nil && (strings.Contains(s, "yesterday") || strings.Contains(s, "昨") || strings.Contains(s, "几天")):
		return 48
	case err != nil && s == "hour":
		return 1
	case err != nil && strings.Contains(s, "几"):
		return 6
	case err != nil:
		return changesHours
	case strings.Contains(s, "d") || strings.Contains(s, "天"):
		n *= 24
	}
	return min(max(n, 1), changesMost)
}

// changesOf is the reading of a question about something by its name. A name that nothing has may be no question of
// this kind: "what changed in Java 21".
func (c *Commands) changesOf(ctx context.Context, view search.View, q Question, name string, hours int) (r understand.Reading, ok bool) {
	r = understand.Reading{Intent: intentChanges, Lang: q.Lang, Confidence: 1, Topic: strconv.Itoa(hours), Why: []string{"asks what changed"}}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	if name == "" || here(name) {
		around := c.around(ctx, view, q)
		if len(q.Thread)+len(q.memory) > 0 && len(around.Entities) == 0 {
			around = c.inChannel(ctx, view, q)
		}
		r.Entities, r.Candidates, r.Via = around.Entities, around.Candidates, around.Via
		return r, true
	}
	r.Entities, r.Candidates = settle(view, intentChanges, bare(name))
	return r, len(r.Entities)+len(r.Candidates) > 0
}

// changesByWords answers privately what a message asks of changes, with a way to share it; nil when it asks for
// something else.
func (c *Commands) changesByWords(ctx context.Context, q Question) bot.Reply {
	r, ok := c.aboutChanges(ctx, c.deps.View(q.Viewer), q)
	if !ok {
		return nil
	}
	q.Private = true
	return c.reply(ctx, q, r)
}

// changed is the command: what changed around each entity that was named, else around what the channel is about.
func (t *talk) changed() {
	if len(t.r.Entities) == 0 && t.q.at.Channel != "" {
		around := t.c.around(t.ctx, t.view, t.q)
		t.r.Entities, t.r.Via = around.Entities, around.Via
	}
	if len(t.r.Entities) == 0 {
		t.outcome = bot.NotFound
		t.line(lang.ChangesWhich, lang.Args{"example": card.M("/backchannel changes payments")})
		return
	}
	t.each((*talk).changedAround)
}

// hours is how far back the question wants to see.
func (t *talk) hours() int {
	n, err := strconv.Atoi(t.r.Topic)
	if err != nil || n < 1 {
		return changesHours
	}
	return min(n, changesMost)
}

// back is how far back in words: "24 hours", "3 days".
func (t *talk) back(hours int) string {
	if hours > 24 && hours%24 == 0 {
		return t.text(lang.ChangesDays, lang.Args{"n": hours / 24})
	}
	return t.text(lang.ChangesHours, lang.Args{"n": hours})
}

// changedAround says what changed around an entity. What is not known is asked for behind the first reply.
func (t *talk) changedAround(e *catalog.Entity) {
	t.yes()
	hours := t.hours()
	g, age := t.c.gathered.get(e.Ref, hours, t.c.deps.Now())
	if age >= freshChanges {
		t.pending = append(t.pending, pending{look: func(ctx context.Context) { t.c.gather(ctx, e, hours) }})
	}
	if age >= oldChanges {
		t.line(lang.ChangesLooking, lang.Args{"what": t.named(e), "span": t.back(hours)})
		return
	}
	t.showChanges(e, g, hours)
}

// showChanges shows what was gathered, as far as it may be seen.
func (t *talk) showChanges(e *catalog.Entity, g gathering, hours int) {
	args := lang.Args{"what": t.named(e), "span": t.back(hours)}
	var list card.List
	for _, o := range g.all {
		of, ok := t.view.Entity(o.entity)
		text := t.occurrence(o)
		if !ok || text == nil {
			continue
		}
		when := t.moment(o.At, nil)
		if o.entity == e.Ref {
			list.Items = append(list.Items, t.say(lang.ChangesLine, lang.Args{"when": when, "text": text}))
			continue
		}
		list.Items = append(list.Items, t.say(lang.ChangesLineOf, lang.Args{"when": when, "what": t.named(of), "text": text}))
	}
	args["n"] = len(list.Items)
	if len(list.Items) == 0 {
		t.line(lang.ChangesNone, args)
	} else {
		t.line(lang.ChangesHead, args)
		t.add(list)
	}
	if len(g.away) > 0 {
		t.line(lang.ChangesAway, lang.Args{"plugins": strings.Join(g.away, ", ")})
	}
	if g.forgot {
		t.line(lang.ChangesAway, lang.Args{"plugins": t.text(lang.ChangesCatalog, nil)})
	}
	if g.alone {
		t.line(lang.ChangesAlone, nil)
	}
	deps := 0
	for _, ref := range g.of {
		if _, ok := t.view.Entity(ref); ok && ref != e.Ref {
			deps++
		}
	}
	t.remark(card.T(t.text(lang.ChangesScope, lang.Args{"n": deps})))
	t.remark(card.T(t.text(lang.CmdRead, lang.Args{"age": lang.Age(t.l, t.now.Sub(g.at))})))
}

// freshChanges is how long what was gathered is as good as new, oldChanges how long it is worth showing, and maxGathered
// how much of it is remembered.
const (
	freshChanges = time.Minute
	oldChanges   = 30 * time.Minute
	maxGathered  = 500
)
