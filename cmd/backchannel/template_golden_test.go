package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoldenGoService: what the demo's template makes is a service that is formatted, vetted and passes its own tests,
// with the example resource and without.
func TestGoldenGoService(t *testing.T) {
	for name, values := range map[string]string{
		"items": `{"name": "pay-out", "owner": "group:default/billing", "system": "payouts", "capacity": 3, "repoUrl": "github.com?owner=harborlane&repo=pay-out"}`,
		"bare":  `{"name": "bare", "owner": "billing", "items": false, "repoUrl": "github.com?owner=harborlane&repo=bare"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			given, made := filepath.Join(dir, "values.json"), filepath.Join(dir, "made")
			if err := os.WriteFile(given, []byte(values), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			args := []string{"template", "run", "testdata/demo/repos/software-templates/go-service", "--values", given, "--out", made, "--quiet"}
			if code := run(t.Context(), args, streams{out: &out, err: &errs}); code != exitDone || errs.Len() > 0 {
				t.Fatalf("exit %d: %s%s", code, out.String(), errs.String())
			}
			if unformatted := command(t, made, "gofmt", "-l", "."); unformatted != "" {
				t.Errorf("not formatted: %s", unformatted)
			}
			command(t, made, "go", "vet", "./...")
			if tested := command(t, made, "go", "test", "./..."); !strings.Contains(tested, "ok") {
				t.Errorf("no test ran: %s", tested)
			}
			out.Reset()
			if code := run(t.Context(), []string{"catalog", "validate", filepath.Join(made, "catalog-info.yaml")}, streams{out: &out, err: &out}); code != exitDone {
				t.Errorf("the descriptor: %s", out.String())
			}
			out.Reset()
			if code := run(t.Context(), []string{"docs", "build", made, "--out", filepath.Join(dir, "site"), "--strict"}, streams{out: &out, err: &out}); code != exitDone {
				t.Errorf("the docs: %s", out.String())
			}
		})
	}
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
