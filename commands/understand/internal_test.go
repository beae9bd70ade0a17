package understand

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
)

func TestTokenise(t *testing.T) {
	tests := []struct{ in, want string }{
		{"who's on-call", "who is on -call"},
		{"checkoutService APIs", "checkout cservice apis"},
		{"HTTPServer iOS eBay", "http cserver ios ebay"},
		{"log4j 2.17, node 14.x", "log4j 2.17 , node 14.x"},
		{"订单服务 who", "订 单 服 务 who"},
		{"team's C# and C++", "team 's c# and c++"},
		{"don't", "dont"},
		{"Émilie Łukasz", "emilie lukasz"},
	}
	for _, tt := range tests {
		var b []string
		for _, k := range tokenise(tt.in) {
			g := ""
			if k.glue != 0 {
				g = string(k.glue)
			}
			b = append(b, g+k.norm)
		}
		if got := strings.Join(b, " "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestClean(t *testing.T) {
	same := func(r rune) rune { return r }
	tests := []struct {
		in, want string
		links    int
		everyone bool
	}{
		{"<@U12AB> who owns `cart` :tada:", "who owns `cart`", 0, false},
		{"see <https://x.example/a|the page> and https://y.example/b.", "see the page and", 2, false},
		{"@channel wake up", "wake up", 0, true},
		{"<!here> hi", "hi", 0, true},
		{"cc <#C1|general> 🙏 ｃａｒｔ", "cc cart", 0, false},
		{"```\npanic: x\n``` whose is it", "whose is it", 0, false},
	}
	for _, tt := range tests {
		c := clean(tt.in, same)
		if got := strings.Join(strings.Fields(c.text), " "); got != tt.want || len(c.links) != tt.links || c.broadcast != tt.everyone {
			t.Errorf("%q: %q %d %v", tt.in, got, len(c.links), c.broadcast)
		}
	}
	if n := len([]rune(clean(strings.Repeat("x ", 20000), same).text)); n > headRunes+tailRunes+1 {
		t.Errorf("an overlong message keeps %d characters", n)
	}
}

func TestStem(t *testing.T) {
	for _, group := range [][]string{
		{"invoice", "invoices", "invoicing", "invoiced"}, {"delivery", "deliveries"}, {"ship", "ships", "shipping", "shipped"},
		{"calculate", "calculator", "calculation", "calculations"}, {"recommend", "recommender", "recommendation"}, {"track", "tracker", "tracking"},
		{"schedule", "scheduler", "scheduling"}, {"box", "boxes"}, {"process", "processes", "processing"},
	} {
		for _, w := range group[1:] {
			if stem(w) != stem(group[0]) {
				t.Errorf("%s: %s, %s: %s", w, stem(w), group[0], stem(group[0]))
			}
		}
	}
	for _, w := range []string{"user", "order", "us", "is", "css", "14", "订单"} {
		if got := stem(w); got == "" {
			t.Errorf("%s vanishes", w)
		}
	}
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"who (owns|own)", "so who owns it", true},
		{"who (owns|own)", "who is it", false},
		{"who is (the|a)? owner", "who is owner", true},
		{"who is (the|a)? owner", "who is the owner", true},
		{"^ help $", "help", true},
		{"^ help $", "please help", false},
		{"what .. own", "what does the whole team own", true},
		{"what .. own", "what a b c d e f g h i own", false},
		{"deprecat*", "was it deprecated", true},
		{"谁 (负责|维护)", "这个谁维护", true},
		{"((a|b) c|d)? e", "b c e", true},
		{"((a|b) c|d)? e", "d e", true},
		{"((a|b) c|d)? e", "e", true},
		{"team 's services", "the team's services", true},
		{"page whoever", "nice page. whoever", false},
	}
	for _, tt := range tests {
		p, err := compile(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		m := &matcher{toks: tokenise(tt.text)}
		for i, k := range m.toks {
			if k.class != punct {
				m.seq = append(m.seq, i)
			}
		}
		got := false
		for i := range m.seq {
			got = got || m.match(p, i)
		}
		if got != tt.want {
			t.Errorf("%q on %q: %v", tt.pattern, tt.text, got)
		}
	}
	for _, bad := range []string{"", "(a", "a)", "?", "..", "^ $", strings.Repeat("(", 20) + "a"} {
		if _, err := compile(bad); err == nil {
			t.Errorf("%q compiles", bad)
		}
	}
}

func TestAliases(t *testing.T) {
	tests := []struct {
		e    catalog.Entity
		want []string
	}{
		{catalog.Entity{Description: "Does things. Also called Lantern."}, []string{"Lantern"}},
		{catalog.Entity{Description: "Formerly known as Owl Post."}, []string{"Owl Post"}},
		{catalog.Entity{Title: "订单中心(又叫老黄牛)"}, []string{"老黄牛"}},
		{catalog.Entity{Description: "订单服务:保存订单"}, []string{"订单服务"}},
		{catalog.Entity{Description: "稳定性保障组 (SRE)"}, []string{"SRE", "稳定性保障组"}},
		{catalog.Entity{Annotations: []catalog.Pair{{Key: "acme.example/aliases", Value: "foo, bar"}}}, []string{"foo", "bar"}},
		{catalog.Entity{Description: "A service."}, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, a := range aliasesOf(&tt.e) {
			got = append(got, a.text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt.e.Description+tt.e.Title, got, tt.want)
		}
	}
}

func TestFix(t *testing.T) {
	l, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"vesion": "version", "ownr": "owner", "depricated": "deprecated", "runbok": "runbook", "raining": "raining", "cat": "cat"} {
		if got := l.phrases.fix(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestUnturned: asking by a word twice is asking whether, but for what phrases know.
func TestUnturned(t *testing.T) {
	for in, want := range map[string]string{"干不干净": "是否干净", "支不支持中文": "是否支持中文", "能不能用": "能不能用", "要不要紧": "要不要紧", "稳不稳": "稳不稳", "不": "不"} {
		if got := unturned(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestOverlappingWords: a word does not take the first character of the next one.
func TestOverlappingWords(t *testing.T) {
	l, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range l.analyse(tokenise("查房间")) {
		got = append(got, u.text)
	}
	if strings.Join(got, " ") != "查 房间" {
		t.Errorf("%q", got)
	}
}
