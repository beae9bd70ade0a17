package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type initCmd struct {
	Force bool `help:"Replace a configuration that is there."`
}

// maxTries is how often a question is asked again before init gives up.
const maxTries = 5

// interview asks on the terminal, or reads the answers from a script.
type interview struct {
	s      *session
	in     *bufio.Scanner
	client *http.Client
	path   string // of the configuration
	draft  draft
}

// Run asks for what is needed, tries each answer, writes the configuration, and ends with real answers and the worst
// problems of the data.
func (c *initCmd) Run(s *session) error {
	path := s.Config
	if path == "" {
		path = "backchannel.yaml"
	}
	if _, err := os.Stat(path); err == nil && !c.Force {
		return fault.At(fault.Position{File: path}, "the configuration is there already; --force replaces it")
	}
	i := &interview{s: s, in: bufio.NewScanner(s.in), client: &http.Client{Timeout: doctorTimeout}, path: path}
	fmt.Fprintln(s.out, "Three questions, then Backchannel answers. An empty line takes what stands in brackets.")
	for _, step := range []func() error{i.organization, i.source, i.chat} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := os.WriteFile(path, []byte(i.draft.String()), 0o600); err != nil {
		return fault.Wrap(fault.Invalid, err, "write the configuration")
	}
	fmt.Fprintf(s.out, "\nWritten to %s. It names secrets and holds none.\n", path)
	return i.finish()
}

// ask returns an answer, or the default for an empty line. The end of the input is an error.
func (i *interview) ask(question, otherwise string) (string, error) {
	if otherwise != "" {
		question += " [" + otherwise + "]"
	}
	fmt.Fprintf(i.s.out, "%s: ", question)
	if !i.in.Scan() {
		if err := i.in.Err(); err != nil {
			return "", fault.Wrap(fault.Invalid, err, "read the answer")
		}
		return "", fault.New(fault.Invalid, "the answers ended before the questions; nothing was written")
	}
	if err := i.s.ctx.Err(); err != nil {
		return "", err
	}
	if text := strings.TrimSpace(i.in.Text()); text != "" {
		return text, nil
	}
	return otherwise, nil
}

// choose asks until the answer is one of the choices, the first of which is the default.
func (i *interview) choose(question string, choices ...string) (string, error) {
	for range maxTries {
		a, err := i.ask(question+" ("+strings.Join(choices, ", ")+")", choices[0])
		if err != nil {
			return "", err
		}
		for _, c := range choices {
			if strings.EqualFold(a, c) {
				return c, nil
			}
		}
		fmt.Fprintf(i.s.out, "  %q is none of these.\n", a)
	}
	return "", errTooOften
}

var errTooOften = fault.New(fault.Invalid, "no answer could be used; nothing was written")

func (i *interview) organization() (err error) {
	fmt.Fprintln(i.s.out)
	i.draft.Organization, err = i.ask("1. What is your organisation called", "Acme")
	return err
}

// source asks where the catalog is until something can be read there.
func (i *interview) source() error {
	fmt.Fprintln(i.s.out)
	for range maxTries {
		kind, err := i.choose("2. Where are your catalog-info.yaml files", "file", "git", "github", "gitlab", "backstage")
		if err != nil {
			return err
		}
		l, err := i.location(kind)
		if err != nil {
			return err
		}
		i.draft.Source = l
		n, problems, err := i.try()
		if err == nil && n > 0 {
			fmt.Fprintf(i.s.out, "  ok: %s, %s with files\n", number(n, "entity", "entities"), number(problems, "problem", "problems"))
			return nil
		}
		if err == nil {
			err = errors.New("there is no entity")
		}
		fmt.Fprintf(i.s.out, "  that did not work: %s\n", sentence(err))
		if again, err := i.choose("   Try another place, or keep it and mend it later", "another", "keep"); err != nil || again == "keep" {
			return err
		}
	}
	return errTooOften
}

func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// location asks for what a type of source needs.
func (i *interview) location(kind string) (location, error) {
	l := location{Type: kind}
	for _, q := range l.questions(filepath.Dir(i.path)) {
		a, err := i.ask("   "+q.text, q.otherwise)
		if err != nil {
			return l, err
		}
		*q.to = a
	}
	if l.Token != "" {
		l.Token = variable(l.Token)
		i.unset(l.Token)
	}
	return l, nil
}

// unset says that a variable has to be set before the service starts.
func (i *interview) unset(name string) bool {
	if os.Getenv(name) != "" {
		return false
	}
	fmt.Fprintf(i.s.out, "   %s is not set here: set it in the environment of serve.\n", name)
	return true
}

// load reads the draft as serve would; variables that are not set are empty.
func (i *interview) load() (*config.Config, error) {
	f, err := os.CreateTemp(filepath.Dir(i.path), ".backchannel-*.yaml") // relative paths start from the same folder
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "try the configuration")
	}
	defer os.Remove(f.Name())
	_, err = io.WriteString(f, i.draft.String())
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "try the configuration")
	}
	return config.Load(f.Name(), func(name string) (string, bool) {
		if v := os.Getenv(name); v != "" {
			return v, true
		}
		return "unset", true // a key that must not be empty
	})
}

// try reads the source of the draft.
func (i *interview) try() (entities, problems int, err error) {
	cfg, err := i.load()
	if err != nil {
		return 0, 0, err
	}
	a, err := i.s.catalogOnly(cfg, i.s.now.clock())
	if err != nil {
		return 0, 0, err
	}
	defer a.close()
	view := a.view(catalog.Viewer{})
	return view.Count(search.Filter{}), len(view.FileProblems()), nil
}

// chat connects Slack by Socket Mode, which needs no public address.
func (i *interview) chat() error {
	fmt.Fprintln(i.s.out)
	kind, err := i.choose("3. Where do people ask", "slack", "web")
	if err != nil || kind == "web" {
		return err
	}
	fmt.Fprint(i.s.out, `   Socket Mode needs no public address. At https://api.slack.com/apps choose Create New App, From a manifest, and
   paste what backchannel slack manifest prints. Install it, and make an app-level token with connections:write.
   The tokens are named here, not typed: put them into environment variables.
`)
	i.draft.Slack = &slackDraft{}
	bot, err := i.ask("   Variable with the bot token (xoxb-...)", "SLACK_BOT_TOKEN")
	if err != nil {
		return err
	}
	app, err := i.ask("   Variable with the app-level token (xapp-...)", "SLACK_APP_TOKEN")
	if err != nil {
		return err
	}
	i.draft.Slack.Bot, i.draft.Slack.App = variable(bot), variable(app)
	unset := i.unset(i.draft.Slack.Bot)
	if i.unset(i.draft.Slack.App) || unset {
		return nil
	}
	if api := os.Getenv("SLACK_API_URL"); api != "" { // a stand-in, or an enterprise's own
		i.draft.Slack.API = api
	}
	d := &doctor{s: i.s, client: i.client}
	d.slack(&config.Config{Slack: &config.Slack{
		Mode: slack.ModeSocket, BotToken: os.Getenv(i.draft.Slack.Bot), AppToken: os.Getenv(i.draft.Slack.App), APIURL: i.draft.Slack.API,
	}})
	for _, f := range d.found {
		fmt.Fprintf(i.s.out, "   %s: %s\n", f.State, f.Detail)
		if f.Fix != "" {
			fmt.Fprintf(i.s.out, "   %s\n", f.Fix)
		}
	}
	return nil
}
