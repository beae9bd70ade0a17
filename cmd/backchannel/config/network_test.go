package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	load := func(text string) (*Config, error) {
		file := filepath.Join(t.TempDir(), "backchannel.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(file, os.LookupEnv)
	}
	c, err := load(`web: {trusted_proxies: [10.1.2.3/8, 192.0.2.7, "2001:db8::/32"]}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.Web.TrustedProxies {
		got = append(got, p.Prefix().String())
	}
	if want := "10.0.0.0/8 192.0.2.7/32 2001:db8::/32"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, bad := range []string{"ten", "10.0.0.0/99", "{}"} {
		if _, err := load("\nweb: {trusted_proxies: [" + bad + "]}"); err == nil || !strings.Contains(err.Error(), "backchannel.yaml:2: web.trusted_proxies[0]: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
