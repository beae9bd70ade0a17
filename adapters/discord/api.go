package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
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

func newAPI(cfg Config, client *http.Client, now func() time.Time) *api {
	guarded := *client
	guarded.Transport = newGuard(client.Transport, now)
	return &api{base: cfg.APIURL, app: cfg.ApplicationID, sdk: newSDK(cfg, &guarded)}
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

// request is one request of the REST API.
type request struct {
	method, path string
	bucket       string // requests that share a rate limit
	repeatable   bool   // making it twice does what making it once does
	patient      bool   // made again until its context is done, while Discord is away
	in, out      any    // JSON; nil: none
}

// How often a request is made that is not patient, and at the most.
const (
	tries        = 5
	patientTries = 200
)

// call makes a request and decodes the answer. Only a repeatable one is made again when it is not known whether it
// arrived. One that hits a rate limit is made again when Discord allows. Errors have the kind NotFound, Forbidden,
// Invalid or Upstream; they name no token.
func (a *api) call(ctx context.Context, r request) error {
	var body []byte
	if r.in != nil {
		var err error
		if body, err = json.Marshal(r.in); err != nil {
			return fault.Wrap(fault.Internal, err, "write a request to Discord")
		}
	}
	most := tries
	if r.patient {
		most = patientTries
	}
	for try := 0; ; try++ {
		raw, wait, err := a.once(ctx, r, body)
		if err == nil {
			if r.out == nil {
				return nil
			}
			return fault.Wrap(fault.Upstream, json.Unmarshal(raw, r.out), "read Discord's answer")
		}
		if try == most-1 || ctx.Err() != nil || wait < 0 || wait == 0 && !r.repeatable {
			return err
		}
		bot.Sleep(ctx, max(wait, 200*time.Millisecond<<min(try, 6)))
	}
}

// once makes a request once. On an error, wait is how long Discord wants to be left alone; zero says that the request
// may or may not have arrived, a negative one that trying again is of no use.
func (a *api) once(ctx context.Context, r request, body []byte) (raw []byte, wait time.Duration, err error) {
	b, err := a.lock(ctx, r.bucket)
	if err != nil {
		return nil, -1, fault.New(fault.Upstream, "Discord limits the rate of %s", r.bucket)
	}
	raw, err = a.sdk.RequestWithLockedBucket(r.method, a.base+r.path, "application/json", body, b, 0, discordgo.WithContext(ctx))
	if err == nil {
		return raw, 0, nil
	}
	if limited, ok := errors.AsType[*discordgo.RateLimitError](err); ok {
		return nil, max(limited.RetryAfter, time.Millisecond), fault.New(fault.Upstream, "Discord limits the rate of %s", r.bucket)
	}
	if answered, ok := errors.AsType[*discordgo.RESTError](err); ok {
		return nil, refusedWait(answered), refusal(answered, r)
	}
	if held, ok := errors.AsType[*heldError](err); ok {
		return nil, held.wait, fault.Wrap(fault.Upstream, held, "%s %s", r.method, r.bucket)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the address, which may hold the token of an interaction
	} else if strings.HasPrefix(err.Error(), "Exceeded Max retries") {
		err = errors.New("the platform answered 502")
	}
	if never, ok := errors.AsType[*net.OpError](err); ok && never.Op == "dial" {
		wait = time.Millisecond // it did not arrive
	}
	return nil, wait, fault.Wrap(fault.Upstream, err, "%s %s", r.method, r.bucket)
}

func refusedWait(e *discordgo.RESTError) time.Duration {
	switch status := e.Response.StatusCode; {
	case status == http.StatusServiceUnavailable:
		return time.Millisecond // it was not looked at
	case status >= 500:
		return 0
	}
	return -1
}

// The codes of Discord's answers that mean something to us
// (docs.discord.com/developers/topics/opcodes-and-status-codes#json).
const (
	noChannel       = 10003
	noGuild         = 10004
	noMessage       = 10008
	noWebhook       = 10015 // the interaction has ended, or was not answered yet
	noInteraction   = 10062 // it was not answered in time
	answeredAlready = 40060
	noAccess        = 50001
	noSuchType      = 50024 // a thread where there can be none
	badToken        = 50027 // of an interaction that has ended
	noHistory       = 160002
	threadThere     = 160004
)

// refused is an answer of Discord's that is an error.
type refused struct {
	error
	status, code int
}

// Unwrap returns the classified error.
func (r *refused) Unwrap() error { return r.error }

// codeOf is Discord's code of an error, 0 for other errors.
func codeOf(err error) int {
	if r, ok := errors.AsType[*refused](err); ok {
		return r.code
	}
	return 0
}

// refusesToken reports whether an error says that the bot's token is wrong.
func refusesToken(err error) bool {
	r, ok := errors.AsType[*refused](err)
	return ok && r.status == http.StatusUnauthorized
}

// refusal is an answer of Discord's as an error.
func refusal(e *discordgo.RESTError, r request) error {
	kind, status := fault.Upstream, e.Response.StatusCode
	switch status {
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
	said := fault.New(kind, "%s %s: Discord answered %d %s (code %d)%s", r.method, r.bucket, status, text, code, details(e.ResponseBody))
	return &refused{said, status, code}
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
	return a.call(ctx, request{method: http.MethodPost, path: path, bucket: lane("interactions", id), repeatable: true, in: c})
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
	path := a.hook(token) + "/messages/" + url.PathEscape(id)
	return a.call(ctx, request{method: http.MethodPatch, path: path, bucket: lane("webhooks", token), repeatable: true, patient: true, in: m})
}

// remove deletes a message of an interaction.
func (a *api) remove(ctx context.Context, token, id string) error {
	path := a.hook(token) + "/messages/" + url.PathEscape(id)
	return a.call(ctx, request{method: http.MethodDelete, path: path, bucket: lane("webhooks", token), repeatable: true, patient: true})
}

// follow sends a further message of an interaction and returns its id.
func (a *api) follow(ctx context.Context, token string, m message) (string, error) {
	var out sent
	path := a.hook(token) + "?wait=true&with_components=true"
	err := a.call(ctx, request{method: http.MethodPost, path: path, bucket: lane("webhooks", token), patient: true, in: m, out: &out})
	return out.ID, err
}

// post sends a message to a channel and returns its id. A message with a nonce is sent once, however often it is
// tried within a few minutes.
func (a *api) post(ctx context.Context, channel string, m message) (string, error) {
	m.Enforce = m.Nonce != ""
	var out sent
	err := a.call(ctx, request{
		method: http.MethodPost, path: "/channels/" + url.PathEscape(channel) + "/messages", bucket: "channels/" + channel,
		repeatable: m.Enforce, patient: true, in: m, out: &out,
	})
	return out.ID, err
}

// update replaces a message of ours in a channel.
func (a *api) update(ctx context.Context, channel, id string, m message) error {
	m.Reference, m.Nonce = nil, ""
	path := "/channels/" + url.PathEscape(channel) + "/messages/" + url.PathEscape(id)
	return a.call(ctx, request{method: http.MethodPatch, path: path, bucket: "channels/" + channel + "/edit", repeatable: true, patient: true, in: m})
}
