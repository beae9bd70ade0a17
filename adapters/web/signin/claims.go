package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The accounts of the provider, as actors.
const (
	Platform      = "web"
	Workspace     = "local"
	accountPrefix = "oidc."
)

// claims is what a provider says of somebody.
type claims struct {
	issuer, subject string
	name            string
	email           string
	verified        bool // the address
	rest            map[string]json.RawMessage
}

// maxClaim bounds a text that is kept, in bytes.
const maxClaim = 320

func readClaims(read func(any) error) (claims, error) {
	rest, err := all(read)
	if err != nil {
		return claims{}, err
	}
	c := claims{rest: rest, email: text(rest["email"]), verified: truth(rest["email_verified"])}
	for _, claim := range []string{"name", "preferred_username", "email"} {
		if c.name == "" {
			c.name = text(rest[claim])
		}
	}
	return c, nil
}

// fill adds what is missing.
func (c *claims) fill(more claims) {
	for name, value := range more.rest {
		if _, ok := c.rest[name]; !ok {
			c.rest[name] = value
		}
	}
	c.email, c.verified = more.email, more.verified
	if c.name == "" {
		c.name = more.name
	}
}

// text is a claim that is a text of a usual length; "" otherwise.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil || len(s) > maxClaim {
		return ""
	}
	return strings.TrimSpace(s)
}

// truth is a claim that is true. Some providers write it as a text.
func truth(raw json.RawMessage) bool { return string(raw) == "true" || text(raw) == "true" }

// texts is a claim that is a text or a list of them.
func texts(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	if s := text(raw); s != "" {
		return []string{s}
	}
	return nil
}

// account is the actor that an account of a provider is: the same for the same subject of the same issuer, and saying
// nothing of either.
func (c claims) account() bot.Actor {
	sum := sha256.Sum256([]byte(c.issuer + "\x00" + c.subject))
	return bot.Actor{Platform: Platform, Workspace: Workspace, ID: accountPrefix + hex.EncodeToString(sum[:16])}
}

// address is the e-mail address, where it may be believed.
func (c claims) address(cfg OIDC) string {
	if c.verified || cfg.TrustEmail {
		return c.email
	}
	return ""
}

// admitted reports whether somebody may sign in at all.
func (c claims) admitted(cfg OIDC) error {
	if len(cfg.Domains) > 0 {
		_, domain, _ := strings.Cut(c.address(cfg), "@")
		if !slices.ContainsFunc(cfg.Domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
			return fault.New(fault.Forbidden, "the address is not verified, or of none of web.auth.oidc.domains")
		}
	}
	if len(cfg.Groups) > 0 {
		claim := cfg.GroupsClaim
		if claim == "" {
			claim = "groups"
		}
		mine := texts(c.rest[claim])
		if !slices.ContainsFunc(cfg.Groups, func(g string) bool { return slices.Contains(mine, g) }) {
			return fault.New(fault.Forbidden, "the account is in none of web.auth.oidc.groups")
		}
	}
	return nil
}

// called is what somebody is called who may not sign in, so that they see which account it was.
func (c claims) called() string {
	if c.email == "" || c.email == c.name {
		return c.name
	}
	return c.name + " (" + c.email + ")" // whoever has an address has a name: it is the address, where there is no other
}

// session is who signed in.
func (c claims) session(cfg OIDC, idToken string) bot.Session {
	s := bot.Session{Actor: c.account(), Name: c.name, Email: c.address(cfg), IDToken: idToken, Provider: sessionAt(c.issuer, text(c.rest["sid"]))}
	if cfg.UserClaim != "" {
		s.User = text(c.rest[cfg.UserClaim])
	}
	if s.Name == "" {
		s.Name = s.Actor.ID[len(accountPrefix):][:8]
	}
	return s
}
