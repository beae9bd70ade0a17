package discord

import (
	"context"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Diagnosis is what Discord says about a configuration.
type Diagnosis struct {
	Name  string   // of the application
	Wrong []string // what does not fit, a clause each, the gravest first
}

// Diagnose asks Discord about a configuration, without changing anything. Its error has the kind Forbidden when the
// token is refused.
func Diagnose(ctx context.Context, cfg Config, client *http.Client) (Diagnosis, error) {
	a := New(cfg, Deps{HTTP: client})
	var app struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Key      string `json:"verify_key"`
		Endpoint string `json:"interactions_endpoint_url"`
	}
	if err := a.api.call(ctx, request{method: http.MethodGet, path: "/applications/@me", bucket: "application", repeatable: true, out: &app}); err != nil {
		return Diagnosis{}, fault.Wrap(fault.KindOf(err), err, "ask Discord")
	}
	d := Diagnosis{Name: app.Name}
	wrong := func(bad bool, what string) {
		if bad {
			d.Wrong = append(d.Wrong, what)
		}
	}
	wrong(app.ID != cfg.ApplicationID, "the token is of application "+app.ID)
	wrong(a.cfg.Mode == ModeHTTP && app.Key != cfg.PublicKey, "the application has another public key")
	wrong(a.cfg.Mode == ModeHTTP && app.Endpoint == "", "the application has no interactions endpoint URL, so nothing is delivered")
	wrong(a.cfg.Mode == ModeGateway && app.Endpoint != "", "the application has an interactions endpoint URL, so the gateway gets no interactions")
	return d, nil
}
