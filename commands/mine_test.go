package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// TestMine: whoever asks about what is theirs hears of that, whatever was talked about before, and somebody whom the catalog
// does not know hears so.
func TestMine(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	zhao, lin, none := searchtest.Ref("user:zhao"), searchtest.Ref("user:lin"), catalog.Ref{}
	const stranger, strangerZH = "I do not know who you are", "我不知道你是目录中的哪一位"
	for _, tt := range []struct {
		text   string
		asker  catalog.Ref
		intent string
		want   string
	}{
		{"what do I own?", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"my services", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"show me my team's services", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"which services are mine", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"Which APIs do I look after?", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"which services are ours", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"what does my team own", zhao, "owned_by", "赵云 (Zhao Yun) owns"},
		{"我负责哪些服务", zhao, "owned_by", "赵云"},
		{"我的服务有哪些？", zhao, "owned_by", "赵云"},
		{"哪些接口是我的", zhao, "owned_by", "赵云"},
		{"我们团队有哪些服务", zhao, "owned_by", "赵云"},
		{"which team am I in", lin, "show", "Mia Lin"},
		{"我是哪个团队的", lin, "show", "林美"},
		{"who is in my team?", zhao, "members", "Mia Lin"},
		{"my teammates", zhao, "members", "Mia Lin"},
		{"我们组有谁", zhao, "members", "林美"},
		{"who is on call for my team", zhao, "oncall", ""},
		{"我们团队现在谁值班", zhao, "oncall", ""},

		{"what do I own?", none, "owned_by", stranger},
		{"which services are mine", none, "owned_by", stranger},
		{"who is in my team", none, "members", stranger},
		{"which team am I in", none, "show", stranger},
		{"哪些服务是我的", none, "owned_by", strangerZH},

		{"who owns parcels", zhao, "owner", "Parcel"},
		{"is there an api for my parcels", zhao, "", "Parcel"},
	} {
		for _, thread := range []string{"", "who owns parcels"} {
			q := commands.Question{Text: tt.text, Now: now, Asker: tt.asker, Lang: lang.Of(tt.text)}
			if thread != "" {
				q.Thread = []understand.Turn{{Text: thread}, {FromBot: true, Text: "Couriers", Entities: []catalog.Ref{searchtest.Ref("component:parcels")}}}
			}
			a, m := c.Ask(t.Context(), q)
			text := card.Plain(m)
			if tt.intent != "" && string(a.Intent) != tt.intent || !strings.Contains(text, tt.want) {
				t.Errorf("%q of %s after %q: %s %s, want %s %q:\n%s", tt.text, tt.asker, thread, a.Intent, a.Outcome, tt.intent, tt.want, text)
			}
			if tt.intent == "oncall" && (len(a.Entities) != 1 || a.Entities[0] != "group:default/money") {
				t.Errorf("%q is about %v", tt.text, a.Entities)
			}
		}
	}
	// Words that may mean the whole company's do so until somebody is known.
	for _, who := range []catalog.Ref{none, zhao, none} {
		a, m := c.Ask(t.Context(), commands.Question{Text: "which services are ours", Now: now, Asker: who})
		if own := strings.Contains(card.Plain(m), "赵云"); own != (who == zhao) {
			t.Errorf("%q hears %s:\n%s", who, a.Intent, card.Plain(m))
		}
	}
}
