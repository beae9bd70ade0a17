package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/docs/handbook"
)

// TestFirstPlugin follows a page of the handbook to the letter: files are written as they stand there, commands are
// typed as they stand there, and what they print has every line that the page shows, in order; … stands for any lines.
// Only the stand-in for the reader's own tool is played by the test, on a port that is free.
func TestFirstPlugin(t *testing.T) {
	t.Parallel()
	page, err := handbook.Files.ReadFile("first-plugin.md")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, path := t.TempDir(), t.TempDir()
	if err := os.Symlink(bin, filepath.Join(path, "backchannel")); err != nil { // TestMain looks at the name
		t.Fatal(err)
	}
	tool := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "tool"))))
	defer tool.Close()
	block := regexp.MustCompile("(?ms)^```(\\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$")
	files, typed := 0, 0
	for _, m := range block.FindAllStringSubmatch(string(page), -1) {
		kind, name, text := m[1], m[2], m[3]
		switch {
		case name != "":
			files++
			text = strings.ReplaceAll(text, "http://localhost:8099", tool.URL)
			file := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		case kind == "console":
			typed++
			command, want, _ := strings.Cut(strings.TrimPrefix(text, "$ "), "\n")
			if strings.HasPrefix(command, "python3 -m http.server 8099 ") {
				continue
			}
			if problem := typeIn(t, dir, path, command, want); problem != "" {
				t.Errorf("$ %s\n%s", command, problem)
			}
		}
	}
	if files < 5 || typed < 6 {
		t.Errorf("only %d files and %d commands were found on the page", files, typed)
	}
}

// typeIn runs a command and says how what it prints differs from what is wanted.
func typeIn(t *testing.T, dir, path, command, want string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"), "LANG=en_US.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v\n%s", err, out)
	}
	got := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	at, any := 0, false
	for _, line := range strings.Split(strings.TrimRight(want, "\n"), "\n") {
		if line == "…" {
			any = true
			continue
		}
		for any && at < len(got) && strings.TrimSpace(got[at]) != strings.TrimSpace(line) {
			at++
		}
		if at >= len(got) || strings.TrimSpace(got[at]) != strings.TrimSpace(line) {
			return fmt.Sprintf("line %q is not where the page has it; it printed:\n%s", line, out)
		}
		at, any = at+1, false
	}
	if at < len(got) && !any {
		return fmt.Sprintf("it printed more than the page shows:\n%s", out)
	}
	return ""
}
