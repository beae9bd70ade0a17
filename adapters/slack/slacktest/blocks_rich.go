package slacktest

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// rich checks the elements of a rich_text block.
func (c *checker) rich(at string, v any) {
	for i, e := range c.list(at, v, 1, 1000) {
		eat := fmt.Sprintf("%s.elements[%d]", at, i)
		switch e["type"] {
		case "rich_text_section", "rich_text_quote":
			c.keys(eat, e, "elements")
			c.inline(eat, e["elements"])
		case "rich_text_preformatted":
			c.keys(eat, e, "elements", "border")
			c.inline(eat, e["elements"])
		case "rich_text_list":
			c.keys(eat, e, "elements", "style", "indent", "offset", "border")
			if st := e["style"]; st != "bullet" && st != "ordered" {
				c.fail(eat, "style is %v", st)
			}
			for j, item := range c.list(eat, e["elements"], 1, 1000) {
				if item["type"] != "rich_text_section" {
					c.fail(eat, "item %d is no section", j)
				}
				c.inline(fmt.Sprintf("%s[%d]", eat, j), item["elements"])
			}
		default:
			c.fail(eat, "no such element: %v", e["type"])
		}
	}
}

// inline checks the elements of a section. A broadcast or usergroup would ping people and is refused.
func (c *checker) inline(at string, v any) {
	for i, e := range c.list(at, v, 1, 5000) {
		eat := fmt.Sprintf("%s.elements[%d]", at, i)
		switch e["type"] {
		case "text":
			c.keys(eat, e, "text", "style")
			c.str(eat+".text", e["text"], 1, 12_000)
		case "link":
			c.keys(eat, e, "text", "url", "style")
			c.url(eat+".url", e["url"])
			c.str(eat+".text", e["text"], 1, 12_000)
		case "user":
			c.keys(eat, e, "user_id")
			if id, _ := e["user_id"].(string); !strings.HasPrefix(id, "U") && !strings.HasPrefix(id, "W") {
				c.fail(eat, "user_id is %q", id)
			}
		default:
			c.fail(eat, "must not be in a message of ours: %v", e["type"])
		}
		if st, ok := e["style"].(map[string]any); ok {
			for k, on := range st {
				if k != "bold" && k != "italic" && k != "strike" && k != "code" || on != true {
					c.fail(eat, "style %s is %v", k, on)
				}
			}
		}
	}
}

func (c *checker) table(at string, b map[string]any) {
	rows, _ := b["rows"].([]any)
	if len(rows) < 1 || len(rows) > 100 {
		c.fail(at, "has %d rows, must have 1 to 100", len(rows))
	}
	before, width := c.total, -1
	for i, r := range rows {
		rat := fmt.Sprintf("%s.rows[%d]", at, i)
		cells := c.list(rat, r, 1, 20)
		if width < 0 {
			width = len(cells)
		}
		if len(cells) != width {
			c.fail(rat, "has %d cells, the first row has %d", len(cells), width)
		}
		for j, cell := range cells {
			cat := fmt.Sprintf("%s[%d]", rat, j)
			switch cell["type"] {
			case "raw_text":
				c.keys(cat, cell, "text")
				c.str(cat+".text", cell["text"], 1, 10_000)
			case "rich_text":
				c.keys(cat, cell, "elements")
				c.rich(cat, cell["elements"])
			default:
				c.fail(cat, "no cell to post: %v", cell["type"])
			}
		}
	}
	c.most(at+" characters", c.total-before, 10_000)
	if set, ok := b["column_settings"]; ok {
		for i, o := range c.list(at+".column_settings", set, 0, 20) {
			if a := o["align"]; a != "left" && a != "right" && a != "center" {
				c.fail(at, "column %d aligns %v", i, a)
			}
		}
	}
}

func (c *checker) chart(at string, b map[string]any) {
	c.str(at+".title", b["title"], 1, 50)
	chart, _ := b["chart"].(map[string]any)
	switch chart["type"] {
	case "pie":
		c.keys(at, chart, "segments")
		seen := map[string]bool{}
		for i, p := range c.list(at+".segments", chart["segments"], 1, 6) {
			c.point(fmt.Sprintf("%s.segments[%d]", at, i), p, seen)
			if v, _ := p["value"].(float64); v <= 0 {
				c.fail(at, "segment %d is %v", i, v)
			}
		}
	case "bar", "line", "area":
		c.keys(at, chart, "series", "axis_config")
		c.series(at, chart)
	default:
		c.fail(at, "no such chart: %v", chart["type"])
	}
}

func (c *checker) series(at string, chart map[string]any) {
	axis, _ := chart["axis_config"].(map[string]any)
	c.keys(at+".axis_config", axis, "categories", "x_label", "y_label")
	categories, _ := axis["categories"].([]any)
	if len(categories) < 1 || len(categories) > 20 {
		c.fail(at, "has %d categories", len(categories))
	}
	if l, ok := axis["y_label"]; ok {
		c.str(at+".y_label", l, 1, 50)
	}
	for i, s := range c.list(at+".series", chart["series"], 1, 6) {
		sat := fmt.Sprintf("%s.series[%d]", at, i)
		c.str(sat+".name", s["name"], 1, 20)
		seen := map[string]bool{}
		points := c.list(sat+".data", s["data"], 1, 20)
		for j, p := range points {
			c.point(fmt.Sprintf("%s.data[%d]", sat, j), p, seen)
		}
		if len(points) != len(categories) {
			c.fail(sat, "has %d points for %d categories", len(points), len(categories))
		}
		for _, k := range categories {
			if name, _ := k.(string); !seen[name] || utf8.RuneCountInString(name) > 20 {
				c.fail(sat, "category %v has no point", k)
			}
		}
	}
}

func (c *checker) point(at string, p map[string]any, seen map[string]bool) {
	c.keys(at, p, "label", "value")
	label := c.str(at+".label", p["label"], 1, 20)
	if seen[label] {
		c.fail(at, "label %q is there twice", label)
	}
	seen[label] = true
	if _, ok := p["value"].(float64); !ok {
		c.fail(at, "value is %v", p["value"])
	}
}
