package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const proxied = `proxy:
  reviveConsumedRequestBodies: true
  /old/one: https://old.example
  endpoints:
    '/circleci/api':
      target: https://circleci.com/api/v1.1
      changeOrigin: true
      headers:
        Circle-Token: ${CIRCLECI_AUTH_TOKEN}
        Accept: application/json
    jenkins:
      target: http://10.0.0.7:8080
      headers: {Authorization: "Basic ${BASIC}"}
      allowedMethods: [GET, HEAD]
      allowedHeaders: [Jenkins-Crumb]
      pathRewrite: {"^/api/proxy/jenkins/?": /job/}
      credentials: dangerously-allow-unauthenticated
      paths: ["/job/**"]
      private: true
      offered: false
      timeout: 5s
      max_body: 1MB
      rate: 60/m
      keep: 1m
`

func TestProxy(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, proxied, map[string]string{"CIRCLECI_AUTH_TOKEN": "ci-secret", "BASIC": "dXNlcg=="})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range c.Proxy.Endpoints {
		names = append(names, e.Name)
	}
	if !slices.Equal(names, []string{"old/one", "circleci/api", "jenkins"}) {
		t.Error(names)
	}
	up, err := c.Proxy.Endpoints[2].Upstream()
	if err != nil || up.Offered || !up.Private || up.Rate != 1 || up.Timeout != 5*time.Second || up.MaxBody != 1<<20 || up.Keep != time.Minute ||
		len(up.Rewrite) != 1 || up.Headers["Authorization"] != "Basic dXNlcg==" || !slices.Equal(up.Methods, []string{"GET", "HEAD"}) {
		t.Errorf("%+v, %v", up, err)
	}
	secrets := c.Secrets()
	if !slices.Contains(secrets, "ci-secret") || !slices.Contains(secrets, "dXNlcg==") || slices.Contains(secrets, "Basic") || slices.Contains(secrets, "application/json") {
		t.Error(secrets)
	}
}

func TestProxyErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"proxy: [a]":                                                         ":1: proxy: expected a map with endpoints",
		"proxy: {endpoints: [a]}":                                            ":1: proxy.endpoints: expected a map of names",
		"proxy:\n  endpoints:\n    a: {target: x}":                           ":3: proxy.endpoints.a: the target is no address",
		"proxy: {endpoints: {a: {}}}":                                        ":1: proxy.endpoints.a: the target is no address",
		"proxy: {a: {target: 'https://x', token: y}}":                        ":1: proxy.a.token: unknown key",
		"proxy: {a: {target: 'https://x', secure: false}}":                   ":1: proxy.a.secure: certificates are always checked",
		"proxy: {a: {target: 'https://x', credentials: no}}":                 ":1: proxy.a: credentials are require",
		"proxy: {a: {target: 'https://x', pathRewrite: {'(': x}}}":           ":1: proxy.a.pathRewrite: \"(\" is no expression",
		"proxy: {a: {target: 'https://x', headers: {'A B': x}}}":             ":1: proxy.a: the header",
		"proxy: {'a b': 'https://x'}":                                        ":1: proxy.a b: an upstream's name",
		"proxy: {a: 'https://x', endpoints: {/a/: 'https://y'}}":             ":1: proxy.endpoints./a/: there are two upstreams",
		"proxy: {a: 'https://u:hunter2@x'}":                                  ":1: proxy.a: the target holds neither credentials",
		"proxy: {a: {target: 'https://x', headers: {A: '${NOT_SET_HERE}'}}}": ":1: proxy.a.headers.A: ",
	} {
		_, _, err := load(t, text, nil)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q:\n got  %v\n want %s", text, err, want)
		}
	}
}
