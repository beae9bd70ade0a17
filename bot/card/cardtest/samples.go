package cardtest

import (
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Samples returns the sample messages in a fixed order. Each call builds them anew.
func Samples() []Sample {
	return append(append(situations(), blocks()...), hostile()...)
}

// blocks show each kind of block and span by itself, at its usual and at its largest size.
func blocks() []Sample {
	var spans []card.Span
	for _, s := range []card.Span{
		card.T("plain"), card.S("strong"), card.M("mono"), card.L("link", "https://example.com/a?b=c&d=e"), person("A person", "user:default/a"),
		{Kind: card.Person, Text: "A mention", Ref: "user:default/b", User: "U024BE7LH"}, entity("An entity", "component:default/x"), moment("Mon 10:00", at()),
	} {
		spans = append(spans, s, card.T(" "))
	}
	long := card.List{Ordered: true, MoreURL: "https://portal.example.com/catalog"}
	for i := range 37 {
		long.Items = append(long.Items, sp(card.S(fmt.Sprintf("service-%02d", i+1)), " · ", card.M(fmt.Sprintf("1.%d.0", i))))
	}
	wide := card.Table{Caption: "Everything about everything", More: 12}
	for i := range 9 {
		wide.Columns = append(wide.Columns, card.Column{Title: fmt.Sprintf("Column %d", i+1), Right: i%2 == 1})
	}
	for i := range 4 {
		var r [][]card.Span
		for j := range wide.Columns {
			r = append(r, sp(fmt.Sprintf("value %d of row %d", j+1, i+1)))
		}
		wide.Rows = append(wide.Rows, r)
	}
	menu := card.Action{Label: "Pick a team"}
	for i := range 120 {
		menu.Options = append(menu.Options, card.Option{Label: fmt.Sprintf("Team %d", i+1), Intent: card.Intent{Name: "team", Args: []string{fmt.Sprint(i)}}})
	}
	return []Sample{
		{"spans", en(card.Text{Spans: spans})},
		{"list-long", en(text("37 services."), long)},
		{"table-wide", en(wide)},
		{"table-links", en(card.Table{Columns: []card.Column{{Title: "Service"}, {Title: "Build"}}, Rows: [][][]card.Span{
			{sp(entity("Checkout", "component:default/checkout")), sp("🟢 ", card.L("passing", "https://ci.example.com/1"))},
			{sp(entity("Ledger", "component:default/ledger")), sp("🔴 ", card.L("failing", "https://ci.example.com/2"))},
		}})},
		{"table-cjk", zh(card.Table{Caption: "版本", Columns: []card.Column{{Title: "服务"}, {Title: "数量", Right: true}}, Rows: [][][]card.Span{{sp("支付网关"), sp("12")}, {sp("search 搜索"), sp("3")}}})},
		{"chart-pie", en(card.Chart{Kind: card.ChartPie, Title: "Lifecycles", Unit: "components", Points: []card.Point{{Label: "production", Value: 310}, {Label: "experimental", Value: 120}, {Label: "deprecated", Value: 36}}})},
		{"progress", en(card.Progress{Label: "Waiting", Total: 4, State: card.StatePending}, card.Progress{Label: "Running", Done: 1, Total: 4, State: card.StateRunning}, card.Progress{Label: "Broken", Done: 2, Total: 4, State: card.StateFailed}, card.Progress{Label: "Ready", Done: 4, Total: 4, State: card.StateDone})},
		{"code", en(text("The last lines of the log:"), card.Code{Language: "go", Text: "func main() {\n\tfmt.Println(\"<&>\")\n}"})},
		{"image-rule", en(text("Before."), card.Rule{}, card.Image{URL: "https://portal.example.com/static/chart.png", Alt: "Builds of the last week", Title: "Builds"}, text("After."))},
		{"menu-long", en(text("Whose services?"), row(menu))},
		{"empty", en()},
	}
}

// hostile is what has broken chat programs before. None of it may ping, link, hide or run anything.
func hostile() []Sample {
	nasty := []string{
		"<!channel> <@U123> <#C1|general> @everyone @here <@&99>", "`code` ``` *bold* _it_ ~no~ ||spoiler|| > quote # head", "[x](javascript:alert(1)) <https://evil.example|login> [a]: b",
		"abc\u202Egnp.exe\u202C zero\u200Bwidth \u2066isolate\u2069", "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07bell\x07 \x00 \x9b31m", "z" + strings.Repeat("\u0300\u0323", 40) + " <script>alert(1)</script> &amp; '\"",
		":x: :rotating_light: <t:1618953630:R> </cmd:1>", "=cmd|' /C calc'!A0", "line one\r\nline two\u2028line three", "👩‍👩‍👧‍👦 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301 \xff\xfe",
	}
	var list card.List
	for _, s := range nasty {
		list.Items = append(list.Items, sp(s))
	}
	table := card.Table{Caption: nasty[0], Columns: []card.Column{{Title: nasty[1]}, {Title: nasty[3]}}, Rows: [][][]card.Span{{sp(nasty[2]), sp(card.M(nasty[1]))}, {sp(card.S(nasty[4]))}}}
	actions := card.Actions{Items: []card.Action{
		button(nasty[0], "owner", nasty[1]), {Label: "bad", URL: "javascript:alert(1)"}, {Label: strings.Repeat("long ", 40), URL: "https://example.com/x y"}, {Label: "nothing"},
	}}
	for i := range 30 {
		actions.Items = append(actions.Items, button(fmt.Sprintf("Button %d", i+1), "owner", "x"))
	}
	return []Sample{
		{"hostile-text", en(text(strings.Join(nasty, "\n")), text(card.S(nasty[0]), " ", card.M(nasty[1]), " ", card.L(nasty[2], "https://example.com/>|evil"), " ", card.L("click", "javascript:alert(1)"), " ", card.Span{Kind: card.Entity, Text: nasty[4], Ref: "component:default/x\n<!here>", URL: "data:text/html,x"}), note(nasty[6]))},
		{"hostile-blocks", en(card.Fields{Items: []card.Field{{Label: nasty[0], Value: sp(nasty[1])}, {Label: nasty[8], Value: sp(nasty[3])}}}, list, table, card.Code{Language: "x\n```", Text: nasty[4] + "\n```\n" + nasty[0]})},
		{"hostile-actions", en(text("Press one."), actions)},
		{"hostile-people", en(text(card.Span{Kind: card.Person, Text: nasty[0], User: "U1> <!channel"}, " ", card.Span{Kind: card.Person, Text: "@everyone", Ref: "user:default/everyone"}), card.Image{URL: "javascript:alert(1)", Alt: nasty[0]}, card.Progress{Label: nasty[1], Done: -4, Total: -9}, card.Chart{Kind: "cube", Title: nasty[0], Points: []card.Point{{Label: nasty[3], Value: -5}, {Label: nasty[1], Value: 3}}})},
		{"long-text", en(text(strings.Repeat("Every sentence of a very long answer counts, also the last one. ", 640)))},
		{"long-word-zh", zh(text(strings.Repeat("支付服务的负责人是谁。", 700)), note(strings.Repeat("源", 50)))},
	}
}

// Forms returns the sample forms.
func Forms() []FormSample {
	all := card.Form{ID: "kinds", Title: "Every kind of field there is", Submit: "Save", Draft: "d-1", Intro: sp("Asks ", card.S("everything"), ".")}
	for _, k := range []card.FieldKind{
		card.FieldLine, card.FieldParagraph, card.FieldNumber, card.FieldToggle, card.FieldChoice, card.FieldChoices, card.FieldEntity, card.FieldEntities, card.FieldOwner,
		card.FieldRepo, card.FieldTags, card.FieldSecret, card.FieldDate, card.FieldFile, card.FieldList, card.FieldObject,
	} {
		f := card.FormField{Name: "values." + string(k), Label: "A " + string(k), Help: "What a " + string(k) + " is.", Kind: k, Required: k == card.FieldLine}
		if k == card.FieldChoice || k == card.FieldChoices {
			f.Options = []card.FormOption{{Value: "go", Label: "Go", Hint: "compiled"}, {Value: "py", Label: "Python"}}
			f.Value = []string{"go"}
		}
		all.Fields = append(all.Fields, f)
	}
	regions := card.FormField{Name: "region", Label: "Region", Kind: card.FieldChoice}
	for i := range 130 {
		regions.Options = append(regions.Options, card.FormOption{Value: fmt.Sprintf("r%d", i), Label: fmt.Sprintf("Region %d", i)})
	}
	return []FormSample{
		{"scaffold", card.Form{ID: "scaffold", Title: "New Go service", Submit: "Create", Draft: "d-2", Fields: []card.FormField{
			{Name: "name", Label: "Name", Help: "Lower case and dashes.", Kind: card.FieldLine, Required: true, Value: []string{"Refund Worker"}, Error: "Use lower case and dashes, for example refund-worker"},
			{Name: "owner", Label: "Owner", Kind: card.FieldOwner, Required: true, Value: []string{"group:default/checkout-crew"},
				Named: []card.FormOption{{Value: "group:default/checkout-crew", Label: "Checkout Crew", Hint: "group:checkout-crew · team"}}},
			{Name: "database", Label: "Database", Kind: card.FieldToggle, Changes: true, Value: []string{"true"}},
			{Name: "engine", Label: "Engine", Kind: card.FieldChoice, Options: []card.FormOption{{Value: "pg", Label: "PostgreSQL"}, {Value: "sqlite", Label: "SQLite"}}},
		}}},
		{"kinds", all},
		{"hostile", card.Form{ID: "x", Title: "<!channel> a title that is much too long for a modal", Submit: "Do it at once, please", Fields: []card.FormField{
			{Name: "a", Label: strings.Repeat("label ", 50), Help: "<b>@everyone</b>", Placeholder: strings.Repeat("p", 400), Kind: card.FieldLine, Value: []string{strings.Repeat("v", 5000)}}, regions,
		}}},
		{"zh", card.Form{ID: "zh", Title: "新建服务", Submit: "创建", Fields: []card.FormField{{Name: "name", Label: "名称", Help: "小写字母和连字符。", Kind: card.FieldLine, Required: true}}}},
	}
}
