package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

// conversations is how many people talk to the bot at once.
const conversations = 200

// times are what one round took.
type times struct {
	acked, seen []time.Duration
}

// p99 is the time that one in a hundred exceeds.
func p99(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)*99/100]
}

// round has everybody mention the bot at once, each in a channel of their own, and waits until all see an answer.
func round(b *testing.B, srv *slacktest.Server, callbacks, name string) times {
	b.Helper()
	began := make([]time.Time, conversations)
	out := times{make([]time.Duration, conversations), make([]time.Duration, conversations)}
	place := map[string]int{}
	for i := range conversations {
		place[fmt.Sprintf("C%s%d", name, i)] = i
	}
	var seen sync.WaitGroup
	seen.Add(conversations)
	srv.Watch(func(m slacktest.Message) {
		if i, ok := place[m.Channel]; ok && out.seen[i] == 0 {
			out.seen[i] = time.Since(began[i])
			seen.Done()
		}
	})
	var asked sync.WaitGroup
	for channel, i := range place {
		asked.Go(func() {
			body := srv.Event("Ev"+channel, srv.Said("app_mention", channel, fmt.Sprint("U", i), "who owns checkout?"))
			began[i] = time.Now()
			if status, _, err := srv.Deliver(b.Context(), callbacks+"/slack/events", body); status != 200 || err != nil {
				b.Errorf("%d %v", status, err)
			}
			out.acked[i] = time.Since(began[i])
		})
	}
	asked.Wait()
	seen.Wait()
	return out
}

// empty is the least that a bot can do: it checks the signature, reads who said it where, and posts the same bytes to
// everybody.
func empty(srv *slacktest.Server, blocks string) http.Handler {
	client := &http.Client{Timeout: patience}
	check := newVerifier(slacktest.Secret, time.Now)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !check.verify(r.Header.Get("X-Slack-Request-Timestamp"), r.Header.Get("X-Slack-Signature"), body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var in struct{ Event struct{ Channel, TS string } }
		if err := json.Unmarshal(body, &in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		go func() {
			form := url.Values{"channel": {in.Event.Channel}, "thread_ts": {in.Event.TS}, "text": {"x"}, "blocks": {blocks}, "unfurl_links": {"false"}, "unfurl_media": {"false"}}
			req, err := http.NewRequest(http.MethodPost, srv.APIURL()+"chat.postMessage", strings.NewReader(form.Encode()))
			if err != nil {
				return
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Authorization", "Bearer "+slacktest.BotToken)
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
	})
}

// BenchmarkConversations has 200 people ask at once and measures when they are acknowledged and when they see an answer
// (Slack's deadline for the first is 3 s, the goal for the second 1 s), in turns with a bot that does next to nothing.
func BenchmarkConversations(b *testing.B) {
	srv := slacktest.New()
	defer srv.Close()
	a := New(Config{Mode: ModeHTTP, BotToken: slacktest.BotToken, SigningSecret: slacktest.Secret, APIURL: srv.APIURL()},
		Deps{Tokens: fixedTokens{}, Inbox: bot.NewMemoryInbox(1_000_000, time.Hour)})
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	ours := httptest.NewServer(mux)
	defer ours.Close()
	var blocks strings.Builder
	blocks.WriteByte('[')
	for i, part := range render(answerCard(), fixedTokens{}, bot.Actor{}).blocks {
		if i > 0 {
			blocks.WriteByte(',')
		}
		blocks.Write(part)
	}
	blocks.WriteByte(']')
	least := httptest.NewServer(empty(srv, blocks.String()))
	defer least.Close()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, constant{bot.Say{Message: answerCard()}}) }()
	defer func() { cancel(); <-done }()
	for a.live.Load() == nil {
		time.Sleep(time.Millisecond)
	}
	round(b, srv, ours.URL, "warm")
	round(b, srv, least.URL, "warmfloor")
	b.ResetTimer()
	var bot, floor times
	for n := 0; b.Loop(); n++ {
		r, f := round(b, srv, ours.URL, fmt.Sprint("a", n, "x")), round(b, srv, least.URL, fmt.Sprint("b", n, "x"))
		bot.acked, bot.seen = append(bot.acked, r.acked...), append(bot.seen, r.seen...)
		floor.acked, floor.seen = append(floor.acked, f.acked...), append(floor.seen, f.seen...)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(slices.Max(bot.acked)), "ack-max-ms")
	b.ReportMetric(ms(p99(bot.seen)), "visible-p99-ms")
	b.ReportMetric(ms(p99(floor.seen)), "floor-p99-ms")
	b.ReportMetric(float64(p99(bot.seen))/float64(p99(floor.seen)), "x-floor")
	for _, p := range srv.Problems() {
		b.Errorf("Slack says: %s", p)
	}
}
