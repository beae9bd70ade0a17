package cardtest

import (
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// at is the moment the samples speak of.
func at() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }

// sp gathers spans; strings are plain.
func sp(parts ...any) []card.Span {
	var out []card.Span
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, card.T(p))
		case card.Span:
			out = append(out, p)
		}
	}
	return out
}

func text(parts ...any) card.Block { return card.Text{Spans: sp(parts...)} }
func note(parts ...any) card.Block { return card.Note{Spans: sp(parts...)} }

func entity(name, ref string) card.Span {
	return card.Span{Kind: card.Entity, Text: name, Ref: ref, URL: "https://portal.example.com/catalog/" + ref}
}

func person(name, ref string) card.Span { return card.Span{Kind: card.Person, Text: name, Ref: ref} }

func moment(s string, t time.Time) card.Span { return card.Span{Kind: card.Time, Text: s, At: t} }

func button(label, intent string, args ...string) card.Action {
	return card.Action{Label: label, Intent: card.Intent{Name: intent, Args: args}}
}

func choice(label, ref string) card.Action {
	return card.Action{Label: label, Choice: true, Intent: card.Intent{Name: "choose", Args: []string{"owner", ref}}}
}

func link(label, url string) card.Action { return card.Action{Label: label, URL: url} }

func row(items ...card.Action) card.Block { return card.Actions{Items: items} }

func en(blocks ...card.Block) card.Message {
	return card.Message{Lang: lang.English, Blocks: blocks}
}

func zh(blocks ...card.Block) card.Message {
	return card.Message{Lang: lang.Chinese, Blocks: blocks}
}

// situations are the answers people meet most, in the words of the style guide.
func situations() []Sample {
	crew, checkout := entity("Checkout Crew", "group:default/checkout-crew"), entity("Checkout", "component:default/checkout")
	mei := person("Mei Lin", "user:default/mei.lin")
	return []Sample{
		{"owner", en(
			text(checkout, " is owned by ", crew, "."),
			text(card.L("#checkout", "https://chat.example.com/c/checkout"), " · on call: ", mei, " until ", moment("10:00", at()), " (in 2 h)"),
			row(button("Who is on call?", "oncall", "component:default/checkout"), link("Docs", "https://portal.example.com/docs/default/component/checkout"), button("Share", "share")),
			note("components-commerce.yaml:5 · read 2 min ago"),
		)},
		{"owner-zh", zh(
			text(checkout, " 由 ", crew, " 负责。"),
			text("#checkout · 当前值班：", person("林梅", "user:default/mei.lin"), "，至 ", moment("10:00", at()), "（还有 2 小时）"),
			row(button("谁在值班？", "oncall", "component:default/checkout"), button("分享", "share")),
			note("components-commerce.yaml:5 · 2 分钟前读取"),
		)},
		{"oncall", en(
			text(mei, " is on call for ", checkout, " until ", moment("Mon 10:00", at()), ". Next: ", person("Tobias Krause", "user:default/tobias.krause"), "."),
			text("Second line: ", person("Amara Diallo", "user:default/amara.diallo")),
			row(button("Owner", "owner", "component:default/checkout"), button("Share", "share")),
			note("oncall.yaml:12 · read just now"),
		)},
		{"api", en(
			text(entity("Payments API", "api:default/payments-api"), " (OpenAPI 3.0, v2.3) is provided by ", entity("Payments", "component:default/payments"), "."),
			row(link("Read it", "https://portal.example.com/catalog/default/api/payments-api"), button("Consumers", "dependents", "api:default/payments-api")),
			note("apis.yaml:31 · read 2 min ago"),
		)},
		{"choose", en(
			text("Which one: ", card.S("payments-api"), " (service), ", card.S("payment-api-legacy"), " (deprecated), ", card.S("Payments API"), " (API)?"),
			row(choice("payments-api (service)", "component:default/payments-api"), choice("payment-api-legacy (deprecated)", "component:default/payment-api-legacy"), choice("Payments API (API)", "api:default/payments-api")),
		)},
		{"choose-menu-zh", zh(
			text("你指的是哪一个：", card.S("payments-api"), "（服务）、", card.S("Payments API"), "（API）？"),
			row(card.Action{Label: "选择", Options: []card.Option{
				{Label: "payments-api", Hint: "服务 · Ledger", Intent: card.Intent{Name: "choose", Args: []string{"owner", "component:default/payments-api"}}},
				{Label: "Payments API", Hint: "API", Intent: card.Intent{Name: "choose", Args: []string{"owner", "api:default/payments-api"}}},
			}}),
		)},
		{"not-found", en(
			text(`Nothing is called "paymnt hub". Closest: `, card.S("payments-api"), ", ", card.S("payment-hub-ui"), "."),
			row(choice("payments-api", "component:default/payments-api"), choice("payment-hub-ui", "component:default/payment-hub-ui")),
		)},
		{"no-data", en(text(entity("Tax Engine", "component:default/tax-engine"), " has no docs. It belongs to ", entity("Ledger & Reconciliation", "group:default/ledger"), "."), note("components-finance.yaml:88 · read 2 min ago"))},
		{"version-fleet", fleet()},
		{"stale", en(text(checkout, " is owned by ", crew, "."), note("As of ", moment("14:02", at().Add(4*time.Hour)), "; GitHub has not answered since."))},
		{"outside", en(text("That is outside what I know: services, owners, APIs, versions, docs and on-call."))},
		{"refused", en(text("You may not run ", card.S("go-service"), " here. Ask ", entity("Engineering", "group:default/engineering"), " or try #new-services."))},
		{"broken", en(text("That did not work on our side (request ", card.M("7F3A"), "). It is logged; try again in a minute."))},
		{"working", en(text("Creating ", card.S("refund-worker"), ": 3 of 7, publishing the repository…"), card.Progress{Label: "refund-worker", Done: 3, Total: 7, State: card.StateRunning}, row(card.Action{Label: "Cancel", Style: card.Danger, Confirm: "Stop the run? What was created stays.", Intent: card.Intent{Name: "cancel", Args: []string{"run-1"}}}))},
		{"done", en(text(card.S("refund-worker"), " is there: ", card.L("repository", "https://git.example.com/acme/refund-worker"), " ", card.L("catalog", "https://portal.example.com/catalog/default/component/refund-worker"), " ", card.L("first build", "https://ci.example.com/refund-worker/1"), ". 41 files, 12 s."), card.Progress{Label: "refund-worker", Done: 7, Total: 7, State: card.StateDone})},
		{"done-zh", zh(text(card.S("refund-worker"), " 已创建：", card.L("仓库", "https://git.example.com/acme/refund-worker"), "。41 个文件，12 秒。"))},
		{"card", full()},
		{"disputed", en(
			text(checkout, " is owned by ", crew, "."),
			row(button("Wrong?", "wrong", "owner", "component:default/checkout"), button("Share", "share")),
			note("components-commerce.yaml:5 · read 2 min ago"), note("Disputed by 2 people since Tuesday: the owner."),
		)},
		{"news", news()},
		{"news-zh", zh(
			text(entity("Payments", "component:default/payments"), " 换了负责人：", card.S("Checkout Crew"), " → ", card.S("Payments Core"), "。"),
			row(button("负责人", "owner", "component:default/payments"), button("静音", "subscription", "mute", "component:default/payments")),
			note("components-money.yaml:4 · 提交 ", card.M("3fe2a19c0d"), " · 自 ", moment("11 月 23 日 10:02", at())),
		)},
		{"news-digest", digest()},
	}
}

// news is what subscribers are told of one subject.
func news() card.Message {
	return en(
		text(entity("Payments", "component:default/payments"), " has a new owner: ", card.S("Checkout Crew"), " → ", card.S("Payments Core"), "."),
		row(button("Owner", "owner", "component:default/payments"), button("Mute", "subscription", "mute", "component:default/payments"), button("Subscriptions", "subscriptions")),
		note("components-money.yaml:4 · commit ", card.M("3fe2a19c0d"), " · since ", moment("Mon 23 Nov 10:02", at())),
	)
}

// digest is what subscribers are told of many subjects at once.
func digest() card.Message {
	list := card.List{More: 3}
	for _, name := range []string{"Cart", "Gift Cards", "Ledger", "Refunds", "Tax Engine", "Wishlist"} {
		list.Items = append(list.Items, sp(entity(name, "component:default/"+strings.ReplaceAll(strings.ToLower(name), " ", "-")), " is now ", card.S("deprecated"), ", was ", card.S("production"), "."))
	}
	return en(text("9 changes of 8 subjects since yesterday:"), list, row(button("Subscriptions", "subscriptions")))
}

// fleet is the answer about a framework's versions: table, chart, coverage.
func fleet() card.Message {
	t := card.Table{Columns: []card.Column{{Title: "Version"}, {Title: "Services", Right: true}, {Title: "For example"}}}
	c := card.Chart{Kind: card.ChartBar, Title: "Spring Boot by version", Unit: "services"}
	for _, v := range []struct {
		version, example string
		n                float64
	}{
		{"3.2.5", "Checkout", 9}, {"3.2.1", "Search Gateway", 4}, {"3.1.11", "Ledger", 3}, {"3.0.13", "Refunds", 3}, {"2.7.18", "Tax Engine", 3}, {"2.6.3", "Wishlist", 2}, {"2.5.0", "Gift Cards", 1},
	} {
		t.Rows = append(t.Rows, [][]card.Span{sp(card.M(v.version)), sp(card.Value(v.n)), sp(card.S(v.example))})
		c.Points = append(c.Points, card.Point{Label: v.version, Value: v.n})
	}
	return en(
		text(card.S("Spring Boot"), ": 25 services on 7 versions. Most: ", card.M("3.2.5"), " (9). Behind: 6 still on 2.x."),
		t, c,
		row(button("Who is behind?", "version", "spring-boot", "behind"), link("All services", "https://portal.example.com/catalog?kind=component"), button("Share", "share")),
		note("412 of 530 components read · 3 min ago"),
	)
}

// full is a whole card of one entity.
func full() card.Message {
	return en(
		text(entity("Checkout", "component:default/checkout"), " ", card.M("component:default/checkout")),
		text("Takes a basket and makes an order of it."),
		card.Fields{Items: []card.Field{
			{Label: "Owner", Value: sp(entity("Checkout Crew", "group:default/checkout-crew"))}, {Label: "Lifecycle", Value: sp("production")},
			{Label: "Type", Value: sp("service")}, {Label: "Language", Value: sp("Java ", card.M("21"))}, {Label: "Build", Value: sp("🟢 passing")},
			{Label: "On call", Value: sp(person("Mei Lin", "user:default/mei.lin"))},
		}},
		card.List{Items: [][]card.Span{sp(card.L("Repository", "https://git.example.com/acme/checkout")), sp(card.L("Dashboard", "https://grafana.example.com/d/checkout"))}},
		row(link("Open", "https://portal.example.com/catalog/default/component/checkout"), button("Dependents", "dependents", "component:default/checkout")),
		note("components-commerce.yaml:5 · read 2 min ago"),
	)
}
