package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCodeHosts(t *testing.T) {
	for text, want := range map[string]string{
		"integrations: {azure: [{host: Dev.Example.com}], gerrit: [{host: 'r.example.com:8443'}]}": "",
		"integrations: {gitea: [{}]}":                                                        ":1: integrations.gitea[0].host: expected a host",
		"integrations: {gitea: [{host: 'https://x'}]}":                                       ":1: integrations.gitea[0].host: expected a host",
		"integrations: {gitlab: [{host: x.dev}], bitbucketServer: [{host: X.dev}]}":          ":1: integrations.bitbucketServer[0].host: x.dev is connected twice",
		"integrations: {bitbucket: [{host: bitbucket.org, token: x}]}":                       ":1: integrations.bitbucket[0].token: unknown key",
		"integrations: {bitbucket: [{host: bitbucket.org}], azure: [{host: bitbucket.org}]}": "is connected twice",
	} {
		file := filepath.Join(t.TempDir(), "backchannel.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(file, os.LookupEnv)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want == "" && c.Integrations.Azure[0].Host != "dev.example.com":
			t.Errorf("%s: %v", text, c.Integrations.Azure)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
