package discord

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
)

// TestReplicas has two processes on one gateway: everything comes to both, takes effect once, and is answered once.
func TestReplicas(t *testing.T) {
	srv := discordtest.New()
	state := bot.NewMemoryState()
	c := &counting{}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range 2 {
		a := New(Config{Mode: ModeGateway, Token: discordtest.Token, ApplicationID: discordtest.App, APIURL: srv.APIURL()},
			Deps{Tokens: plainTokens{}, Inbox: state.Inbox, Drafts: state.Drafts, Replicas: true})
		running.Go(func() { a.Run(ctx, bot.HandlerFunc(c.Handle)) })
	}
	h := &harness{t: t, discord: srv, a: New(Config{}, Deps{Tokens: plainTokens{}}), log: &syncBuffer{}}
	defer func() {
		stop()
		running.Wait()
		for _, p := range srv.Problems() {
			t.Error(p)
		}
		srv.Close()
	}()
	h.wait("both", func() bool { return len(srv.Sockets()) == 2 })
	send := func(in discordtest.Interaction) string {
		in.Channel, in.User = "1", snow("a")
		body, token := srv.Payload(in)
		for _, socket := range srv.Sockets() {
			socket.Send("INTERACTION_CREATE", body)
		}
		h.wait("an answer", func() bool { kind, _ := srv.Answer(token); return kind != 0 })
		return token
	}
	const rounds = 10
	for i := range rounds {
		send(discordtest.Interaction{Type: isCommand, Data: commandData("backchannel", "x")})
		shown := srv.Shown(snow("a"), "1")
		m := shown[len(shown)-1]
		send(discordtest.Interaction{Type: isComponent, On: m.ID, Data: pressData(m.Buttons[0])})
		token := send(discordtest.Interaction{Type: isCommand, Data: commandData("backchannel", "form")})
		_, raw := srv.Answer(token)
		send(discordtest.Interaction{Type: isModal, Data: filled(raw, map[string]any{"Name": fmt.Sprint("pay", i)})})
		said := srv.Said("", fmt.Sprint(100+i), snow("a"), "<@"+discordtest.BotUser+"> hello", false)
		for _, socket := range srv.Sockets() {
			socket.Send("MESSAGE_CREATE", said)
		}
	}
	time.Sleep(200 * time.Millisecond) // whatever else would come
	for input, want := range map[string]int{"Invoked": 2 * rounds, "Pressed": rounds, "Submitted": rounds, "Said": rounds} {
		if n := c.count(input); n != want {
			t.Errorf("%s was handled %d times, not %d", input, n, want)
		}
	}
	if n := len(srv.Shown(snow("a"), "1")); n != 2*rounds {
		t.Errorf("%d messages", n)
	}
}
