package bot

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
)

func TestDirectMessagesAreNotKept(t *testing.T) {
	t.Parallel()
	store := newMemoryThreads()
	m := NewSharedMemory(NewShortMemory(10, time.Hour), store, slog.New(slog.DiscardHandler))
	mux, err := NewMux(MuxConfig{Memory: m, Ask: HandlerFunc(func(context.Context, *Event) (Reply, error) {
		return Say{Answer: Answer{Outcome: Answered, Intent: "owner", Entities: []string{"component:default/pay"}}, Message: card.Message{Summary: []card.Span{card.T("the answer")}}}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, direct := range []bool{true, false} {
		ev := &Event{Address: Address{Platform: "p", Workspace: "W", Channel: "C"}, Actor: Actor{Platform: "p", Workspace: "W", ID: "U"}, Time: now, Input: Said{Text: "the question"}}
		if ev.Channel.Direct = direct; direct {
			ev.Address.Channel = "D"
		}
		mux.Handle(t.Context(), ev) //nolint:errcheck // it has none
		if turns := m.Recall(conversationKey(ev), now); len(turns) != 2 || turns[0].Text != "the question" {
			t.Errorf("direct %v: remembered %+v", direct, turns)
		}
		m.save(t.Context())
		kept := store.rows[conversationKey(ev)].Turns
		if len(kept) != 2 || (kept[0].Text == "") != direct || (kept[1].Text == "") != direct || kept[0].Entities == nil {
			t.Errorf("direct %v: kept %+v", direct, kept)
		}
	}
}
