package slacktest

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// CheckView returns what Slack would refuse in a view: a modal or an App Home. It is written from Slack's reference
// (docs.slack.dev/reference/views and block-kit), not from the renderer.
func CheckView(raw json.RawMessage) []string {
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{"a view is no object: " + err.Error()}
	}
	c := &checker{ids: map[string]bool{}}
	c.most("bytes of a view", len(raw), 250_000)
	if meta, ok := v["private_metadata"]; ok {
		c.str("private_metadata", meta, 0, 3000)
	}
	if id, ok := v["callback_id"]; ok {
		c.str("callback_id", id, 1, 255)
	}
	blocks := c.list("blocks", v["blocks"], 1, 100)
	switch v["type"] {
	case "home":
		c.keys("view", v, "blocks", "private_metadata", "callback_id", "external_id")
	case "modal":
		c.keys("view", v, "blocks", "private_metadata", "callback_id", "external_id", "title", "submit", "close", "clear_on_close", "notify_on_close")
		c.text("title", v["title"], 24, "plain_text")
		for _, k := range []string{"submit", "close"} {
			if t, ok := v[k]; ok {
				c.text(k, t, 24, "plain_text")
			}
		}
	default:
		c.fail("view", "is of type %v", v["type"])
	}
	inputs := map[string]bool{}
	for i, b := range blocks {
		at := fmt.Sprintf("blocks[%d]", i)
		switch b["type"] {
		case "input":
			c.input(at, b, inputs)
			if v["type"] == "modal" && v["submit"] == nil {
				c.fail(at, "an input needs a submit button")
			}
		case "table", "data_visualization":
			c.fail(at, "%v stands in messages only", b["type"])
		default:
			c.block(at, b)
		}
	}
	return c.bad
}

// input is an input block.
func (c *checker) input(at string, b map[string]any, seen map[string]bool) {
	c.keys(at, b, "label", "element", "hint", "optional", "dispatch_action")
	id := c.str(at+".block_id", b["block_id"], 1, 255)
	if seen[id] {
		c.fail(at, "block_id %q is there twice", id)
	}
	seen[id] = true
	c.text(at+".label", b["label"], 2000, "plain_text")
	if h, ok := b["hint"]; ok {
		c.text(at+".hint", h, 2000, "plain_text")
	}
	e, _ := b["element"].(map[string]any)
	at += ".element"
	c.str(at+".action_id", e["action_id"], 1, 255)
	if p, ok := e["placeholder"]; ok {
		c.text(at+".placeholder", p, 150, "plain_text")
	}
	switch e["type"] {
	case "plain_text_input":
		c.keys(at, e, "action_id", "placeholder", "initial_value", "multiline", "max_length", "min_length", "dispatch_action_config", "focus_on_load")
		if v, ok := e["initial_value"]; ok {
			c.str(at+".initial_value", v, 0, 3000)
		}
		if n, ok := e["max_length"].(float64); ok && (n < 1 || n > 3000) {
			c.fail(at, "max_length %v", n)
		}
	case "number_input":
		c.keys(at, e, "action_id", "placeholder", "initial_value", "is_decimal_allowed", "min_value", "max_value")
		if _, ok := e["is_decimal_allowed"].(bool); !ok {
			c.fail(at, "is_decimal_allowed is missing")
		}
	case "datepicker":
		c.keys(at, e, "action_id", "placeholder", "initial_date")
	case "checkboxes":
		c.keys(at, e, "action_id", "options", "initial_options")
		c.options(at, e, "options", 10)
		c.initial(at, e)
	case "static_select", "multi_static_select":
		c.keys(at, e, "action_id", "placeholder", "options", "initial_option", "initial_options")
		c.options(at, e, "options", 100)
		c.initial(at, e)
	case "external_select", "multi_external_select":
		c.keys(at, e, "action_id", "placeholder", "initial_option", "initial_options", "min_query_length")
	default:
		c.fail(at, "no such element: %v", e["type"])
	}
}

// options are the entries of a menu.
func (c *checker) options(at string, e map[string]any, key string, most int) {
	for i, o := range c.list(at+"."+key, e[key], 1, most) {
		oat := fmt.Sprintf("%s.%s[%d]", at, key, i)
		c.keys(oat, o, "text", "value", "description")
		c.text(oat+".text", o["text"], 75, "plain_text")
		c.total -= utf8.RuneCountInString(c.str(oat+".value", o["value"], 1, 150))
		if d, ok := o["description"]; ok {
			c.text(oat+".description", d, 75, "plain_text")
		}
	}
}

// initial refuses first choices that are not among the options.
func (c *checker) initial(at string, e map[string]any) {
	all, _ := e["options"].([]any)
	chosen, _ := e["initial_options"].([]any)
	if o, ok := e["initial_option"]; ok {
		chosen = append(chosen, o)
	}
	for _, o := range chosen {
		found := false
		for _, a := range all {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(o)
			found = found || string(x) == string(y)
		}
		if !found {
			c.fail(at, "the first choice is none of the options")
		}
	}
}
