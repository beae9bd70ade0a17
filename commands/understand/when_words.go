package understand

import (
	"strings"
	"sync"
)

// timeWords are the fixed expressions for times, by their words.
var timeWords = sync.OnceValue(func() map[string]When {
	list := map[string]When{}
	add := func(w When, words ...string) {
		for _, s := range words {
			list[s] = w
		}
	}
	add(When{Days: -1, Part: Night}, "last night", "yesterday night", "昨晚", "昨天晚上", "昨夜", "昨天夜里", "昨天半夜", "昨晚上")
	add(When{Days: -1, Part: Evening}, "yesterday evening", "last evening", "昨天傍晚")
	add(When{Days: -1}, "yesterday", "yday", "the day before", "昨天", "昨日")
	add(When{Days: -2}, "the day before yesterday", "day before yesterday", "前天")
	add(When{Days: -2, Part: Night}, "the night before last", "night before last", "前晚", "前天晚上")
	add(When{Days: 1}, "tomorrow", "tmrw", "tmr", "tomorow", "tommorow", "tommorrow", "明天", "明日", "明儿")
	add(When{Days: 1, Part: Night}, "tomorrow night", "明晚", "明天晚上", "明天夜里", "明天半夜")
	add(When{Days: 2}, "the day after tomorrow", "day after tomorrow", "后天")
	add(When{Days: 2, Part: Night}, "后天晚上")
	add(When{Today: true, Part: Night}, "tonight", "this night", "今晚", "今夜", "今天晚上", "今天夜里", "今儿晚上")
	add(When{Today: true, Part: Evening}, "this evening", "今天傍晚")
	add(When{Today: true, Part: Morning}, "this morning", "今天早上", "今天上午", "今早")
	add(When{Today: true, Part: Afternoon}, "this afternoon", "今天下午")
	add(When{Today: true, Part: Early}, "今天凌晨", "今早凌晨")
	add(When{Week: true, Weeks: -1}, "last week", "the previous week", "previous week", "上周", "上星期", "上个星期", "上礼拜")
	add(When{Week: true, Weeks: 1}, "next week", "the week after", "the coming week", "下周", "下星期", "下个星期", "下礼拜", "下个礼拜")
	add(When{Week: true, Weeks: 2}, "the week after next", "week after next", "下下周", "下下星期")
	add(When{Weekend: true}, "this weekend", "the weekend", "over the weekend", "at the weekend", "weekend", "周末", "这周末", "本周末", "这个周末")
	add(When{Weekend: true, Weeks: -1}, "last weekend", "上周末", "上个周末")
	add(When{Weekend: true, Weeks: 1}, "next weekend", "下周末", "下个周末")
	add(When{Days: 1, Part: Morning}, "tomorrow morning", "first thing tomorrow", "明早", "明天早上", "明天上午")
	for i, names := range weekdays {
		day := i + 1
		for _, d := range names {
			add(When{Weekday: day}, d, "on "+d, "this "+d, "coming "+d)
			add(When{Weekday: day, Past: true}, "last "+d, "previous "+d, "past "+d)
			add(When{Weekday: day, InWeek: true, Weeks: 1}, "next "+d)
			add(When{Weekday: day, Part: Night}, d+" night")
		}
		for _, d := range strings.Fields(chineseWeekdays[i]) {
			for _, week := range []string{"周", "星期", "礼拜"} {
				add(When{Weekday: day}, week+d)
				add(When{Weekday: day, InWeek: true}, "这"+week+d, "本"+week+d)
				add(When{Weekday: day, InWeek: true, Weeks: -1}, "上"+week+d, "上个"+week+d)
				add(When{Weekday: day, InWeek: true, Weeks: 1}, "下"+week+d, "下个"+week+d)
			}
		}
	}
	add(When{Part: Morning}, "in the morning", "morning", "早上", "上午", "早晨")
	add(When{Part: Afternoon}, "in the afternoon", "afternoon", "下午")
	add(When{Part: Evening}, "in the evening", "evening", "傍晚")
	add(When{Part: Night}, "at night", "晚上", "夜里", "夜间")
	add(When{Part: Early}, "凌晨")
	add(When{Clock: 12*60 + 1}, "noon", "at noon", "midday", "中午", "正午")
	add(When{Clock: 24*60 + 1}, "midnight", "at midnight", "午夜", "零点")
	return list
})

// weekdays are the names of the days, Monday first.
var weekdays = [7][]string{
	{"monday", "mon"}, {"tuesday", "tue", "tues"}, {"wednesday", "wed"}, {"thursday", "thu", "thur", "thurs"}, {"friday", "fri"},
	{"saturday"}, {"sunday"},
}

var chineseWeekdays = [7]string{"一 1", "二 2", "三 3", "四 4", "五 5", "六 6", "日 天 7"}

// months are the names of the months by their first letters.
var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
	"january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "sept": 9, "october": 10, "november": 11, "december": 12}

// norm is the normal form of token i, "" past the end.
func (p *timeParser) norm(i int) string {
	if i < 0 || i >= len(p.toks) {
		return ""
	}
	return p.toks[i].norm
}

// clock reads a time of day: "at 3", "3pm", "15:00", 三点半.
func (p *timeParser) clock(i int) int {
	from := i
	at := p.norm(i) == "at" || p.norm(i) == "around" || p.norm(i) == "by"
	if at {
		i++
	}
	hour, n := p.number(i)
	half := 0
	if n == 0 {
		h, suffix := glued(p.norm(i))
		if suffix == "" {
			return 0
		}
		p.set(h, 0, suffix)
		return i + 1 - from
	}
	i += n
	switch next := p.norm(i); {
	case next == "am" || next == "pm":
		p.set(hour, 0, next)
		return i + 1 - from
	case next == "点" || next == "时":
		i++
		if p.norm(i) == "半" {
			half, i = 30, i+1
		} else if p.norm(i) == "钟" {
			i++
		}
	case i < len(p.toks) && p.toks[i].glue == ':' && len(next) == 2:
		half = 10*int(next[0]-'0') + int(next[1]-'0')
		i++
		if s := p.norm(i); s == "am" || s == "pm" {
			p.set(hour, half, s)
			return i + 1 - from
		}
	case !at || hour == 0:
		return 0
	case next == "o" && p.norm(i+1) == "clock":
		i += 2
	}
	p.set(hour, half, "")
	return i - from
}

// glued splits "3pm" and "11am"; suffix is "" for anything else.
func glued(s string) (hour int, suffix string) {
	for _, end := range []string{"am", "pm"} {
		if h, ok := strings.CutSuffix(s, end); ok && (len(h) == 1 || len(h) == 2) && isNumber(h) {
			for _, c := range h {
				hour = 10*hour + int(c-'0')
			}
			return hour, end
		}
	}
	return 0, ""
}

// set notes a time of day. An hour that may be of the morning or the afternoon is settled by Span.
func (p *timeParser) set(hour, minute int, half string) {
	if hour > 24 || minute > 59 {
		return
	}
	switch {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	w := When{Clock: hour*60 + minute + 1}
	if half == "am" && hour > 0 {
		w.Part = Early
		if hour >= 6 {
			w.Part = Morning
		}
	}
	p.merge(w)
}

// date reads a day of the year: "nov 28", "28th of november", 11月28号, 2026-11-28.
func (p *timeParser) date(i int) int {
	from := i
	if p.norm(i) == "on" || p.norm(i) == "the" {
		i++
	}
	if m, ok := months[p.norm(i)]; ok {
		if d, n := p.day(i + 1); n > 0 {
			p.merge(When{Month: m, Date: d})
			return i + 1 + n - from
		}
		return 0
	}
	if len(p.norm(i)) == 4 && isNumber(p.norm(i)) && i+2 < len(p.toks) && p.toks[i+1].glue == '-' && p.toks[i+2].glue == '-' {
		m, _ := p.number(i + 1)
		d, _ := p.number(i + 2)
		if m > 0 && m <= 12 && d > 0 {
			p.merge(When{Month: m, Date: d})
			return i + 3 - from
		}
		return 0
	}
	v, n := p.number(i)
	if n > 0 && p.norm(i+n) == "月" && v <= 12 {
		d, k := p.number(i + n + 1)
		if k == 0 || d == 0 {
			return 0
		}
		end := i + n + 1 + k
		if s := p.norm(end); s == "号" || s == "日" {
			end++
		}
		p.merge(When{Month: v, Date: d})
		return end - from
	}
	if d, k := p.day(i); k > 0 {
		k += i
		if p.norm(k) == "of" {
			k++
		}
		if m, ok := months[p.norm(k)]; ok {
			p.merge(When{Month: m, Date: d})
			return k + 1 - from
		}
	}
	return 0
}

// day reads the day of a month: "28", "28th".
func (p *timeParser) day(i int) (value, n int) {
	s := p.norm(i)
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if d, ok := strings.CutSuffix(s, end); ok {
			s = d
			break
		}
	}
	if len(s) == 0 || len(s) > 2 || !isNumber(s) {
		return 0, 0
	}
	for _, c := range s {
		value = 10*value + int(c-'0')
	}
	if value == 0 || value > 31 {
		return 0, 0
	}
	return value, 1
}

// spans are units of time in minutes.
var spans = map[string]int{"hour": 60, "hours": 60, "hrs": 60, "hr": 60, "minutes": 1, "mins": 1, "day": 24 * 60, "days": 24 * 60, "week": 7 * 24 * 60, "weeks": 7 * 24 * 60}

// span reads a distance from now: "in 3 hours", "two days ago", 三小时前.
func (p *timeParser) span(i int) int {
	from, ahead := i, p.norm(i) == "in"
	if ahead {
		i++
	}
	v, n := p.number(i)
	if n == 0 {
		v = counted[p.norm(i)]
		n = min(v, 1)
	}
	if n == 0 {
		return 0
	}
	i += n
	if unit := spans[p.norm(i)]; unit > 0 && (ahead || p.norm(i+1) == "ago") {
		if !ahead {
			v, i = -v, i+1
		}
		p.merge(When{Minutes: v * unit})
		return i + 1 - from
	}
	if p.norm(i) == "个" {
		i++
	}
	unit := 0
	switch p.norm(i) + p.norm(i+1) {
	case "小时", "钟头":
		unit, i = 60, i+2
	case "分钟":
		unit, i = 1, i+2
	default:
		if p.norm(i) == "天" {
			unit, i = 24*60, i+1
		}
	}
	switch s := p.norm(i); {
	case unit == 0:
		return 0
	case s == "前":
		v = -v
	case s == "后":
	default:
		return 0
	}
	if p.norm(i-1) == "以" || p.norm(i-1) == "之" {
		return 0
	}
	p.merge(When{Minutes: v * unit})
	return i + 1 - from
}

// counted are the numbers that people write as words.
var counted = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "few": 3, "couple": 2}
