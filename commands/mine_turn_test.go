package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// TestOnCallMe: whoever asks for their own turn hears of it, and somebody whom the catalog does not know hears that, and not
// of what talks about being on call.
func TestOnCallMe(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	lin, none := searchtest.Ref("user:lin"), catalog.Ref{}
	for _, tt := range []struct {
		text  string
		asker catalog.Ref
		want  string
	}{
		{"am i on call", lin, "on call for"},
		{"When am I on call?", lin, "on call for"},
		{"am i still on call", lin, "on call for"},
		{"until when am i on-call", lin, "on call for"},
		{"what am i on call for", lin, "on call for"},
		{"when is my next on-call shift", lin, "on call for"},
		{"when's my next shift", lin, "on call for"},
		{"do i have on call this weekend", lin, "That is for"},
		{"am i on call tomorrow", lin, "That is for Tue 24 Nov"},
		{"我什么时候值班", lin, "值班"},
		{"我今晚值班吗？", lin, "11月23日"},
		{"我下次值班什么时候", lin, "值班"},
		{"什么时候轮到我值班", lin, "值班"},
		{"am i on call", none, "I do not know who you are"},
		{"我什么时候值班", none, "我不知道你是目录中的哪一位"},
		{"who is on call for parcels", lin, "is on call for Parcel"},
		{"am i on call for parcels", lin, "is on call for Parcel"},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now, Asker: tt.asker, Lang: lang.Of(tt.text)})
		text := card.Plain(m)
		if a.Intent != "oncall" || !strings.Contains(text, tt.want) {
			t.Errorf("%q of %s: %s %s, want %q:\n%s", tt.text, tt.asker, a.Intent, a.Outcome, tt.want, text)
		}
		if len(a.Entities) != 1 && tt.asker == lin {
			t.Errorf("%q is about %v", tt.text, a.Entities)
		}
	}
	// The same words of somebody else are theirs.
	for _, who := range []string{"user:ada", "user:lin"} {
		a, _ := c.Ask(t.Context(), commands.Question{Text: "when am i on call", Now: now, Asker: searchtest.Ref(who)})
		if len(a.Entities) != 1 || !strings.EqualFold(a.Entities[0], searchtest.Ref(who).String()) {
			t.Errorf("%s hears of %v", who, a.Entities)
		}
	}
}

// TestOnCallStranger: in a chat somebody unknown hears how to say who they are; elsewhere there is no such command.
func TestOnCallStranger(t *testing.T) {
	t.Parallel()
	r, err := mux(t, nordwind(t)).Handle(t.Context(), &bot.Event{ID: "t:1", Time: now, Actor: bot.Actor{Platform: "t", ID: "u"}, Address: bot.Address{Platform: "t", Channel: "c"},
		Channel: bot.Channel{Direct: true}, Locale: lang.English, Input: bot.Said{Text: "am i on call"}})
	check(t, err)
	if m, _, _ := bot.MessageOf(r); !strings.Contains(card.Plain(m), "/backchannel link") {
		t.Errorf("in a chat: %s", card.Plain(m))
	}
	if _, m := nordwind(t).Ask(t.Context(), commands.Question{Text: "am i on call", Now: now}); strings.Contains(card.Plain(m), "link") {
		t.Errorf("in a terminal: %s", card.Plain(m))
	}
}

// TestNoOtherAnswer: what is not told is said as such, and in which languages one may ask.
func TestNoOtherAnswer(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for text, want := range map[string]string{
		"wer ist für parcels zuständig":              "English and Chinese",
		"how do i rotate the database password":      "No page says how",
		"what broke in the parcel service yesterday": "Parcel Service (parcels) in the last 2 days",
		"what is wrong with our data":                "the catalog",
	} {
		if _, m := c.Ask(t.Context(), commands.Question{Text: text, Now: now}); !strings.Contains(card.Plain(m), want) {
			t.Errorf("%q: want %q:\n%s", text, want, card.Plain(m))
		}
	}
}
