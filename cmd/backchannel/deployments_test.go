package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

const deployments = "../../deployments/"

// TestDeployedConfigurations reads the configurations that deployments/ brings as serve would.
func TestDeployedConfigurations(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s3cret", 8)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		data, err := os.ReadFile(deployments + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	composed := read("compose/backchannel.yaml")
	for _, name := range []string{"database", "store", "slack_bot", "slack_app"} {
		if !strings.Contains(read("compose/compose.yaml"), "./secrets/"+name) {
			t.Errorf("compose.yaml does not know the secret %s", name)
		}
		composed = strings.ReplaceAll(composed, "/run/secrets/"+name, secret)
	}
	_, manifest, _ := strings.Cut(read("kubernetes/backchannel.yaml"), "backchannel.yaml: |\n")
	manifest, _, _ = strings.Cut(manifest, "\n---")
	for name, text := range map[string]string{"compose": composed, "kubernetes": strings.ReplaceAll("\n"+manifest, "\n    ", "\n")} {
		file := filepath.Join(t.TempDir(), "backchannel.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file, func(variable string) (string, bool) {
			if variable == "DATABASE_URL" {
				return "postgres://u:p@db/backchannel", true
			}
			return "token", true
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if cfg.Store.DataDir != "/var/lib/backchannel" || !strings.HasPrefix(cfg.Store.URL, "postgres://") ||
			cfg.Web.Listen != ":7007" || cfg.Slack == nil || len(cfg.Catalog.Locations) == 0 {
			t.Errorf("%s: %+v", name, cfg)
		}
	}
}
