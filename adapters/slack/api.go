package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// newAPI returns a Web API client that tries again on rate limits (after Retry-After), server errors and broken
// connections. Every call has a deadline in its context, which bounds the waits too.
func newAPI(cfg Config, client *http.Client) *slackapi.Client {
	retry := slackapi.DefaultRetryConfig()
	retry.RetryAfterDuration = 30 * time.Second
	retry.Handlers = append(slackapi.AllBuiltinRetryHandlers(retry), slackapi.NewServerErrorRetryHandler(retry))
	return slackapi.New(cfg.BotToken,
		slackapi.OptionAppLevelToken(cfg.AppToken),
		slackapi.OptionAPIURL(cfg.APIURL),
		slackapi.OptionHTTPClient(bearer{client, cfg.BotToken}),
		slackapi.OptionRetryConfig(retry))
}

// bearer puts the token into the header, where Slack wants it today; the SDK puts it into the form.
type bearer struct {
	client *http.Client
	token  string
}

// Do sends a request.
func (b bearer) Do(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.client.Do(req)
}

// check asks Slack who we are.
func (a *Adapter) check(ctx context.Context) error {
	if a.cfg.BotToken == "" {
		return fault.New(fault.Invalid, "slack.bot_token is not set: mentions and direct messages cannot be answered")
	}
	if a.cfg.Mode == ModeSocket && a.cfg.AppToken == "" {
		return fault.New(fault.Invalid, "slack.app_token is not set: Socket Mode cannot connect")
	}
	if a.cfg.Mode == ModeHTTP && a.cfg.SigningSecret == "" {
		return fault.New(fault.Invalid, "slack.signing_secret is not set: every callback is refused")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	who, err := a.api.AuthTestContext(ctx)
	if err != nil {
		return upstream(err, "auth.test")
	}
	a.setUser(who.UserID)
	a.setScopes(scopesOf(who.Header.Get("X-Oauth-Scopes")))
	return nil
}

// upstream classifies an error of the Web API. Slack's own error codes are short and say what is wrong.
func upstream(err error, method string) error {
	if _, limited := errors.AsType[*slackapi.RateLimitedError](err); limited {
		return fault.New(fault.Upstream, "Slack limits the rate of %s", method)
	}
	return fault.Wrap(fault.Upstream, err, "%s", method)
}

// fetchPerson asks users.info.
func (a *Adapter) fetchPerson(ctx context.Context, _, user string) (person, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	u, err := a.api.GetUserInfoContext(ctx, user)
	if err != nil {
		return person{}, upstream(err, "users.info")
	}
	p := person{name: u.Profile.DisplayName}
	if p.name == "" {
		p.name = u.RealName
	}
	if u.Locale != "" {
		p.locale = lang.Parse(u.Locale)
	}
	if u.TZ != "" {
		if zone, err := time.LoadLocation(u.TZ); err == nil {
			p.zone = zone
		}
	}
	return p, nil
}

// rawBlock is a rendered block as the SDK sends it.
type rawBlock json.RawMessage

// BlockType implements the SDK's Block; nothing asks for it on the way out.
func (rawBlock) BlockType() slackapi.MessageBlockType { return "" }

// ID implements the SDK's Block.
func (rawBlock) ID() string { return "" }

// MarshalJSON returns the block as it was rendered.
func (b rawBlock) MarshalJSON() ([]byte, error) { return b, nil }

// options are a rendered message as the SDK takes it. Nothing in it unfurls and no name in it becomes a link.
func (m rendered) options(thread string) []slackapi.MsgOption {
	blocks := make([]slackapi.Block, len(m.blocks))
	for i, b := range m.blocks {
		blocks[i] = rawBlock(b)
	}
	opts := []slackapi.MsgOption{
		slackapi.MsgOptionText(m.text, false),
		slackapi.MsgOptionBlocks(blocks...),
		slackapi.MsgOptionDisableLinkUnfurl(),
		slackapi.MsgOptionDisableMediaUnfurl(),
		slackapi.MsgOptionLinkNames(false),
	}
	if thread != "" {
		opts = append(opts, slackapi.MsgOptionTS(thread))
	}
	return opts
}

func (a *Adapter) post(ctx context.Context, channel, thread string, m rendered) (ts string, err error) {
	_, ts, err = a.api.PostMessageContext(ctx, channel, m.options(thread)...)
	return ts, wrapSend(err, "chat.postMessage")
}

func (a *Adapter) postEphemeral(ctx context.Context, channel, user, thread string, m rendered) error {
	_, err := a.api.PostEphemeralContext(ctx, channel, user, m.options(thread)...)
	return wrapSend(err, "chat.postEphemeral")
}

func (a *Adapter) update(ctx context.Context, channel, ts string, m rendered) error {
	_, _, _, err := a.api.UpdateMessageContext(ctx, channel, ts, m.options("")...)
	return wrapSend(err, "chat.update")
}

func (a *Adapter) remove(ctx context.Context, channel, ts string) error {
	_, _, err := a.api.DeleteMessageContext(ctx, channel, ts)
	return wrapSend(err, "chat.delete")
}

func wrapSend(err error, method string) error {
	if err == nil {
		return nil
	}
	return upstream(err, method)
}
