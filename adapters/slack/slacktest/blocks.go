package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Check returns what Slack would refuse in an array of blocks of a message, and what it would accept but must not
// come from us: mentions of groups and links that no text asked for. Lengths are in code points. It is written from
// Slack's reference, not from the renderer. An empty array, or none, is fine.
func Check(blocks json.RawMessage) []string {
	if len(blocks) == 0 {
		return nil
	}
	var list []map[string]any
	if err := json.Unmarshal(blocks, &list); err != nil {
		return []string{"blocks are no array of objects: " + err.Error()}
	}
	c := &checker{ids: map[string]bool{}}
	c.most("blocks", len(list), 50)
	for i, b := range list {
		c.block(fmt.Sprintf("blocks[%d]", i), b)
	}
	c.most("characters of all blocks", c.total, 12_000)
	c.most("tables", c.tables, 1)
	c.most("charts", c.charts, 2)
	return c.bad
}

type checker struct {
	bad            []string
	ids            map[string]bool
	total          int
	tables, charts int
}

func (c *checker) fail(at, format string, args ...any) {
	c.bad = append(c.bad, at+": "+fmt.Sprintf(format, args...))
}

func (c *checker) most(at string, n, limit int) {
	if n > limit {
		c.fail(at, "%d, at most %d are allowed", n, limit)
	}
}

func (c *checker) block(at string, b map[string]any) {
	kind, _ := b["type"].(string)
	at += "." + kind
	switch kind {
	case "divider":
		c.keys(at, b)
	case "section":
		c.keys(at, b, "text", "fields")
		c.section(at, b)
	case "context":
		c.keys(at, b, "elements")
		for i, e := range c.list(at, b["elements"], 1, 10) {
			c.text(fmt.Sprintf("%s.elements[%d]", at, i), e, 3000, "plain_text", "mrkdwn")
		}
	case "actions":
		c.keys(at, b, "elements")
		for i, e := range c.list(at, b["elements"], 1, 25) {
			c.element(fmt.Sprintf("%s.elements[%d]", at, i), e)
		}
	case "image":
		c.keys(at, b, "image_url", "alt_text", "title")
		c.url(at+".image_url", b["image_url"])
		c.str(at+".alt_text", b["alt_text"], 1, 2000)
		if t, ok := b["title"]; ok {
			c.text(at+".title", t, 2000, "plain_text")
		}
	case "rich_text":
		c.keys(at, b, "elements")
		c.rich(at, b["elements"])
	case "table":
		c.tables++
		c.keys(at, b, "rows", "column_settings")
		c.table(at, b)
	case "data_visualization":
		c.charts++
		c.keys(at, b, "title", "chart")
		c.chart(at, b)
	default:
		c.fail(at, "no such block in a message")
	}
}

// keys refuses members that the object does not have.
func (c *checker) keys(at string, o map[string]any, allowed ...string) {
	for k := range o {
		if k == "type" || k == "block_id" {
			continue
		}
		found := false
		for _, a := range allowed {
			found = found || a == k
		}
		if !found {
			c.fail(at, "has no member %q", k)
		}
	}
}

// list is an array of objects of a bounded length.
func (c *checker) list(at string, v any, least, most int) []map[string]any {
	raw, ok := v.([]any)
	if !ok || len(raw) < least || len(raw) > most {
		c.fail(at, "must be a list of %d to %d, has %d", least, most, len(raw))
		return nil
	}
	out := make([]map[string]any, 0, len(raw))
	for i, e := range raw {
		o, ok := e.(map[string]any)
		if !ok {
			c.fail(at, "entry %d is no object", i)
			continue
		}
		out = append(out, o)
	}
	return out
}

// str is a text of a bounded length, counted against the message's total.
func (c *checker) str(at string, v any, least, most int) string {
	s, ok := v.(string)
	n := utf8.RuneCountInString(s)
	if !ok || n < least || n > most {
		c.fail(at, "must be a text of %d to %d characters, has %d", least, most, n)
	}
	c.total += n
	return s
}

func (c *checker) url(at string, v any) {
	s, _ := v.(string)
	if len(s) > 3000 || !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "mailto:") {
		c.fail(at, "must be an address, is %q", s)
	}
}

// text is a text object.
func (c *checker) text(at string, v any, most int, kinds ...string) {
	o, ok := v.(map[string]any)
	if !ok {
		c.fail(at, "must be a text object")
		return
	}
	kind, _ := o["type"].(string)
	known := false
	for _, k := range kinds {
		known = known || k == kind
	}
	if !known {
		c.fail(at, "is %q, must be %v", kind, kinds)
	}
	text := c.str(at+".text", o["text"], 1, most)
	if kind == "mrkdwn" {
		c.keys(at, o, "text", "verbatim")
		if o["verbatim"] != true {
			c.fail(at, "names and addresses in it would become links")
		}
		c.mrkdwn(at, text)
		return
	}
	c.keys(at, o, "text", "emoji")
}

// mrkdwn refuses what would mention a group, and a < that starts neither a link nor the mention of a user.
func (c *checker) mrkdwn(at, text string) {
	for i := strings.IndexByte(text, '<'); i >= 0; i = strings.IndexByte(text, '<') {
		text = text[i+1:]
		end := strings.IndexByte(text, '>')
		if end < 0 {
			c.fail(at, "has a < that nothing closes")
			return
		}
		token := text[:end]
		if !strings.HasPrefix(token, "@U") && !strings.HasPrefix(token, "@W") && !strings.HasPrefix(token, "http://") &&
			!strings.HasPrefix(token, "https://") && !strings.HasPrefix(token, "mailto:") {
			c.fail(at, "has the markup <%s>", token)
		}
		text = text[end+1:]
	}
}

func (c *checker) section(at string, b map[string]any) {
	if t, ok := b["text"]; ok {
		c.text(at+".text", t, 3000, "plain_text", "mrkdwn")
	} else if _, ok := b["fields"]; !ok {
		c.fail(at, "needs text or fields")
	}
	if f, ok := b["fields"]; ok {
		for i, e := range c.list(at+".fields", f, 1, 10) {
			c.text(fmt.Sprintf("%s.fields[%d]", at, i), e, 2000, "plain_text", "mrkdwn")
		}
	}
}

// element is a button or menu.
func (c *checker) element(at string, e map[string]any) {
	id := c.str(at+".action_id", e["action_id"], 1, 255)
	c.total -= len(id)
	if c.ids[id] {
		c.fail(at, "action_id %q is there twice", id)
	}
	c.ids[id] = true
	if f, ok := e["confirm"].(map[string]any); ok {
		c.keys(at+".confirm", f, "title", "text", "confirm", "deny", "style")
		c.text(at+".confirm.title", f["title"], 100, "plain_text")
		c.text(at+".confirm.text", f["text"], 300, "plain_text")
		c.text(at+".confirm.confirm", f["confirm"], 30, "plain_text")
		c.text(at+".confirm.deny", f["deny"], 30, "plain_text")
	}
	switch e["type"] {
	case "button":
		c.keys(at, e, "action_id", "text", "url", "value", "style", "confirm")
		c.text(at+".text", e["text"], 75, "plain_text")
		if v, ok := e["value"]; ok {
			c.total -= utf8.RuneCountInString(c.str(at+".value", v, 1, 2000))
		}
		if u, ok := e["url"]; ok {
			c.url(at+".url", u)
		}
		if st, ok := e["style"]; ok && st != "primary" && st != "danger" {
			c.fail(at, "style is %v", st)
		}
	case "static_select":
		c.keys(at, e, "action_id", "placeholder", "options", "confirm")
		c.text(at+".placeholder", e["placeholder"], 150, "plain_text")
		for i, o := range c.list(at+".options", e["options"], 1, 100) {
			oat := fmt.Sprintf("%s.options[%d]", at, i)
			c.keys(oat, o, "text", "value", "description")
			c.text(oat+".text", o["text"], 75, "plain_text")
			c.total -= utf8.RuneCountInString(c.str(oat+".value", o["value"], 1, 150))
			if d, ok := o["description"]; ok {
				c.text(oat+".description", d, 75, "plain_text")
			}
		}
	case "overflow":
		c.keys(at, e, "action_id", "options", "confirm")
		for i, o := range c.list(at+".options", e["options"], 1, 5) {
			oat := fmt.Sprintf("%s.options[%d]", at, i)
			c.keys(oat, o, "text", "value")
			c.text(oat+".text", o["text"], 75, "plain_text")
			c.total -= utf8.RuneCountInString(c.str(oat+".value", o["value"], 1, 150))
		}
	case "external_select":
		c.keys(at, e, "action_id", "placeholder", "min_query_length")
		c.text(at+".placeholder", e["placeholder"], 150, "plain_text")
	default:
		c.fail(at, "no such element: %v", e["type"])
	}
}
