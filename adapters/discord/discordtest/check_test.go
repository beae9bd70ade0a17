package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// body is a message around some components.
func testBody(components string) string {
	return `{"flags":32768,"allowed_mentions":{"parse":[],"replied_user":false},"components":[` + components + `]}`
}

func text(n int) string { return fmt.Sprintf(`{"type":10,"content":%q}`, strings.Repeat("x", n)) }

func repeat(n int, one string) string {
	return strings.TrimSuffix(strings.Repeat(one+",", n), ",")
}

// numbered repeats a component with an id of its own each time.
func numbered(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ",")
}

const aButton = `{"type":2,"style":1,"label":"a","custom_id":"%d"}`

// TestCheck is the table of Discord's limits: what is just allowed, and what is one too many.
func TestCheck(t *testing.T) {
	option := `{"label":"a","value":"%d"}`
	for _, tt := range []struct{ what, good, bad string }{
		{"text in all", testBody(text(4000)), testBody(text(2000) + "," + text(2001))},
		{"texts of three", testBody(repeat(2, text(2000))), testBody(repeat(3, text(2000)))},
		{"components", testBody(repeat(40, text(1))), testBody(repeat(41, text(1)))},
		{"nested components", testBody(`{"type":17,"components":[` + repeat(39, text(1)) + `]}`), testBody(`{"type":17,"components":[` + repeat(40, text(1)) + `]}`)},
		{"an empty message", testBody(text(1)), testBody("")},
		{"an empty text", testBody(text(1)), testBody(text(0))},
		{"buttons of a row", testBody(`{"type":1,"components":[` + numbered(5, aButton) + `]}`), testBody(`{"type":1,"components":[` + numbered(6, aButton) + `]}`)},
		{"ids", testBody(`{"type":1,"components":[` + numbered(2, aButton) + `]}`), testBody(`{"type":1,"components":[` + repeat(2, fmt.Sprintf(aButton, 1)) + `]}`)},
		{"a menu beside a button", testBody(`{"type":1,"components":[{"type":3,"custom_id":"m","options":[{"label":"a","value":"1"}]}]}`), testBody(`{"type":1,"components":[{"type":3,"custom_id":"m","options":[{"label":"a","value":"1"}]},` + fmt.Sprintf(aButton, 1) + `]}`)},
		{"options", testBody(`{"type":1,"components":[{"type":3,"custom_id":"m","options":[` + numbered(25, option) + `]}]}`), testBody(`{"type":1,"components":[{"type":3,"custom_id":"m","options":[` + numbered(26, option) + `]}]}`)},
		{"a label", testBody(`{"type":1,"components":[{"type":2,"style":1,"custom_id":"a","label":"` + strings.Repeat("x", 80) + `"}]}`), testBody(`{"type":1,"components":[{"type":2,"style":1,"custom_id":"a","label":"` + strings.Repeat("x", 81) + `"}]}`)},
		{"an id's length", testBody(`{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"` + strings.Repeat("x", 100) + `"}]}`), testBody(`{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"` + strings.Repeat("x", 101) + `"}]}`)},
		{"a link", testBody(`{"type":1,"components":[{"type":2,"style":5,"label":"a","url":"https://a"}]}`), testBody(`{"type":1,"components":[{"type":2,"style":5,"label":"a","custom_id":"b"}]}`)},
		{"a section", testBody(`{"type":9,"components":[` + text(1) + `],"accessory":` + fmt.Sprintf(aButton, 1) + `}`), testBody(`{"type":9,"components":[` + text(1) + `]}`)},
		{"a place for an input", testBody(text(1)), testBody(`{"type":4,"custom_id":"a","style":1}`)},
		{"text outside of components", testBody(text(1)), `{"flags":32768,"content":"x","allowed_mentions":{"parse":[]},"components":[` + text(1) + `]}`},
		{"the flag", testBody(text(1)), `{"flags":0,"allowed_mentions":{"parse":[]},"components":[` + text(1) + `]}`},
		{"mentions", testBody(text(1)), `{"flags":32768,"allowed_mentions":{"parse":["everyone"]},"components":[` + text(1) + `]}`},
		{"mentions that are not named", testBody(text(1)), `{"flags":32768,"components":[` + text(1) + `]}`},
		{"a nonce", testBody(text(1)), `{"flags":32768,"nonce":"12345678901234567890123456","allowed_mentions":{"parse":[]},"components":[` + text(1) + `]}`},
		{"members", testBody(text(1)), testBody(`{"type":10,"content":"x","emoji":"y"}`)},
	} {
		if bad := problems(tt.good); len(bad) > 0 {
			t.Errorf("%s: the good one is refused: %q", tt.what, bad)
		}
		if len(problems(tt.bad)) == 0 {
			t.Errorf("%s: the bad one is taken", tt.what)
		}
	}
}

func problems(raw string) []string {
	b, err := Parse([]byte(raw))
	if err != nil {
		return []string{err.Error()}
	}
	return Check(b)
}

func TestCheckModal(t *testing.T) {
	label := `{"type":18,"label":"a","component":{"type":4,"style":1,"custom_id":"%d"}}`
	with := func(n int) string {
		return `{"title":"t","custom_id":"c","components":[` + numbered(n, label) + `]}`
	}
	one := func(c string) string {
		return `{"title":"t","custom_id":"c","components":[{"type":18,"label":"a","component":` + c + `}]}`
	}
	for raw, good := range map[string]bool{
		with(5): true, with(6): false, with(0): false,
		strings.Replace(with(1), `"t"`, `"`+strings.Repeat("t", 46)+`"`, 1):                                                             false,
		strings.Replace(with(1), `"label":"a"`, `"label":"`+strings.Repeat("t", 46)+`"`, 1):                                             false,
		strings.Replace(with(1), `"label":"a"`, `"label":"a","description":"`+strings.Repeat("t", 101)+`"`, 1):                          false,
		one(`{"type":3,"custom_id":"1","max_values":2,"options":[{"label":"a","value":"1"}]}`):                                          false,
		one(`{"type":3,"custom_id":"1","max_values":1,"options":[{"label":"a","value":"1"}]}`):                                          true,
		one(`{"type":3,"custom_id":"1","options":[{"label":"a","value":"1","default":true},{"label":"b","value":"2","default":true}]}`): false,
		one(`{"type":4,"style":3,"custom_id":"1"}`):                                                                                     false,
		one(`{"type":4,"style":2,"custom_id":"1","value":"` + strings.Repeat("v", 4001) + `"}`):                                         false,
		one(`{"type":2,"style":1,"label":"a","custom_id":"1"}`):                                                                         false,
		`{"title":"t","custom_id":"c","components":[{"type":4,"style":1,"custom_id":"1"}]}`:                                             false,
		`{"title":"t","custom_id":"c","components":[{"type":10,"content":"only words"}]}`:                                               true,
	} {
		var m Modal
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			t.Fatal(err)
		}
		if bad := CheckModal(m); (len(bad) == 0) != good {
			t.Errorf("%.200s: %q", raw, bad)
		}
	}
}

func TestCheckCommands(t *testing.T) {
	long := strings.Repeat("x", 101)
	for raw, good := range map[string]bool{
		`[{"type":1,"name":"oncall","description":"d","name_localizations":{"zh-CN":"值班"}}]`:                                                                    true,
		`[{"type":1,"name":"On call","description":"d"}]`:                                                                                                       false,
		`[{"type":1,"name":"ONCALL","description":"d"}]`:                                                                                                        false,
		`[{"type":1,"name":"oncall"}]`:                                                                                                                          false,
		`[{"type":1,"name":"oncall","description":"` + long + `"}]`:                                                                                             false,
		`[{"type":1,"name":"oncall","description":"d","description_localizations":{"zh":"d"}}]`:                                                                 false,
		`[{"type":1,"name":"a","description":"d"},{"type":1,"name":"a","description":"d"}]`:                                                                     false,
		`[{"type":3,"name":"Who owns this?"}]`:                                                                                                                  true,
		`[{"type":3,"name":"Who owns this?","description":"d"}]`:                                                                                                false,
		`[{"type":1,"name":"a","description":"d","options":[{"type":5,"name":"b","description":"d","autocomplete":true}]}]`:                                     false,
		`[{"type":1,"name":"a","description":"d","options":[{"type":3,"name":"b","description":"d"},{"type":3,"name":"c","description":"d","required":true}]}]`: false,
		`[{"type":1,"name":"a","description":"d","cooldown":5}]`:                                                                                                false,
	} {
		if bad := CheckCommands([]byte(raw)); (len(bad) == 0) != good {
			t.Errorf("%.200s: %q", raw, bad)
		}
	}
}
