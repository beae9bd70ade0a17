package slack

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The names of an installation's secrets.
const (
	secretToken   = "bot_token"
	secretRefresh = "refresh_token"
)

// grant is what Slack gave when somebody installed the app: in one workspace, or for a whole organisation of an
// Enterprise Grid. A workspace of such an organisation has a grant without a token, which leads to the organisation's.
type grant struct {
	key     string // the workspace, T..., or the organisation, E...
	name    string
	token   string
	refresh string // buys the next token, once; "" where tokens do not expire
	data    grantData
}

// grantData is the part of a grant that is no secret.
type grantData struct {
	Org     string    `json:"enterprise,omitempty"` // the organisation it is in
	Member  bool      `json:"member,omitempty"`     // a workspace that the organisation's grant serves
	Bot     string    `json:"bot,omitempty"`        // our bot user there
	App     string    `json:"app,omitempty"`
	Scopes  []string  `json:"scopes,omitempty"`
	Expires time.Time `json:"expires,omitzero"` // of the token
}

// grantOf reads a grant.
func grantOf(i bot.Installation) (grant, error) {
	g := grant{key: i.Workspace, name: i.Name, token: i.Secrets[secretToken], refresh: i.Secrets[secretRefresh]}
	if len(i.Data) > 0 {
		if err := json.Unmarshal(i.Data, &g.data); err != nil {
			return grant{}, fault.Wrap(fault.Internal, err, "read the installation of %s", i.Workspace)
		}
	}
	return g, nil
}

// into writes a grant into an installation.
func (g grant) into(i bot.Installation) bot.Installation {
	i.Platform, i.Workspace, i.Name = platform, g.key, g.name
	i.Secrets = map[string]string{}
	if g.token != "" {
		i.Secrets[secretToken] = g.token
	}
	if g.refresh != "" {
		i.Secrets[secretRefresh] = g.refresh
	}
	i.Data, _ = json.Marshal(g.data) // strings, a bool and a time
	return i
}

// due reports whether the token should be replaced by now.
func (g grant) due(now time.Time) bool {
	return g.refresh != "" && !g.data.Expires.IsZero() && now.Add(refreshEarly).After(g.data.Expires)
}
