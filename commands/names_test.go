package commands

import (
	"testing"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ title, en, zh string }{ // of people
		{"Checkout", "Checkout", "Checkout"},
		{"Mei Lin 林梅", "Mei Lin", "林梅"},
		{"林梅 Mei Lin", "Mei Lin", "林梅"},
		{"周健 (Zhou Jian)", "周健 (Zhou Jian)", "周健"},
		{"周健（Zhou Jian）", "周健（Zhou Jian）", "周健"},
		{"Zhou Jian (周健)", "Zhou Jian", "周健"},
		{"Payments / 支付", "Payments", "支付"},
		{"Ágnes Tóth", "Ágnes Tóth", "Ágnes Tóth"},
		{"支付 API 网关", "支付 API 网关", "支付 API 网关"},
		{"支付API", "支付API", "支付API"},
		{"Payments (old)", "Payments (old)", "Payments (old)"},
		{"阿卜杜拉·买买提", "阿卜杜拉·买买提", "阿卜杜拉·买买提"},
		{"(周健)", "(周健)", "(周健)"},
		{"周健 ()", "周健 ()", "周健 ()"},
	} {
		e := &catalog.Entity{Ref: catalog.MakeRef("user", "", "x"), Title: tt.title, Name: "x"}
		if got := displayName(lang.English, e); got != tt.en {
			t.Errorf("%q in English = %q, want %q", tt.title, got, tt.en)
		}
		if got := displayName(lang.Chinese, e); got != tt.zh {
			t.Errorf("%q in Chinese = %q, want %q", tt.title, got, tt.zh)
		}
	}
}

// TestDisplayNameOfThings: a name of two scripts is one name, unless a sign says that it is two.
func TestDisplayNameOfThings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ title, zh string }{
		{"Go 服务", "Go 服务"}, {"家长 App", "家长 App"}, {"会话 Redis", "会话 Redis"}, {"Payments / 支付", "支付"}, {"支付（Payments）", "支付"},
	} {
		e := &catalog.Entity{Ref: catalog.MakeRef("component", "", "x"), Title: tt.title, Name: "x"}
		if got := displayName(lang.Chinese, e); got != tt.zh {
			t.Errorf("%q = %q, want %q", tt.title, got, tt.zh)
		}
	}
}

func TestSameName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"Order Service", "order-service", true}, {"order_service", "OrderService", true}, {"WMS", "wms.", true},
		{"Order", "orders", false}, {"", "", true}, {"a", "", false}, {"-", "", true}, {"支付", "支付", true},
	} {
		if got := sameName(tt.a, tt.b); got != tt.want {
			t.Errorf("sameName(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}

func FuzzDisplayName(f *testing.F) {
	for _, s := range []string{"Mei Lin 林梅", "周健 (Zhou Jian)", "(", "（）", " / ", "\xff\xfe(", "林(", "a (林"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := &catalog.Entity{Title: s, Name: "n"}
		for _, l := range lang.Languages() {
			if got := displayName(l, e); got == "" || utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Errorf("displayName(%q) = %q", s, got)
			}
		}
		if !sameName(s, s) {
			t.Errorf("%q is not its own name", s)
		}
	})
}

func TestSpaced(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   []card.Span
		want string
	}{
		{[]card.Span{card.S("Pay（pay）"), card.T(" 由 "), card.S("Crew"), card.T(" 负责。")}, "Pay（pay）由 Crew 负责。"},
		{[]card.Span{card.T("7 个组件"), card.T(" 和 "), card.T("3 个 API")}, "7 个组件和 3 个 API"},
		{[]card.Span{card.S("林梅"), card.T(" 正在为 "), card.S("Pay"), card.T(" 值班")}, "林梅 正在为 Pay 值班"},
		{[]card.Span{card.T("至 "), {Kind: card.Time, Text: "周一 10:00"}, card.T("。")}, "至周一 10:00。"},
		{[]card.Span{card.T("至 "), {Kind: card.Time, Text: "10:00"}, card.T("。")}, "至 10:00。"},
		{[]card.Span{card.T("的"), card.T("API"), card.T("网关")}, "的 API 网关"},
		{[]card.Span{card.T("提供。 "), card.T("")}, "提供。 "},
		{nil, ""},
	} {
		got := ""
		for _, s := range spaced(tt.in) {
			got += s.Text
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
