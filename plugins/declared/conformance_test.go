package declared

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

// answers serves the responses of a fixture to whatever is asked: by the part of the path that names them best.
func answers(t *testing.T, f *Fixture, paths map[string]string) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, name := range paths {
		body := yamldoc.AppendJSON(nil, f.responses[name])
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		})
	}
	return mux
}

// TestConformance runs the suite of all plugins on the shipped examples.
func TestConformance(t *testing.T) {
	plain := entityOf(t, []byte(`{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"plain"},"spec":{"type":"service","lifecycle":"production","owner":"a"}}`))
	for name, paths := range map[string]map[string]string{
		"jenkins":   {"/job/shop/job/checkout/api/json": "job"},
		"argocd":    {"/api/v1/applications/checkout-prod": "app"},
		"sonarqube": {"/api/qualitygates/project_status": "gate", "/api/measures/component": "measures"},
		"sentry":    {"/api/0/projects/acme/checkout/issues/": "issues"},
		"grafana":   {"/api/alertmanager/grafana/api/v2/alerts": "alerts"},
		"jira":      {"POST /rest/api/3/search/jql": "open", "/rest/api/3/serverInfo": "server"},
	} {
		t.Run(name, func(t *testing.T) {
			f, e := fixture(t, name)
			s := plugintest.Setup{
				New:       func(t *testing.T) plugins.Plugin { return load(t, name) },
				Upstreams: map[string]http.Handler{name: answers(t, f, paths)},
				Entities:  []*catalog.Entity{e, plain}, Now: now,
			}
			if name == "grafana" {
				s.Hook = signed(t, []byte(`{"status":"firing","alerts":[{"labels":{"alertname":"CheckoutErrors","service":"checkout"}}]}`))
			}
			plugintest.Test(t, s)
		})
	}
}

func signed(t *testing.T, body []byte) *plugins.Delivery {
	t.Helper()
	if !json.Valid(body) {
		t.Fatal("the body is no JSON")
	}
	return &plugins.Delivery{Header: http.Header{"X-Grafana-Alerting-Signature": {hexMAC("secret-GRAFANA_WEBHOOK_SECRET}", body)}}, Body: body, At: now}
}
