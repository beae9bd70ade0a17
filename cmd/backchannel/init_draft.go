package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// draft is a configuration in the making.
type draft struct {
	Organization string
	Source       location
	Slack        *slackDraft // nil: the web view alone
}

type slackDraft struct{ Bot, App, API string } // names of variables, and the address of the Web API

// location is where the catalog is. Token names a variable.
type location struct{ Type, Target, Path, Token string }

// prompt is what one field of a location is asked with.
type prompt struct {
	text, otherwise string
	to              *string
}

// questions are what a type of location needs.
func (l *location) questions(dir string) []prompt {
	switch l.Type {
	case "git":
		return []prompt{{"Address of the repository", "", &l.Target}, {"Path of the descriptors in it", "/catalog-info.yaml", &l.Path}}
	case "github":
		return []prompt{
			{"Organisation on github.com", "", &l.Target}, {"Path of the descriptor in each repository", "/catalog-info.yaml", &l.Path},
			{"Variable with a token that may read", "GITHUB_TOKEN", &l.Token},
		}
	case "gitlab":
		return []prompt{
			{"Group on gitlab.com", "", &l.Target}, {"Path of the descriptor in each project", "/catalog-info.yaml", &l.Path},
			{"Variable with a token that may read", "GITLAB_TOKEN", &l.Token},
		}
	case "backstage":
		return []prompt{{"Address of its backend", "http://localhost:7007", &l.Target}, {"Variable with a service token", "BACKSTAGE_TOKEN", &l.Token}}
	default:
		folder := "./catalog"
		if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || !info.IsDir() {
			folder = "." // as in a repository whose descriptors stand beside what they describe
		}
		return []prompt{{"File, glob or folder", folder, &l.Target}}
	}
}

// String is the configuration as YAML. Everything that a person typed is quoted.
func (d *draft) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Made by backchannel init. docs/handbook/configuration.md lists every key.")
	line("organization: %s", quoted(d.Organization))
	line("catalog:\n  locations:")
	l := d.Source
	token := quoted("${" + l.Token + "}")
	switch l.Type {
	case "git":
		line("    - {type: git, url: %s, path: %s}", quoted(l.Target), quoted(l.Path))
	case "github":
		line("    - {type: github, org: %s, path: %s}", quoted(l.Target), quoted(l.Path))
		line("integrations:\n  github: [{host: github.com, token: %s}]", token)
	case "gitlab":
		line("    - {type: gitlab, group: %s, path: %s}", quoted(l.Target), quoted(l.Path))
		line("integrations:\n  gitlab: [{host: gitlab.com, token: %s}]", token)
	case "backstage":
		line("    - {type: backstage, url: %s, token: %s}", quoted(l.Target), token)
	default:
		line("    - {type: file, target: %s}", quoted(l.Target))
	}
	line("store: {url: \"sqlite:./data/backchannel.db\", data_dir: ./data}")
	line("web: {listen: \"127.0.0.1:7007\", base_url: \"http://localhost:7007\"}")
	if s := d.Slack; s != nil {
		api := ""
		if s.API != "" {
			api = ", api_url: " + quoted(s.API)
		}
		line("slack: {mode: socket, bot_token: \"${%s}\", app_token: \"${%s}\"%s}", s.Bot, s.App, api)
	}
	return b.String()
}

// quoted is a text as a double-quoted YAML scalar.
func quoted(s string) string { return strconv.QuoteToGraphic(s) }

var notInName = regexp.MustCompile(`[^A-Za-z0-9_]`)

// variable is the name of an environment variable that somebody typed, without the signs around it that shells have.
func variable(s string) string {
	return notInName.ReplaceAllString(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "$"), "{"), "}"), "_")
}
