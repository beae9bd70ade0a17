package proxy

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// Get asks for a path below the target.
func (u *Upstream) Get(ctx context.Context, path string) (*outbound.Response, error) {
	return u.Do(ctx, outbound.Request{URL: path})
}

// Do asks the upstream. URL is a path below the target, escaped, maybe with a query. The answer of a GET may be one that
// was given before: its At says when. A Cache-Control in r.Header says how old it may be (max-age, no-cache, no-store),
// and with stale-if-error how old where the upstream does not answer now; it is not passed on.
//
// Any status is an answer; Response.Err tells what it means. An error says that there is no answer: of kind
// fault.Forbidden what our rules refuse, of kind fault.Upstream the rest, in words that hold no address and no secret.
// The context bounds the wait of the caller; a request that others wait for as well goes on without it.
func (u *Upstream) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	full, own, err := u.address(r.Method, r.URL)
	if err != nil {
		u.seen(r.Method, 0, Refused, 0, 0)
		return nil, err
	}
	w := u.wish(r.Header)
	r.Header = u.headers(r.Header, own)
	r.URL = full.String()
	if own && u.c.Sign != nil {
		rel, _ := u.within(full)
		if err := u.c.Sign(ctx, rel, r.Header); err != nil {
			u.seen(r.Method, 0, Refused, 0, 0)
			return nil, fault.Wrap(fault.KindOf(err), err, "%s cannot be asked", u.c.Name)
		}
	}
	client := u.client
	if !own {
		client = u.elsewhere
	}
	if r.Method != http.MethodGet || r.Header.Get("Range") != "" {
		resp, err := u.send(ctx, client, r)
		if err == nil && resp.Status < http.StatusBadRequest && unsafe(r.Method) {
			u.kept.clear()
		}
		return resp, err
	}
	return u.shared(ctx, client, r, w)
}

// unsafe reports whether a method may change something (RFC 9110, 9.2.1).
func unsafe(method string) bool {
	return !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// keyOf tells answers apart: by address and by every header, secrets of the caller included.
func keyOf(r outbound.Request) string {
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		h.Write([]byte(name + "\x00" + strings.Join(r.Header[name], "\x01") + "\x02"))
	}
	return r.URL + " " + hex.EncodeToString(h.Sum(nil)[:12])
}

// shared answers a GET from what is kept, or together with all who ask the same now.
func (u *Upstream) shared(ctx context.Context, client *outbound.Client, r outbound.Request, w wish) (*outbound.Response, error) {
	key := keyOf(r)
	kept := u.kept.get(key)
	now := u.o.Clock()
	if kept != nil && now.Sub(kept.At) < w.fresh {
		u.seen(r.Method, kept.Status, Hit, 0, len(kept.Body))
		return kept, nil
	}
	u.flying.Add(1) // before the group's own goroutine begins, so that Close waits for it
	result := u.flight.DoChan(key, func() (any, error) {
		alone, cancel := context.WithTimeout(context.WithoutCancel(ctx), u.longest())
		defer cancel()
		defer context.AfterFunc(u.ending, cancel)()
		if kept != nil {
			r.ETag, r.LastModified = kept.ETag, kept.LastModified
		}
		resp, err := u.send(alone, client, r)
		if err != nil {
			return nil, err
		}
		if resp.NotModified && kept != nil {
			same := *kept
			same.At = resp.At
			resp = &same
		}
		if w.store && keepable(resp) {
			u.kept.put(key, resp)
		}
		return resp, nil
	})
	done := make(chan singleResult, 1)
	go func() {
		defer u.flying.Done()
		res := <-result
		resp, _ := res.Val.(*outbound.Response)
		done <- singleResult{resp, res.Err}
	}()
	select {
	case res := <-done:
		if stale := u.stale(kept, w, res); stale != nil {
			return stale, nil
		}
		return res.resp, res.err
	case <-ctx.Done():
		res := singleResult{nil, u.away("it took too long")}
		if stale := u.stale(kept, w, res); stale != nil {
			return stale, nil
		}
		return nil, res.err
	}
}

type singleResult struct {
	resp *outbound.Response
	err  error
}

// stale is the kept answer where a new one cannot be had and the caller would rather have that.
func (u *Upstream) stale(kept *outbound.Response, w wish, res singleResult) *outbound.Response {
	failed := res.err != nil || res.resp.Status >= http.StatusInternalServerError || res.resp.Status == http.StatusTooManyRequests
	if !failed || kept == nil || kept.Status >= http.StatusBadRequest || u.o.Clock().Sub(kept.At) > w.onError {
		return nil
	}
	return kept
}

// longest is how long all attempts together may take.
func (u *Upstream) longest() time.Duration {
	return time.Duration(u.c.Attempts)*(u.c.Timeout+u.c.Patience) + time.Second
}

// send makes a request that nobody has answered before, as far as the breaker lets it.
func (u *Upstream) send(ctx context.Context, client *outbound.Client, r outbound.Request) (*outbound.Response, error) {
	if until, ok := u.breaker.resting(); ok {
		u.seen(r.Method, 0, Resting, 0, 0)
		return nil, u.away("it asks for no requests until %s", until.UTC().Format("15:04:05 MST"))
	}
	if until, why, ok := u.breaker.enter(); !ok {
		u.seen(r.Method, 0, Open, 0, 0)
		return nil, u.away("%s; it is left alone until %s", why, until.UTC().Format("15:04:05 MST"))
	}
	start := u.o.Clock()
	resp, err := client.Do(ctx, r)
	took := u.o.Clock().Sub(start)
	if err != nil {
		outcome, why := told(ctx, err)
		u.seen(r.Method, 0, outcome, took, 0)
		switch outcome {
		case Refused, Canceled, Resting:
			u.breaker.undecided()
		default:
			u.breaker.leave(why)
		}
		if outcome == Refused {
			return nil, fault.Wrap(fault.Forbidden, errors.New(why), "the upstream %s is not asked", u.c.Name)
		}
		return nil, u.away("%s", why)
	}
	if until, ok := used(resp, u.o.Clock()); ok {
		u.breaker.pause(until)
	}
	outcome, why := meaning(resp.Status)
	u.breaker.leave(why)
	u.seen(r.Method, resp.Status, outcome, took, len(resp.Body))
	return resp, nil
}

func (u *Upstream) away(format string, args ...any) error {
	return fault.Wrap(fault.Upstream, fault.New(fault.Upstream, format, args...), "%s did not answer", u.c.Name)
}

// told says in words without an address why there is no answer.
func told(ctx context.Context, err error) (Outcome, string) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return Canceled, "it was called off"
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return Unreachable, err.Error()
	}
	why := e.Message
	if e.Err != nil {
		why = e.Err.Error()
	}
	if strings.Contains(why, " tcp ") { // "dial tcp 10.0.0.1:443: connect: connection refused"
		why = why[strings.LastIndex(why, ": ")+1:]
		why = strings.TrimSpace(why)
	}
	switch {
	case e.Kind == fault.Forbidden:
		return Refused, why
	case e.Kind == fault.Invalid && strings.Contains(why, "larger than"):
		return TooLarge, why
	case e.Kind == fault.Upstream && e.Err == nil && strings.Contains(why, " asks for no requests"):
		return Resting, "it" + why[strings.Index(why, " asks for no requests"):]
	case ctx.Err() != nil || why == "it took too long":
		return Timeout, "it took too long"
	}
	return Unreachable, why
}

// maxRest is the longest time that an upstream can make us rest.
const maxRest = time.Hour

// used reads that nothing is left of a window of requests, and when the next one begins, as GitHub and GitLab tell it
// (docs.github.com, "Rate limits for the REST API"). A clock that is off moves it by as much.
func used(resp *outbound.Response, now time.Time) (until time.Time, ok bool) {
	if resp.Status != http.StatusForbidden && resp.Status != http.StatusTooManyRequests {
		return until, false
	}
	get := func(name string) string { return cmp.Or(resp.Header.Get("X-"+name), resp.Header.Get(name)) }
	reset, err := strconv.ParseInt(get("RateLimit-Reset"), 10, 64)
	if err != nil || get("RateLimit-Remaining") != "0" {
		return until, false
	}
	until = time.Unix(reset, 0)
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if skew := at.Sub(now); skew.Abs() > time.Minute {
			until = until.Add(-skew)
		}
	}
	if latest := now.Add(maxRest); until.After(latest) {
		until = latest
	}
	return until, until.After(now)
}

// meaning sorts a status; why is empty where the upstream is well.
func meaning(status int) (o Outcome, why string) {
	switch {
	case status == http.StatusTooManyRequests:
		return Limited, ""
	case status >= http.StatusInternalServerError:
		return ServerError, fmt.Sprintf("it answers with status %d", status)
	case status >= http.StatusBadRequest:
		return ClientError, ""
	case status == http.StatusNotModified:
		return NotModified, ""
	}
	return OK, ""
}
