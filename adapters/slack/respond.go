package slack

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// responseType says who sees a message that is sent as a response.
type responseType string

const (
	ephemeral responseType = "ephemeral"
	inChannel responseType = "in_channel"
)

// response appends the whole body of a response: the acknowledgement of a slash command, or a response_url's message.
func (r *renderer) response(kind responseType, replace bool, thread string, m card.Message) {
	r.dst = append(r.dst, `{"response_type":"`...)
	r.dst = append(r.dst, kind...)
	r.dst = append(r.dst, `",`...)
	if replace {
		r.dst = append(r.dst, `"replace_original":true,`...)
	} else {
		r.dst = append(r.dst, `"replace_original":false,`...)
	}
	if thread != "" {
		r.dst = append(r.dst, `"thread_ts":`...)
		r.dst = appendJSON(r.dst, thread)
		r.dst = append(r.dst, ',')
	}
	r.dst = append(r.dst, `"unfurl_links":false,"unfurl_media":false,`...)
	r.message(m)
	r.dst = append(r.dst, '}')
}

// respondAll sends messages to the arrival's response_url, of which only the first may replace the original.
func (s *session) respondAll(ctx context.Context, t *tenant, ar *arrival, kind responseType, replace bool, p *parcel) error {
	for ; ; p.sent++ {
		m, ok := p.next()
		if !ok {
			return nil
		}
		first := replace && p.sent == 0
		thread := ar.back.thread
		if first {
			thread = "" // it stays where it is
		}
		if kind == inChannel {
			if err := t.pace.wait(ctx, ar.back.channel); err != nil {
				return fault.Wrap(fault.Upstream, err, "wait to post")
			}
		}
		r := s.rings.Get().(*renderer)
		r.start(m.Lang, s.a.deps.Tokens, ar.event.Actor)
		r.response(kind, first, thread, m)
		err := s.respond(ctx, ar.back.url, r.dst)
		s.rings.Put(r)
		if err != nil {
			return err
		}
	}
}

// respondTries bounds how often one message is sent to a response_url.
const respondTries = 4

// respond posts a body to a response_url. It tries again when Slack is busy or broken, until ctx is done.
func (s *session) respond(ctx context.Context, to string, body []byte) error {
	if err := s.a.mayRespond(to); err != nil {
		return err
	}
	for try := 0; ; try++ {
		wait, err := s.respondOnce(ctx, to, body)
		if err == nil || wait < 0 || try == respondTries-1 || ctx.Err() != nil {
			return err
		}
		bot.Sleep(ctx, max(wait, s.a.backoff().After(try)))
	}
}

// respondOnce posts once. On an error, wait is how long Slack wants to be left alone, negative when trying again is
// of no use.
func (s *session) respondOnce(ctx context.Context, to string, body []byte) (wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return -1, fault.Wrap(fault.Invalid, err, "response_url")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := s.a.deps.HTTP.Do(req)
	if err != nil {
		return 0, fault.Wrap(fault.Upstream, err, "post to response_url")
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
	switch {
	case resp.StatusCode < 300:
		return 0, nil
	case resp.StatusCode == http.StatusTooManyRequests:
		return retryAfter(resp.Header), fault.New(fault.Upstream, "Slack limits the rate of response_url")
	case resp.StatusCode >= 500:
		return 0, fault.New(fault.Upstream, "response_url answered %d", resp.StatusCode)
	default:
		return -1, fault.New(fault.Forbidden, "response_url answered %d: %s", resp.StatusCode, bytes.TrimSpace(said))
	}
}

// retryAfter is how long Slack wants to be left alone, within reason.
func retryAfter(h http.Header) time.Duration {
	sec, _ := strconv.Atoi(h.Get("Retry-After"))
	return time.Duration(min(max(sec, 1), 120)) * time.Second
}

// mayRespond refuses addresses that no response_url has. They come in signed payloads, so this only stops mistakes:
// plain http is for a stand-in, whose API is plain http as well.
func (a *Adapter) mayRespond(to string) error {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && len(a.cfg.APIURL) > 5 && a.cfg.APIURL[:5] == "http:") {
		return fault.New(fault.Invalid, "response_url %q is no address of Slack", to)
	}
	return nil
}
