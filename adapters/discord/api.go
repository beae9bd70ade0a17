package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// api is the REST API through the SDK, which keeps Discord's rate limit buckets. Waiting for them is done here, so
// that it ends with its context.
type api struct {
	base string
	app  string
	sdk  *discordgo.Session
}

// userAgent is of the form that Discord asks for.
const userAgent = "DiscordBot (https://github.com/backchannel-portal/backchannel, 1)"

func newAPI(cfg Config, client *http.Client) *api {
	a := &api{base: cfg.APIURL, app: cfg.ApplicationID, sdk: newSDK(cfg, client)}
	return a
}

// newSDK returns a session of the SDK, which makes no connection yet and never reconnects by itself.
func newSDK(cfg Config, client *http.Client) *discordgo.Session {
	s, _ := discordgo.New("Bot " + cfg.Token) // it has no way to fail
	s.Client = client
	s.UserAgent = userAgent
	s.MaxRestRetries = 0
	s.ShouldRetryOnRateLimit = false
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.StateEnabled = false
	s.SyncEvents = true
	s.LogLevel = -1 // it writes to standard error, and tokens with it
	return s
}

// tries bounds how often one request is made.
const tries = 5

// call makes a request and decodes the answer into out, unless out is nil. Repeatable says that making it twice does
// what making it once does; only then is it made again when it is not known whether it arrived. A request that hits a
// rate limit is made again when Discord allows, until ctx is done. Errors have the kind NotFound, Forbidden, Invalid
// or Upstream; they name no token.
func (a *api) call(ctx context.Context, method, path, bucket string, repeatable bool, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fault.Wrap(fault.Internal, err, "write a request to Discord")
		}
	}
	for try := 0; ; try++ {
		raw, wait, err := a.once(ctx, method, path, bucket, body)
		if err == nil {
			if out == nil {
				return nil
			}
			return fault.Wrap(fault.Upstream, json.Unmarshal(raw, out), "read Discord's answer")
		}
		if try == tries-1 || ctx.Err() != nil || wait < 0 || wait == 0 && !repeatable {
			return err
		}
		bot.Sleep(ctx, max(wait, 200*time.Millisecond<<try))
	}
}

// once makes a request once. On an error, wait is how long Discord wants to be left alone; zero says that the request
// may or may not have arrived, a negative one that trying again is of no use.
func (a *api) once(ctx context.Context, method, path, bucket string, body []byte) (raw []byte, wait time.Duration, err error) {
	b, err := a.lock(ctx, bucket)
	if err != nil {
		return nil, -1, fault.New(fault.Upstream, "Discord limits the rate of %s", bucket)
	}
	raw, err = a.sdk.RequestWithLockedBucket(method, a.base+path, "application/json", body, b, 0, discordgo.WithContext(ctx))
	if err == nil {
		return raw, 0, nil
	}
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) {
		return nil, max(limited.RetryAfter, time.Millisecond), fault.New(fault.Upstream, "Discord limits the rate of %s", bucket)
	}
	var refused *discordgo.RESTError
	if errors.As(err, &refused) {
		return nil, refusedWait(refused), refusal(refused, method, bucket)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // without the address, which may hold the token of an interaction
	} else if strings.HasPrefix(err.Error(), "Exceeded Max retries") {
		err = errors.New("the platform answered 502")
	}
	return nil, 0, fault.Wrap(fault.Upstream, err, "%s %s", method, bucket)
}

func refusedWait(e *discordgo.RESTError) time.Duration {
	if e.Response.StatusCode >= 500 {
		return 0
	}
	return -1
}

// refusal is an answer of Discord's as an error.
func refusal(e *discordgo.RESTError, method, bucket string) error {
	kind := fault.Upstream
	switch e.Response.StatusCode {
	case http.StatusBadRequest:
		kind = fault.Invalid
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = fault.Forbidden
	case http.StatusNotFound:
		kind = fault.NotFound
	}
	code, text := 0, ""
	if e.Message != nil {
		code, text = e.Message.Code, e.Message.Message
	}
	return fault.New(kind, "%s %s: Discord answered %d %s (code %d)%s", method, bucket, e.Response.StatusCode, text, code, details(e.ResponseBody))
}

// details are what Discord says is wrong with the fields of a request.
func details(body []byte) string {
	var said struct{ Errors json.RawMessage }
	if json.Unmarshal(body, &said) != nil || len(said.Errors) == 0 {
		return ""
	}
	return ": " + clip(string(said.Errors), 500)
}

// lock waits until a request of the bucket may be made, and locks the bucket; making the request unlocks it.
func (a *api) lock(ctx context.Context, bucket string) (*discordgo.Bucket, error) {
	b := a.sdk.Ratelimiter.GetBucket(bucket)
	for {
		b.Lock()
		wait := a.sdk.Ratelimiter.GetWaitTime(b, 1)
		if wait <= 0 {
			b.Remaining--
			return b, nil
		}
		b.Unlock()
		bot.Sleep(ctx, wait)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// lanesOf is how many buckets the interactions share. Each has a limit of its own at Discord, but a bucket for each
// would never be forgotten by the SDK.
const lanesOf = 64

func lane(what, id string) string {
	h := fnv.New32a()
	h.Write([]byte(id))
	return fmt.Sprintf("%s/%d", what, h.Sum32()%lanesOf)
}

// respond gives the first answer to an interaction that came through the gateway.
func (a *api) respond(ctx context.Context, id, token string, c callback) error {
	path := "/interactions/" + url.PathEscape(id) + "/" + url.PathEscape(token) + "/callback"
	return a.call(ctx, http.MethodPost, path, lane("interactions", id), true, c, nil)
}

// sent is what Discord says of a message it took.
type sent struct {
	ID string `json:"id"`
}

func (a *api) hook(token string) string {
	return "/webhooks/" + url.PathEscape(a.app) + "/" + url.PathEscape(token)
}

// edit replaces a message of an interaction; @original is the first answer, or the message that was pressed.
func (a *api) edit(ctx context.Context, token, id string, m message) error {
	return a.call(ctx, http.MethodPatch, a.hook(token)+"/messages/"+url.PathEscape(id), lane("webhooks", token), true, m, nil)
}

// remove deletes a message of an interaction.
func (a *api) remove(ctx context.Context, token, id string) error {
	return a.call(ctx, http.MethodDelete, a.hook(token)+"/messages/"+url.PathEscape(id), lane("webhooks", token), true, nil, nil)
}

// follow sends a further message of an interaction and returns its id.
func (a *api) follow(ctx context.Context, token string, m message) (string, error) {
	var out sent
	err := a.call(ctx, http.MethodPost, a.hook(token)+"?wait=true&with_components=true", lane("webhooks", token), false, m, &out)
	return out.ID, err
}

// post sends a message to a channel and returns its id. A message with a nonce is sent once, however often it is
// tried within a few minutes.
func (a *api) post(ctx context.Context, channel string, m message) (string, error) {
	m.Enforce = m.Nonce != ""
	var out sent
	err := a.call(ctx, http.MethodPost, "/channels/"+url.PathEscape(channel)+"/messages", "channels/"+channel, m.Enforce, m, &out)
	return out.ID, err
}

// update replaces a message of ours in a channel.
func (a *api) update(ctx context.Context, channel, id string, m message) error {
	m.Reference, m.Nonce = nil, ""
	path := "/channels/" + url.PathEscape(channel) + "/messages/" + url.PathEscape(id)
	return a.call(ctx, http.MethodPatch, path, "channels/"+channel+"/edit", true, m, nil)
}
