package main

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

// signIn checks who may open the pages, and the tokens of programs.
func (d *doctor) signIn(cfg *config.Config) {
	const check = "sign-in"
	auth := cfg.Web.Auth
	switch {
	case auth.Open:
		d.warn(check, "Set web.auth.oidc, unless another program in front of this one asks who it is.", "whoever reaches %s sees the pages", cfg.Web.Listen)
	case !auth.Required() && onLoopback(cfg.Web.Listen):
		d.ok(check, "not configured; the pages are for this machine alone")
	case !auth.Required():
		d.warn(check, "Set web.auth.oidc or web.auth.chat.", "not configured; the pages are not served on %s", cfg.Web.Listen)
	case auth.OIDC == nil:
		d.ok(check, "with a link from a chat")
	default:
		d.provider(check, cfg)
	}
	d.tokens(cfg)
}

// provider asks the identity provider about itself.
func (d *doctor) provider(check string, cfg *config.Config) {
	o := cfg.Web.Auth.OIDC
	if err := signin.Diagnose(d.s.ctx, d.client, o.Issuer); err != nil {
		d.fail(check, "Open "+o.Issuer+"/.well-known/openid-configuration from here; its issuer must be written as web.auth.oidc.issuer is.", "%v", err)
		return
	}
	d.ok(check, "%s answers; register the address %[2]s/auth/callback there, and for back-channel logout %[2]s/auth/backchannel-logout", o.Issuer, cfg.Web.BaseURL)
}

// tokens lists the tokens of the API.
func (d *doctor) tokens(cfg *config.Config) {
	const check = "tokens"
	var all []bot.APIToken
	err := d.s.withTokens(false, func(ctx context.Context, tokens bot.APITokens) (err error) {
		all, err = tokens.List(ctx)
		return err
	})
	if err != nil {
		return // the check of the store says why
	}
	now := time.Now()
	for _, t := range all {
		l := lineOf(t, now)
		switch {
		case l.Expired:
			d.warn(check, "Remove it: backchannel token revoke "+l.ID, "%s (%s) has expired", l.ID, l.Name)
		case l.Used == nil && now.Sub(l.Made) > unusedToken, l.Used != nil && now.Sub(*l.Used) > unusedToken:
			d.warn(check, "If nobody needs it: backchannel token revoke "+l.ID, "%s (%s) was not used for 90 days", l.ID, l.Name)
		default:
			d.ok(check, "%s (%s): %s", l.ID, l.Name, l.words())
		}
	}
}

// unusedToken is how long a token may lie about.
const unusedToken = 90 * 24 * time.Hour
