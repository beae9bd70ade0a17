package slack

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Diagnosis is what Slack says about the tokens of a configuration.
type Diagnosis struct {
	Team    string    // the workspace of the bot token
	Bot     string    // the bot's name there
	Missing []string  // scopes that the bot token needs and lacks; empty also where Slack does not tell
	Off     []Off     // features that are configured and that the token does not serve
	Clock   time.Time // Slack's clock when it answered, to the second; zero where it does not tell
}

// diagnoseTimeout bounds each question.
const diagnoseTimeout = 15 * time.Second

// Diagnose asks Slack about the tokens without connecting: who the bot is, which scopes its token has, and for Socket
// Mode whether the app-level token opens a connection. An error says what is wrong in Slack's own short words: of kind
// Forbidden where a token is refused, Upstream where Slack does not answer. Without a bot token, in an app that people
// install, only the app-level token is asked about; the others are those of its installations.
func Diagnose(ctx context.Context, cfg Config, client *http.Client) (Diagnosis, error) {
	if cfg.APIURL == "" {
		cfg.APIURL = "https://slack.com/api/"
	}
	var d Diagnosis
	if cfg.BotToken != "" || cfg.ClientID == "" {
		var who struct {
			Team string `json:"team"`
			User string `json:"user"`
		}
		head, err := question(ctx, client, cfg.APIURL, "auth.test", cfg.BotToken, &who)
		if err != nil {
			return d, err
		}
		d = Diagnosis{Team: who.Team, Bot: who.User, Clock: clockOf(head)}
		if have := scopesOf(head.Get("X-Oauth-Scopes")); len(have) > 0 {
			d.Missing = missingScopes(Scopes(), have)
			d.Off = off(cfg.Features, have)
		}
	}
	if cfg.Mode == ModeSocket {
		if _, err := question(ctx, client, cfg.APIURL, "apps.connections.open", cfg.AppToken, nil); err != nil {
			return d, err
		}
	}
	return d, nil
}

// DiagnoseInstallation is Diagnose for the token of an installation. False: a workspace that its organisation's token
// serves has none of its own.
func DiagnoseInstallation(ctx context.Context, cfg Config, i bot.Installation, client *http.Client) (Diagnosis, bool, error) {
	g, err := grantOf(i)
	if err != nil || g.data.Member {
		return Diagnosis{}, false, err
	}
	cfg.BotToken, cfg.Mode = g.token, ModeHTTP
	d, err := Diagnose(ctx, cfg, client)
	return d, true, err
}

func clockOf(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// question asks one method of the Web API.
func question(ctx context.Context, client *http.Client, api, method, token string, into any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, diagnoseTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(api, "/")+"/"+method, nil)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "slack.api_url")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, fault.Wrap(fault.Upstream, err, "%s", method)
	}
	defer res.Body.Close()
	const most = 1 << 20
	body, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, fault.Wrap(fault.Upstream, err, "%s", method)
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(body, &said); err != nil || res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Upstream, "%s: Slack answered %s with something that is not JSON", method, res.Status)
	}
	if !said.OK {
		return nil, fault.New(fault.Forbidden, "%s: Slack says %s", method, clip(said.Error, 80))
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "%s", method)
		}
	}
	return res.Header, nil
}
