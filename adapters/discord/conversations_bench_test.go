package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// conversations is how many people talk to the bot at once.
const conversations = 200

// answerCard is a typical answer.
func answerCard() card.Message {
	return card.Message{Blocks: []card.Block{
		card.Text{Spans: []card.Span{{Kind: card.Entity, Text: "Checkout", URL: "https://portal.example.com/c"}, card.T(" is owned by "), card.S("Checkout Crew"), card.T(".")}},
		card.Actions{Items: []card.Action{button("On call", "oncall"), button("Share", "share")}},
		card.Note{Spans: []card.Span{card.T("components.yaml:5 · read 2 min ago")}},
	}}
}

// constant answers everything alike.
type constant struct{ reply bot.Reply }

func (c constant) Handle(context.Context, *bot.Event) (bot.Reply, error) { return c.reply, nil }

// times are what rounds took: until something was acknowledged, and until its answer could be seen.
type times struct{ acked, seen []time.Duration }

func (t *times) add(o times) {
	t.acked, t.seen = append(t.acked, o.acked...), append(t.seen, o.seen...)
}

func p99(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)*99/100]
}

// round has everybody ask at once, each in a channel of their own, and waits until all see an answer.
func round(srv *discordtest.Server, base int, ask func(channel, user string)) times {
	began := make([]time.Time, conversations)
	out := times{make([]time.Duration, conversations), make([]time.Duration, conversations)}
	place := map[string]int{}
	for i := range conversations {
		place[fmt.Sprintf("7%017d", base+i)] = i
	}
	var seen, asked sync.WaitGroup
	seen.Add(conversations)
	srv.Watch(func(channel string, _ discordtest.Shown) {
		if i, ok := place[channel]; ok && out.seen[i] == 0 {
			out.seen[i] = time.Since(began[i])
			seen.Done()
		}
	})
	for channel, i := range place {
		asked.Go(func() {
			began[i] = time.Now()
			ask(channel, fmt.Sprintf("8%017d", i))
			out.acked[i] = time.Since(began[i])
		})
	}
	asked.Wait()
	seen.Wait()
	return out
}

// empty is the least that an application can do: it checks the signature and answers with the same bytes.
func empty(key ed25519.PublicKey, answer []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		sum, bad := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
		if err != nil || bad != nil || !ed25519.Verify(key, append([]byte(r.Header.Get("X-Signature-Timestamp")), body...), sum) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var in struct{ Type int }
		if json.Unmarshal(body, &in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	})
}

// BenchmarkConversations has 200 people ask at once and measures when they are acknowledged and when they see an
// answer (Discord's deadline for the first is 3 s, the goal for the second 1 s), in turns with one that does next to
// nothing: over HTTP a handler that checks the signature, on the gateway one that posts without having been asked.
func BenchmarkConversations(b *testing.B) {
	b.Run("http", func(b *testing.B) { converse(b, ModeHTTP) })
	b.Run("gateway", func(b *testing.B) { converse(b, ModeGateway) })
}

func converse(b *testing.B, mode string) {
	srv := discordtest.New()
	defer srv.Close()
	a := New(Config{Mode: mode, Token: discordtest.Token, ApplicationID: discordtest.App, PublicKey: srv.PublicKey(), APIURL: srv.APIURL()},
		Deps{Tokens: plainTokens{}, Inbox: bot.NewMemoryInbox(1_000_000, time.Hour)})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, constant{bot.Say{Message: answerCard()}}) }()
	defer func() { cancel(); <-done }()
	var ours, floor func(channel, user string)
	if mode == ModeHTTP {
		ours, floor = byHTTP(b, srv, a)
	} else {
		ours, floor = byGateway(b, srv)
	}
	for a.live.Load() == nil || mode == ModeGateway && len(srv.Sockets()) == 0 {
		time.Sleep(time.Millisecond)
	}
	round(srv, 0, ours)
	round(srv, conversations, floor)
	b.ResetTimer()
	var us, them times
	for n := 1; b.Loop(); n++ {
		us.add(round(srv, 2*n*conversations, ours))
		them.add(round(srv, (2*n+1)*conversations, floor))
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(slices.Max(us.acked)), "ack-max-ms")
	b.ReportMetric(ms(p99(us.seen)), "visible-p99-ms")
	b.ReportMetric(ms(p99(them.seen)), "floor-p99-ms")
	b.ReportMetric(float64(p99(us.seen))/float64(p99(them.seen)), "x-floor")
	for _, p := range srv.Problems() {
		b.Errorf("Discord says: %s", p)
	}
}

func byHTTP(b *testing.B, srv *discordtest.Server, a *Adapter) (ours, floor func(channel, user string)) {
	answer, _ := json.Marshal(callback{answerMessage, a.fit(answerCard(), bot.Actor{})[0]})
	key, _ := hex.DecodeString(srv.PublicKey())
	ask := func(h http.Handler) func(channel, user string) {
		web := httptest.NewServer(h)
		b.Cleanup(web.Close)
		return func(channel, user string) {
			body, _ := srv.Payload(discordtest.Interaction{Type: isCommand, Channel: channel, User: user, Data: commandData("backchannel", "who owns checkout")})
			if status, _, err := srv.Deliver(b.Context(), web.URL, body); status != http.StatusOK || err != nil {
				b.Errorf("%d %v", status, err)
			}
		}
	}
	return ask(a.Routes()[0].Handler), ask(empty(key, answer))
}

func byGateway(b *testing.B, srv *discordtest.Server) (ours, floor func(channel, user string)) {
	a := New(Config{}, Deps{Tokens: plainTokens{}})
	raw, _ := json.Marshal(a.fit(answerCard(), bot.Actor{})[0])
	client := &http.Client{Timeout: patience}
	b.Cleanup(client.CloseIdleConnections)
	ours = func(channel, user string) {
		if err := srv.Dispatch("MESSAGE_CREATE", srv.Said("", channel, user, "<@"+discordtest.BotUser+"> who owns checkout", false)); err != nil {
			b.Error(err)
		}
	}
	floor = func(channel, _ string) {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, srv.APIURL()+"/channels/"+channel+"/messages", bytes.NewReader(raw))
		if err != nil {
			b.Error(err)
			return
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bot "+discordtest.Token)
		req.Header.Set("User-Agent", userAgent)
		resp, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		resp.Body.Close()
	}
	return ours, floor
}
