package discord

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// TestAFormOfADeadProcessIsHandedInAgain: a process that ended between the acknowledgement of a form and what it asks
// for leaves the form behind. The next one does it, once, and answers in a direct message.
func TestAFormOfADeadProcessIsHandedInAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		reply func(bot.Submitted) bot.Reply
		want  string
	}{
		"answered": {func(in bot.Submitted) bot.Reply { return bot.Whisper{Message: words("made " + in.Values["name"][0])} }, "made till"},
		"work": {func(in bot.Submitted) bot.Reply {
			return bot.Work{Run: func(context.Context) (bot.Reply, error) {
				return bot.Say{Message: words("made " + in.Values["name"][0])}, nil
			}}
		}, "made till"},
		"refused": {func(bot.Submitted) bot.Reply { return bot.Invalid{Fields: map[string]string{"name": "is taken"}} }, "Name: is taken"},
	} {
		t.Run(name, func(t *testing.T) {
			state := bot.NewMemoryState()
			before := bot.NewDesk(state.Drafts, func() time.Time { return time.Now().Add(-10 * time.Minute) })
			who := bot.Actor{Platform: platform, Workspace: discordtest.Guild, ID: snow("ada")}
			ev := &bot.Event{Actor: who, Address: bot.Address{Platform: platform, Workspace: discordtest.Guild, Channel: "1"}, Locale: lang.English}
			o, err := before.Open(t.Context(), ev, card.Form{ID: "make", Title: "Make it", Draft: "d", Fields: []card.FormField{{Name: "name", Label: "Name", Kind: card.FieldLine}}}, localeOf(ev))
			if err != nil {
				t.Fatal(err)
			}
			o.Merge(card.Values{"name": {"till"}})
			if err := before.HandIn(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			var n atomic.Int32
			h := start(t, ModeHTTP, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
				if in, ok := ev.Input.(bot.Submitted); ok {
					n.Add(1)
					return tt.reply(in), nil
				}
				return bot.Nothing{}, nil
			}, func(h *harness) {
				h.a.deps.Drafts, h.a.desk = state.Drafts, bot.NewDesk(state.Drafts, time.Now)
				h.a.tune.resubmit = 5 * time.Millisecond
			})
			h.sees(snow("ada"), discordtest.DirectWith(snow("ada")), tt.want)
			for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
				if all, err := state.Drafts.(bot.Claims).Claimed(t.Context(), time.Now().Add(time.Hour), 10); err == nil && len(all) == 0 {
					break
				} else if time.Now().After(end) {
					t.Fatalf("left: %v, %v", all, err)
				}
			}
			time.Sleep(30 * time.Millisecond)
			if n.Load() != 1 {
				t.Errorf("submitted %d times", n.Load())
			}
		})
	}
}

// TestCensus: over HTTP nothing tells of guilds; they are counted, and one that is missing twice is gone.
func TestCensus(t *testing.T) {
	d := &diary{}
	kept := bot.NewMemoryState().Installations
	for _, id := range []string{"1", "2"} {
		if err := kept.Save(t.Context(), bot.Installation{Platform: platform, Workspace: id}); err != nil {
			t.Fatal(err)
		}
	}
	many := []string{"2", "3"}
	for i := range 300 {
		many = append(many, fmt.Sprint(50_000+i))
		if err := kept.Save(t.Context(), bot.Installation{Platform: platform, Workspace: fmt.Sprint(50_000 + i)}); err != nil {
			t.Fatal(err)
		}
	}
	h := start(t, ModeHTTP, d.Handle, func(h *harness) {
		h.a.deps.Installations = kept
		h.a.tune.recheck = 10 * time.Millisecond
		h.discord.Join(many...)
	})
	d.has(t, "removed 1 ", "installed 3 ")
	h.discord.Join(append(many[2:], "3")...)
	h.wait("another count", func() bool { return h.discord.Calls("guilds") > 8 })
	d.has(t, "removed 1 ", "installed 3 ", "removed 2 ")
}

// TestMembers: who is a member of a guild is asked in the background, and known afterwards.
func TestMembers(t *testing.T) {
	h := start(t, ModeHTTP, (&diary{}).Handle, func(h *harness) {
		h.discord.Join(discordtest.Guild)
		h.discord.Enter(discordtest.Guild, snow("ada"))
	})
	for who, want := range map[string]bool{"ada": true, "bob": false} {
		actor := bot.Actor{Platform: platform, Workspace: directs, ID: snow(who)}
		if _, known := h.a.Member(actor, discordtest.Guild); known {
			t.Errorf("%s is known before anybody was asked", who)
		}
		for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			member, known := h.a.Member(actor, discordtest.Guild)
			if known && member == want {
				break
			} else if time.Now().After(end) {
				t.Fatalf("%s: %v, %v", who, member, known)
			}
		}
	}
	calls := h.discord.Calls("member")
	if _, known := h.a.Member(bot.Actor{ID: snow("ada")}, discordtest.Guild); !known || h.discord.Calls("member") != calls {
		t.Error("it is asked again")
	}
	if member, known := h.a.Member(bot.Actor{ID: "no id"}, discordtest.Guild); member || !known {
		t.Error("what is no id is a member")
	}
}

// TestMembersAreBounded and asked again after a while; what was known stays meanwhile.
func TestMembersAreBounded(t *testing.T) {
	now := time.Now()
	m := newMembers(nil, func() time.Time { return now })
	for i := range maxMembers + 10 {
		m.lookup(memberKey{"g", strings.Repeat("1", 1+i%3) + fmt.Sprint(i)})
	}
	if m.order.Len() != maxMembers || len(m.cache) != maxMembers {
		t.Errorf("%d rows", m.order.Len())
	}
	m.store(memberKey{"g", "forgotten"}, true)
	last := m.order.Back().Value.(*memberRow).key
	m.store(last, true)
	for len(m.asked) > 0 {
		<-m.asked
	}
	now = now.Add(memberLasts + time.Second)
	if member, known := m.lookup(last); !member || !known || len(m.asked) != 1 {
		t.Errorf("%v, %v, asked %d", member, known, len(m.asked))
	}
}
