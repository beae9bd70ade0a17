package config

import "testing"

func TestBaseURL(t *testing.T) {
	for listen, want := range map[string]string{
		":7007": "http://localhost:7007", "0.0.0.0:80": "http://localhost:80", "[::]:7007": "http://localhost:7007",
		"127.0.0.1:7007": "http://localhost:7007", "[::1]:7007": "http://[::1]:7007", "portal.acme.dev:80": "http://portal.acme.dev:80",
		"127.0.0.1:": "http://localhost", "nowhere": "http://nowhere",
	} {
		if got := BaseURL(listen); got != want {
			t.Errorf("%q: %s, want %s", listen, got, want)
		}
	}
}
