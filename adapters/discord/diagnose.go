package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Diagnosis is what Discord says about a configuration.
type Diagnosis struct {
	Name  string   // of the application
	Wrong []string // what does not fit, a clause each, the gravest first
}

// Diagnose asks Discord about a configuration, without changing anything but the number of sessions that are left. Its error has the kind Forbidden when the
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
	if a.cfg.Mode == ModeGateway {
		d.Wrong = append(d.Wrong, a.diagnoseGateway(ctx)...)
	}
	return d, nil
}

// few is a number of sessions that a bad day of restarts may take.
const few = 20

// diagnoseGateway connects once, as serve does, and hangs up.
func (a *Adapter) diagnoseGateway(ctx context.Context) (wrong []string) {
	var grants struct {
		Limit struct {
			Remaining int   `json:"remaining"`
			Reset     int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	if err := a.api.call(ctx, request{method: http.MethodGet, path: "/gateway/bot", bucket: "gateway", repeatable: true, out: &grants}); err != nil {
		return []string{"the gateway: " + err.Error()}
	}
	if l := grants.Limit; l.Remaining < few {
		wrong = append(wrong, fmt.Sprintf("Discord grants %d more sessions within %s, after which it resets the token", l.Remaining, time.Duration(l.Reset)*time.Millisecond))
	}
	if grants.Limit.Remaining == 0 {
		return wrong
	}
	l := a.newLink(func(string, json.RawMessage) {})
	defer l.close()
	if err := l.open(ctx, trial); err != nil {
		why, _ := trouble(err)
		wrong = append(wrong, "the gateway: "+why)
	}
	return wrong
}

// trial is how long a connection may take that is only tried.
const trial = 15 * time.Second
