package commands

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The traits of questions about the radar as a whole; what follows is a date or the id of a ring.
const (
	traitMoved = "moved:"
	traitUsers = "users:"
)

// radarUsual is how far back "what is new" looks.
const radarUsual = 90 * 24 * time.Hour

var (
	radarMoved = regexp.MustCompile(`(?i)^(?:what(?:'s| is| has| have)?|which|anything|show(?: me)?|list)?\b.*\b(?:moved?|moves|changed?|changes|new|news|shifted|added)\b.*?(?:since|in|over|for|during)?\s*(?P<since>(?:the )?(?:last|past|this) \w+(?: \w+)?|since .+)?$`)
	radarSince = regexp.MustCompile(`(?i)\bsince\s+(?P<when>.+)$|\b(?:in|over|during|for)\s+(?P<span>(?:the\s+)?(?:last|past|this)\s+.+)$|\b(?P<bare>(?:this|last)\s+(?:week|month|quarter|year))\b`)
	radarUses  = regexp.MustCompile(`(?i)\b(?:who|which|what|how many|anyone|anybody|does anyone|any)\b.*\b(?:uses?|using|runs?|depends? on|built (?:on|with)|relies on|on)\b.*\b(?:something|anything|things?|stuff|tech|technolog\w+|tools?|languages?|frameworks?|librar\w+|what(?:'s| is| we put| we have)?|that(?:'s| is| are)?|which (?:is|are))\b.*?\b(?:on|in|marked|put|as|is|at)\b.*$`)

	radarAll = regexp.MustCompile(`^(?:(?:please|hey|hi|can|could|may|let|lets|let's|i|we|you|want to|would like to|need to|us|me|have a) )*(?:show|open|display|see|view|give|get|look at|look|print|share|pull up)(?: (?:me|us|at))*(?: (?:the|our|your|a|whole|full|entire|complete|current|latest))*(?: tech(?:nology)?)? radar(?: (?:please|here|now|picture|image|chart))*$|^(?:请|麻烦|帮我|给我|我想|想|看看?|打开|展示|显示|查看|看一?下|一下)*(?:我们的?|完整的?|整个)*技?术?雷达图?$`)

	radarMovedZh = regexp.MustCompile(`(?:变化|变动|更新|新增|调整|移动)`)
	radarSinceZh = regexp.MustCompile(`(?:自从?|从)?(?P<when>今年|去年|本月|上个?月|上个?季度|本季度|上周|本周|最近.{0,4}?(?:个月|周|天|年)|\d{4}年?\d{0,2}月?|[一二三四五六七八九十0-9]+月)(?:份)?(?:以来|起|开始|之后|以后)?`)
	radarUsesZh  = regexp.MustCompile(`(?:谁|哪些|哪个|有没有|多少).*(?:用|使用|依赖)`)
)

// aboutRadar reads a question about the radar as a whole: all of it, what moved, or who still uses what is in a ring.
func (c *Commands) aboutRadar(ctx context.Context, q Question) (r understand.Reading, ok bool) {
	text := strings.ToLower(strings.Trim(strings.Join(strings.Fields(q.Text), " "), "?!.？！。 "))
	if len(text) > maxGapQuestion || !strings.Contains(text, "radar") && !strings.Contains(text, "雷达") && !strings.Contains(text, "us") && !strings.Contains(text, "用") {
		return r, false
	}
	r = understand.Reading{Intent: understand.Radar, Lang: q.Lang, Confidence: 1, Why: []string{"asks about the radar as a whole"}}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	if radarAll.MatchString(text) {
		return r, true
	}
	named := strings.Contains(text, "radar") || strings.Contains(text, "雷达")
	if named && (radarMoved.MatchString(text) || radarMovedZh.MatchString(text)) && !radarUsesZh.MatchString(text) {
		now := q.Now
		if now.IsZero() {
			now = c.deps.Now()
		}
		since, ok := sinceOf(text, now)
		if r.Trait = traitMoved + since.Format(time.DateOnly); ok {
			return r, true
		}
	}
	if !radarUses.MatchString(text) && !radarUsesZh.MatchString(text) {
		return r, false
	}
	shape, err := c.cap.Radar.Shape(ctx)
	if err != nil || shape.Source == "" {
		return r, false
	}
	ring := ringIn(shape, text, named)
	r.Trait = traitUsers + ring
	return r, ring != ""
}

// ringIn is the id of the ring that a text names behind what says that it is one.
func ringIn(shape plugins.RadarShape, text string, named bool) string {
	also := map[string][]string{
		"hold": {"暂缓", "停用", "冻结", "淘汰"}, "adopt": {"采纳", "采用"}, "trial": {"试验", "试用"}, "assess": {"评估"},
	}
	for _, ring := range shape.Rings {
		for _, name := range append([]string{strings.ToLower(ring.Name), strings.ToLower(ring.ID)}, also[strings.ToLower(ring.ID)]...) {
			quoted := regexp.QuoteMeta(name)
			found, err := regexp.MatchString(`\b(?:on|in|is|are|at|as|marked|put)\b(?: \w+){0,4}? "?`+quoted+`\b|`+quoted+`\s*(?:状态|阶段|环|圈|上)*的|(?:放在|处于|在)\s*`+quoted, text)
			if err == nil && found && (named || strings.Contains(text, "thing") || strings.Contains(text, "tech") || strings.Contains(text, "技术") || strings.Contains(text, "what") ||
				strings.Contains(text, "tool") || strings.Contains(text, "framework") || strings.Contains(text, "librar") || strings.Contains(text, "language") || strings.Contains(text, "stuff")) {
				return ring.ID
			}
		}
	}
	return ""
}

// sinceOf is the date that a question looks back to; without one it is a usual time back. ok is false for one that
// names a date nobody can read.
func sinceOf(text string, now time.Time) (since time.Time, ok bool) {
	if m := radarSinceZh.FindStringSubmatch(text); m != nil {
		return pastDate(m[1], now)
	}
	m := radarSince.FindStringSubmatch(text)
	if m == nil {
		return now.Add(-radarUsual), true
	}
	return pastDate(strings.TrimSpace(m[1]+m[2]+m[3]), now)
}

// pastDate reads a date or a time in the past: "2026-06-01", "June", "June 2025", "last month", "3 months", "今年".
func pastDate(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.ToLower(s), "the "))
	for _, layout := range []string{time.DateOnly, "2006-01", "2006/01/02", "2 January 2006", "January 2, 2006", "January 2006", "Jan 2006", "2006", "2006年1月", "2006年01月", "2006年"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	for _, layout := range []string{"January", "Jan", "1月", "2 January", "January 2"} {
		if t, err := time.Parse(layout, s); err == nil {
			t = time.Date(now.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
			if t.After(now) {
				t = t.AddDate(-1, 0, 0)
			}
			return t, true
		}
	}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	quarter := month.AddDate(0, -(int(now.Month())-1)%3, 0)
	fixed := map[string]time.Time{
		"this year": time.Date(now.Year(), 1, 1, 0, 0, 0, 0, time.UTC), "last year": time.Date(now.Year()-1, 1, 1, 0, 0, 0, 0, time.UTC), "this month": month,
		"last month": month.AddDate(0, -1, 0), "this quarter": quarter, "last quarter": quarter.AddDate(0, -3, 0), "last week": now.AddDate(0, 0, -7), "this week": now.AddDate(0, 0, -7),
	}
	for zh, en := range map[string]string{"今年": "this year", "去年": "last year", "本月": "this month", "上月": "last month", "上个月": "last month", "本季度": "this quarter", "上季度": "last quarter", "上个季度": "last quarter", "上周": "last week", "本周": "this week"} {
		fixed[zh] = fixed[en]
	}
	if t, ok := fixed[strings.TrimPrefix(s, "past ")]; ok {
		return t, true
	}
	return spanBack(s, now)
}

var span = regexp.MustCompile(`^(?:last|past|最近)?\s*(?:(\d{1,3}|a|an|one|two|three|six|一|两|二|三|四|五|六|半)\s*)?个?(day|week|month|quarter|year|天|周|月|年)s?(?: ago)?$`)

// spanBack reads "3 months" and "最近三个月".
func spanBack(s string, now time.Time) (time.Time, bool) {
	m := span.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		n = max(1, slices.IndexFunc([]string{"", "a|an|one|一", "two|两|二", "three|三", "四", "五", "six|六"}, func(words string) bool {
			return m[1] != "" && slices.Contains(strings.Split(words, "|"), m[1])
		}))
	}
	switch m[2] {
	case "day", "天":
		return now.AddDate(0, 0, -n), true
	case "week", "周":
		return now.AddDate(0, 0, -7*n), true
	case "month", "月":
		return now.AddDate(0, -n, 0), true
	case "quarter":
		return now.AddDate(0, -3*n, 0), true
	}
	return now.AddDate(-n, 0, 0), true
}
