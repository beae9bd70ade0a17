package forge_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestFailuresShowTheEndOfTheLog(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		text, err := w.show("builds", lang.English)
		if err != nil {
			w.Fatal(err)
		}
		want := []string{"test", "Run tests", "--- FAIL: TestRounding (0.01s)\nProcess completed with exit code 2."}
		if w.kind == "gitlab" {
			want = []string{"test", "make test", "--- FAIL: TestRounding (0.01s)\nERROR: Job failed: exit code 1"}
		}
		for _, part := range want {
			if !strings.Contains(text, part) {
				w.Errorf("%q is missing in:\n%s", part, text)
			}
		}
		for _, part := range []string{"2026-11-23T09", "##[", "\x1b", "Post job", "section_"} {
			if strings.Contains(text, part) {
				w.Errorf("%q is shown:\n%s", part, text)
			}
		}
	})
}

// A log that is gone or refused costs the log alone, and what is known is not asked for again.
func TestLogsThatAreGone(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		path := map[string]string{"github": "/repos/acme/pay/signed/log-of-job-2", "gitlab": "/projects/acme%2Fpay/jobs/2/trace"}[w.kind]
		w.server.Set(path, nil)
		text, err := w.show("builds", lang.Chinese)
		if err != nil || strings.Contains(text, "TestRounding") || !strings.Contains(text, "test") {
			w.Errorf("%v\n%s", err, text)
		}
		w.server.Set(path, "one line\n")
		if text, _ = w.show("builds", lang.Chinese); !strings.Contains(text, "one line") {
			w.Errorf("it is not looked for again:\n%s", text)
		}
		w.server.Set(path, nil)
		if text, _ = w.show("builds", lang.English); !strings.Contains(text, "one line") {
			w.Errorf("it is not remembered:\n%s", text)
		}
	})
}
