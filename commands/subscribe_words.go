package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// subscribeText is what people say when they want to be told of changes. Such a message is matched as a whole, before
// any other meaning is looked for: its words also stand in questions.
//
//go:embed subscribe.txt
var subscribeText string

// builtinWishes are the wordings of subscribe.txt, read once. A test keeps the file readable.
var builtinWishes = sync.OnceValues(func() (*wishes, error) { return parseWishes(subscribeText) })

// wishes are wordings of what is wanted of subscriptions.
type wishes struct {
	hints          []string // one of them is somewhere in every such message ...
	openers        []string // ... or one of these is its first word, but for courtesies
	never          []string // none has one of these as its first word
	forms          []wishForm
	topics, events []gapWord
}

type wishForm struct {
	wish  understand.Intent
	words *regexp.Regexp
}

// anyTopic stands for all topics.
const anyTopic = "*"

func parseWishes(text string) (*wishes, error) {
	w := &wishes{}
	var topics, events []string
	type raw struct {
		head, pattern string
		line          int
	}
	var forms []raw
	line := 0
	for l := range strings.Lines(text) {
		line++
		head, pattern, ok := strings.Cut(strings.TrimSpace(l), " = ")
		what, value, _ := strings.Cut(head, " ")
		at := fault.Position{File: "subscribe.txt", Line: line}
		if head == "" || strings.HasPrefix(head, "#") {
			continue
		}
		if !ok {
			return nil, fault.At(at, "expected a head, an equals sign and a pattern")
		}
		switch what {
		case "topic", "event":
			whole, err := regexp.Compile(`(?i)^(?:` + pattern + `)$`)
			if err != nil {
				return nil, fault.At(at, "%v", err)
			}
			if what == "topic" {
				w.topics, topics = append(w.topics, gapWord{value, whole}), append(topics, pattern)
			} else {
				w.events, events = append(w.events, gapWord{value, whole}), append(events, pattern)
			}
		case "hint":
			w.hints = append(w.hints, strings.Fields(pattern)...)
		case "never":
			w.never = append(w.never, strings.Fields(pattern)...)
		case "opener":
			w.openers = append(w.openers, strings.Fields(pattern)...)
		case "on", "off", "list":
			forms = append(forms, raw{what, pattern, line})
		default:
			return nil, fault.At(at, "%q is no head", head)
		}
	}
	fill := strings.NewReplacer("{name}", "(?P<name>.+?)", "{topic}", "(?P<topic>"+strings.Join(topics, "|")+")", "{event}", "(?P<event>"+strings.Join(events, "|")+")")
	for _, f := range forms {
		whole, err := regexp.Compile(`(?i)^(?:` + fill.Replace(f.pattern) + `)$`)
		if err != nil {
			return nil, fault.At(fault.Position{File: "subscribe.txt", Line: f.line}, "%v", err)
		}
		wish := map[string]understand.Intent{"on": intentSubscribe, "off": intentUnsubscribe, "list": intentSubscriptions}[f.head]
		w.forms = append(w.forms, wishForm{wish, whole})
	}
	return w, nil
}

// maxWish bounds the messages that are looked at, in bytes.
const maxWish = 200

// wish is what a message wants of subscriptions, in its own words.
type wish struct {
	intent understand.Intent
	name   string
	topics []string // none: all
}

// likely reports whether a message, in lower case, can be a wish at all. It spares the others the expressions.
func (w *wishes) likely(text string) bool {
	for rest := strings.TrimSpace(text); rest != ""; {
		var first string
		first, rest, _ = strings.Cut(rest, " ")
		switch first {
		case "", "please", "pls", "can", "could", "you":
			continue
		}
		if slices.Contains(w.never, first) {
			return false
		}
		if slices.Contains(w.openers, strings.TrimRight(first, ",:")) {
			return true
		}
		break
	}
	return slices.ContainsFunc(w.hints, func(h string) bool { return says(text, h) })
}

// says reports whether a hint stands in a message, other than in a name: "subscri" in "subscribed", not in
// "subscription-api".
func says(text, hint string) bool {
	if hint[0] >= utf8.RuneSelf { // written without spaces
		return strings.Contains(text, hint)
	}
	for at := 0; ; {
		i := strings.Index(text[at:], hint)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(hint)
		for from > 0 && !isSpace(text[from-1]) {
			from--
		}
		for to < len(text) && !isSpace(text[to]) {
			to++
		}
		if !strings.ContainsAny(strings.TrimRight(text[from:to], ".,:!?"), "-_./:0123456789") {
			return true
		}
		at = to
	}
}

// asksInChinese are characters that only questions have: "订阅暂停有接口吗" is about what is called subscription.
const asksInChinese = "吗么谁哪"

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// read reads a message; ok is false for every other one.
func (w *wishes) read(text string) (out wish, ok bool) {
	if len(text) > maxWish {
		return out, false
	}
	if !w.likely(strings.ToLower(text)) {
		return out, false
	}
	text = wording(text)
	for _, f := range w.forms {
		m := f.words.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		get := func(group string) string {
			if i := f.words.SubexpIndex(group); i >= 0 {
				return m[i]
			}
			return ""
		}
		if f.wish != intentSubscriptions && strings.ContainsAny(get("name"), asksInChinese) {
			return wish{}, false
		}
		out = wish{intent: f.wish, name: get("name")}
		if t := valueOf(w.topics, get("topic")); t != "" {
			out.topics = []string{t}
		} else if t := valueOf(w.events, get("event")); t != "" && t != anyTopic {
			out.topics = []string{t}
		}
		return out, true
	}
	return out, false
}

// cutTopics takes the topics off the end of what stands behind a sub-command: "payments ownership and problems".
func (c *Commands) cutTopics(args string) (name string, topics []string) {
	w, err := builtinWishes()
	if err != nil {
		return args, nil
	}
	words := strings.Fields(args)
	for len(words) > 0 {
		last := strings.Trim(words[len(words)-1], ",;，、")
		topic := ""
		switch {
		case c.topic(strings.ToLower(last)) != nil:
			topic = strings.ToLower(last)
		case valueOf(w.topics, last) != "" && c.topic(valueOf(w.topics, last)) != nil:
			topic = valueOf(w.topics, last)
		case len(topics) > 0 && (last == "and" || last == "&" || last == "和" || last == "to" || last == ""):
			words = words[:len(words)-1]
			continue
		}
		if topic == "" {
			break
		}
		if !slices.Contains(topics, topic) {
			topics = append([]string{topic}, topics...)
		}
		words = words[:len(words)-1]
	}
	return strings.Join(words, " "), topics
}
