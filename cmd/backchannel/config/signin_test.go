package config

import (
	"strings"
	"testing"
	"time"
)

func TestAuth(t *testing.T) {
	const provider = "issuer: \"https://login.acme.dev\", client_id: portal"
	c, _, err := load(t, "web: {auth: {idle: 2h, oidc: {"+provider+", client_secret: \"${S}\", user_claim: preferred_username, domains: [acme.dev]}}}", map[string]string{"S": "hush-hush"})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Web.Auth
	if !a.Required() || !a.Links() || a.Idle != 2*time.Hour || a.OIDC.ClientSecret != "hush-hush" || a.OIDC.UserClaim != "preferred_username" {
		t.Errorf("%+v %+v", a, a.OIDC)
	}
	if got := c.Secrets(); len(got) != 1 || got[0] != "hush-hush" {
		t.Errorf("secrets: %q", got)
	}
	for text, want := range map[string][2]bool{
		"web: {}":                    {false, false},
		"web: {auth: {open: true}}":  {false, false},
		"web: {auth: {chat: true}}":  {true, true},
		"web: {auth: {chat: false}}": {false, false},
		"web: {auth: {chat: false, oidc: {" + provider + "}}}":                {true, false},
		"web: {auth: {oidc: {issuer: \"http://127.0.0.1:9\", client_id: x}}}": {true, true},
	} {
		c, _, err := load(t, text, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if a := c.Web.Auth; a.Required() != want[0] || a.Links() != want[1] {
			t.Errorf("%s: %v, %v", text, a.Required(), a.Links())
		}
	}
	for text, want := range map[string]string{
		"web:\n  auth: {open: true, chat: true}":                                       ":2: web.auth.open: the pages are either open",
		"web: {auth: {oidc: {issuer: x}}}":                                             ":1: web.auth.oidc.issuer: expected the address",
		"web: {auth: {oidc: {client_id: x}}}":                                          ":1: web.auth.oidc.issuer: expected the address",
		"web: {auth: {oidc: {issuer: \"http://login.acme.dev\", client_id: x}}}":       ":1: web.auth.oidc.issuer: expected https",
		"web: {auth: {oidc: {issuer: \"https://login.acme.dev\"}}}":                    ":1: web.auth.oidc.client_id: the provider knows",
		"web: {auth: {oidc: {" + provider + ", scopes: [email]}}}":                     ":1: web.auth.oidc.scopes: openid is missing",
		"web: {auth: {oidc: {issuer: \"https://accounts.google.com\", client_id: x}}}": ":1: web.auth.oidc.domains: anybody can have",
		"web: {auth: {idle: -1h}}":                                                     ":1: web.auth.idle: expected a duration",
		"web: {auth: {oidc: {" + provider + ", secret: x}}}":                           ":1: web.auth.oidc.secret: unknown key",
	} {
		_, _, err := load(t, text, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got  %v\n want %s", text, err, want)
		}
	}
}
