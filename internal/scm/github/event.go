package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Verify reports whether a webhook's body was signed with the secret (docs.github.com, "Validating webhook
// deliveries"). An empty secret verifies nothing.
func Verify(secret string, h http.Header, body []byte) bool {
	sent, ok := strings.CutPrefix(h.Get("X-Hub-Signature-256"), "sha256=")
	given, err := hex.DecodeString(sent)
	if secret == "" || !ok || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body) //nolint:errcheck // hashes do not fail
	return hmac.Equal(given, mac.Sum(nil))
}

// payload is what we read of webhooks' bodies.
type payload struct {
	Ref        string
	Deleted    bool
	Action     string
	Repository *struct {
		FullName string `json:"full_name"`
		Owner    struct{ Login, Name string }
	}
	Organization *struct{ Login string }
	Changes      struct {
		Repository struct {
			Name struct{ From string }
		}
		Owner struct {
			From struct {
				User         *struct{ Login string }
				Organization *struct{ Login string }
			}
		}
	}
	Installation struct {
		Account struct{ Login string }
	}
	Added []struct {
		FullName string `json:"full_name"`
	} `json:"repositories_added"`
	Dropped []struct {
		FullName string `json:"full_name"`
	} `json:"repositories_removed"`
}

// ParseEvent reads a verified webhook. Events that mean nothing to a catalog give remote.Ignored.
func ParseEvent(h http.Header, body []byte) (remote.Event, error) {
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return remote.Event{}, fault.Wrap(fault.Invalid, err, "the webhook's body is not GitHub's JSON")
	}
	e := remote.Event{Account: p.account()}
	if p.Repository != nil && p.Repository.FullName != "" {
		e.Paths = append(e.Paths, p.Repository.FullName)
	}
	switch h.Get("X-Github-Event") {
	case "push":
		branch, ok := strings.CutPrefix(p.Ref, "refs/heads/")
		if ok && len(e.Paths) > 0 {
			e.Kind, e.Branch = remote.Pushed, branch
		}
	case "repository":
		e = p.repository(e)
	case "installation_repositories", "installation":
		e.Kind = remote.Changed
		for _, r := range append(p.Added, p.Dropped...) {
			e.Paths = append(e.Paths, r.FullName)
		}
	case "team", "membership", "organization", "team_add":
		e.Kind = remote.Staff
	}
	return e, nil
}

func (p *payload) account() string {
	name := p.Installation.Account.Login
	switch {
	case p.Organization != nil && p.Organization.Login != "":
		name = p.Organization.Login
	case p.Repository != nil:
		name = owner(p.Repository.FullName)
	}
	return strings.ToLower(name)
}

// repository reads the actions of the event "repository".
func (p *payload) repository(e remote.Event) remote.Event {
	if len(e.Paths) == 0 {
		return e
	}
	switch p.Action {
	case "deleted":
		e.Kind = remote.Removed
	case "created", "archived", "unarchived", "edited", "publicized", "privatized":
		e.Kind = remote.Changed
	case "renamed":
		e.Kind = remote.Changed
		if from := p.Changes.Repository.Name.From; from != "" {
			e.Paths = append(e.Paths, owner(e.Paths[0])+"/"+from)
		}
	case "transferred":
		e.Kind = remote.Changed
		_, name, _ := strings.Cut(e.Paths[0], "/")
		for _, from := range []*struct{ Login string }{p.Changes.Owner.From.User, p.Changes.Owner.From.Organization} {
			if from != nil {
				e.Paths = append(e.Paths, from.Login+"/"+name)
			}
		}
	}
	return e
}
