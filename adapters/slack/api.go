package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// newAPI returns a Web API client that tries again on rate limits (after Retry-After), server errors and broken
// connections, where that does not post a message twice. Every call has a deadline in its context, which bounds the
// waits too.
func newAPI(cfg Config, token string, throttle *throttle, client *http.Client) *slackapi.Client {
	retry := slackapi.DefaultRetryConfig()
	retry.RetryAfterDuration = 30 * time.Second
	for _, h := range append(slackapi.AllBuiltinRetryHandlers(retry), slackapi.NewServerErrorRetryHandler(retry)) {
		retry.Handlers = append(retry.Handlers, careful{h})
	}
	return slackapi.New(token,
		slackapi.OptionAppLevelToken(cfg.AppToken),
		slackapi.OptionAPIURL(cfg.APIURL),
		slackapi.OptionHTTPClient(bearer{client, token, throttle}),
		slackapi.OptionRetryConfig(retry))
}

// upstream classifies an error of the Web API. Slack's own error codes are short and say what is wrong.
func upstream(err error, method string) error {
	if _, limited := errors.AsType[*slackapi.RateLimitedError](err); limited {
		return fault.New(fault.Upstream, "Slack limits the rate of %s", method)
	}
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		return fault.Wrap(kindOfCode(said.Err), err, "%s", method)
	}
	return fault.Wrap(fault.Upstream, err, "%s", method)
}

// kindOfCode says what an error code of Slack means for who would try again.
func kindOfCode(code string) fault.Kind {
	switch code {
	case "channel_not_found", "is_archived", "message_not_found", "cant_update_message", "user_not_found", "thread_not_found":
		return fault.NotFound
	case "not_in_channel", "missing_scope", "restricted_action", "restricted_action_read_only_channel", "no_permission", "cannot_dm_bot",
		"access_denied", "user_not_in_channel", "edit_window_closed", "restricted_action_thread_only_channel":
		return fault.Forbidden
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited", "team_added_to_org",
		"token_expired", "invalid_auth", "token_revoked", "not_authed", "account_inactive": // refused tokens are mended some day
		return fault.Upstream
	default: // the message is wrong, as msg_too_long or invalid_blocks, or something that no further try mends
		return fault.Invalid
	}
}

// fetchPerson asks users.info, as a workspace that has the app sees somebody.
func (a *Adapter) fetchPerson(ctx context.Context, team, user string) (person, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	t, err := a.in(team)
	if err != nil {
		return person{}, err
	}
	var u *slackapi.User
	err = t.call(ctx, "users.info", func(api *slackapi.Client) (err error) { u, err = api.GetUserInfoContext(ctx, user); return err })
	if err != nil {
		return person{}, err
	}
	p := person{name: u.Profile.DisplayName}
	p.identify(u)
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

// in returns who acts in a workspace; where the app is not installed that is an error of kind Forbidden.
func (a *Adapter) in(team string) (*tenant, error) {
	t := a.tenants.find(team)
	if t == nil {
		return nil, fault.New(fault.Forbidden, "the app is not installed in workspace %s", team)
	}
	return t, nil
}

func (t *tenant) post(ctx context.Context, channel string, opts ...slackapi.MsgOption) (id, ts string, err error) {
	not := false
	err = t.call(ctx, "chat.postMessage", func(api *slackapi.Client) (err error) {
		id, ts, err = api.PostMessageContext(ctx, channel, opts...)
		not = notSent(err)
		return err
	})
	if err != nil && not {
		err = bot.NotSent{Err: err}
	}
	return id, ts, err
}

// notSent reports whether an error says that Slack has not taken a message: it said so, or was not reached.
func notSent(err error) bool {
	if _, limited := errors.AsType[*slackapi.RateLimitedError](err); limited {
		return true
	}
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		switch said.Err {
		case "internal_error", "fatal_error", "request_timeout":
			return false
		}
		return true
	}
	if status, ok := errors.AsType[slackapi.StatusCodeError](err); ok {
		return status.Code == http.StatusServiceUnavailable || status.Code == http.StatusTooManyRequests
	}
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "dial"
}

func (t *tenant) postEphemeral(ctx context.Context, channel, user, thread string, m rendered) error {
	return t.call(ctx, "chat.postEphemeral", func(api *slackapi.Client) error {
		_, err := api.PostEphemeralContext(ctx, channel, user, m.options(thread)...)
		return err
	})
}

func (t *tenant) update(ctx context.Context, channel, ts string, m rendered) error {
	return t.call(ctx, "chat.update", func(api *slackapi.Client) error {
		_, _, _, err := api.UpdateMessageContext(ctx, channel, ts, m.options("")...)
		return err
	})
}

func (t *tenant) remove(ctx context.Context, channel, ts string) error {
	return t.call(ctx, "chat.delete", func(api *slackapi.Client) error {
		_, _, err := api.DeleteMessageContext(ctx, channel, ts)
		return err
	})
}

func wrapSend(err error, method string) error {
	if err == nil {
		return nil
	}
	return upstream(err, method)
}
