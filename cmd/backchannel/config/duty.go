package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// OnCall reads who is on call, from any of these.
type OnCall struct {
	Schedules string     // a file of our own format
	PagerDuty *PagerDuty `yaml:"pagerduty"`
	Calendars []Calendar
	Groups    []DutyGroup // of people, in chats, that are kept in step
}

// PagerDuty connects an account.
type PagerDuty struct {
	Token  string // of the REST API
	APIURL string `yaml:"api_url"` // default https://api.pagerduty.com; https://api.eu.pagerduty.com in the EU
	From   string // e-mail address of a user there, on whose behalf is paged when the asker is none
}

// Calendar is an iCalendar file or address. One of URL and File is set.
type Calendar struct {
	ID       string
	Title    string
	URLToken string `yaml:"url"` // whoever has it can read the calendar
	File     string
	Team     string   // group whose line it is
	Level    int      // of escalation: 1 is asked first
	Timezone string   // IANA name, of times without one
	Services []string `yaml:"pagerdutyServices"`
}

// DutyGroup is a group of people in a chat, of which those who are on call are the members.
type DutyGroup struct {
	Group string // platform:workspace/id, for example slack:T01ACME/S0ONCALL
	For   string // reference of a group or of what is on call for
	Level int    // of escalation; zero: 1
}

// Lighthouse audits websites: with a service that is there, or here.
type Lighthouse struct {
	ServiceURL string `yaml:"service_url"`
	Runner     *LighthouseRunner
	Every      Every          // how often a website is audited; default 24h; off: only when asked
	Form       string         // mobile or desktop; default mobile
	Budgets    map[string]int // the least score of a category, from 0 to 100
}

// LighthouseRunner runs the lighthouse program with a Chromium.
type LighthouseRunner struct {
	Chrome  string        // path of a Chromium or Chrome
	Command string        // path of the lighthouse program; default: lighthouse in the PATH
	Timeout time.Duration // of one audit; default 4 min
	Hosts   []string      // which may lie in a private network; public ones need not be named
}

// TechRadar reads the radar from a file or an address.
type TechRadar struct{ Source string }

// Every is a time between two runs, written as a Span, or off. Zero is the default of its part.
type Every struct {
	Off  bool
	Time time.Duration
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (e *Every) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if strings.TrimSpace(n.Text) == "off" {
		e.Off = true
		return nil
	}
	var s Span
	if err := s.UnmarshalNode(n, field, d); err != nil {
		return err
	}
	const least = 5 * time.Minute
	if e.Time = time.Duration(s); e.Time < least {
		return d.Errorf(n, field, "at least %s, or off", least)
	}
	return nil
}

// webURL reports whether a text is an http or https address without credentials.
func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// checkDuty refuses what no type can refuse.
func (c *Config) checkDuty(root *yamldoc.Node, d yamldoc.Decoder) error {
	if p := c.Plugins.OnCall.PagerDuty; p != nil {
		n := root.At("plugins", "oncall", "pagerduty")
		switch {
		case p.Token == "":
			return d.Errorf(n, "plugins.oncall.pagerduty.token", "PagerDuty needs a token of its REST API")
		case p.APIURL != "" && !webURL(p.APIURL):
			return d.Errorf(n, "plugins.oncall.pagerduty.api_url", "expected an address such as https://api.eu.pagerduty.com")
		case p.From != "" && !strings.Contains(p.From, "@"):
			return d.Errorf(n, "plugins.oncall.pagerduty.from", "expected the e-mail address of a user of PagerDuty, found %q", p.From)
		}
	}
	if err := c.checkCalendars(root, d); err != nil {
		return err
	}
	for i, g := range c.Plugins.OnCall.Groups {
		n, field := root.At("plugins", "oncall", "groups").Items[i], fmt.Sprintf("plugins.oncall.groups[%d]", i)
		platform, rest, ok := strings.Cut(g.Group, ":")
		workspace, id, also := strings.Cut(rest, "/")
		if !ok || !also || platform == "" || workspace == "" || id == "" {
			return d.Errorf(n, field+".group", "expected platform:workspace/id, for example slack:T01ACME/S0ONCALL, found %q", g.Group)
		}
		if _, err := catalog.ParseRef(g.For, "group", ""); err != nil {
			return d.Errorf(n, field+".for", "expected a group, or what somebody is on call for, such as group:default/payments: %v", err)
		}
		if platform == "slack" && c.Slack != nil && !slices.Contains(c.Slack.Features, "usergroups") {
			c.Slack.Features = append(c.Slack.Features, "usergroups") // its scopes are asked for, and looked for by the doctor
		}
	}
	return c.checkLighthouse(root, d)
}

func (c *Config) checkCalendars(root *yamldoc.Node, d yamldoc.Decoder) error {
	seen := map[string]bool{}
	for i := range c.Plugins.OnCall.Calendars {
		v := &c.Plugins.OnCall.Calendars[i]
		n, field := root.At("plugins", "oncall", "calendars").Items[i], fmt.Sprintf("plugins.oncall.calendars[%d]", i)
		v.URLToken = strings.Replace(v.URLToken, "webcal://", "https://", 1)
		switch {
		case v.ID == "" || seen[v.ID]:
			return d.Errorf(n, field+".id", "a calendar needs an id of its own")
		case (v.URLToken == "") == (v.File == ""):
			return d.Errorf(n, field, "a calendar has a url or a file")
		case v.URLToken != "" && !webURL(v.URLToken):
			return d.Errorf(n, field+".url", "expected an address that begins with https://")
		case v.Level < 0 || v.Level > 20:
			return d.Errorf(n, field+".level", "a level of escalation is 1, 2, ..., found %d", v.Level)
		}
		seen[v.ID] = true
		if _, err := catalog.ParseRef(v.Team, "group", ""); v.Team != "" && err != nil {
			return d.Errorf(n, field+".team", "%v", err)
		}
		if v.Team == "" && len(v.Services) == 0 {
			return d.Errorf(n, field+".team", "whose line is it? Name a team, or pagerdutyServices")
		}
		if _, err := time.LoadLocation(v.Timezone); err != nil || v.Timezone == "Local" {
			return d.Errorf(n, field+".timezone", "%q is not an IANA time zone such as Europe/Berlin", v.Timezone)
		}
		if v.File != "" {
			v.File = within(c.Dir, v.File)
		}
	}
	return nil
}

func (c *Config) checkLighthouse(root *yamldoc.Node, d yamldoc.Decoder) error {
	l, n := &c.Plugins.Lighthouse, root.At("plugins", "lighthouse")
	if l.ServiceURL != "" && !webURL(l.ServiceURL) {
		return d.Errorf(n, "plugins.lighthouse.service_url", "expected the address of a lighthouse-audit-service")
	}
	if l.Form != "" && !slices.Contains([]string{"mobile", "desktop"}, l.Form) {
		return d.Errorf(n, "plugins.lighthouse.form", "the form is mobile or desktop, found %q", l.Form)
	}
	for category, least := range l.Budgets {
		if least < 0 || least > 100 {
			return d.Errorf(n, "plugins.lighthouse.budgets."+category, "a score lies between 0 and 100, found %d", least)
		}
	}
	if r := l.Runner; r != nil {
		if r.Chrome == "" {
			return d.Errorf(n, "plugins.lighthouse.runner.chrome", "the runner needs the path of a Chromium or Chrome")
		}
		for _, p := range []*string{&r.Chrome, &r.Command} {
			if strings.Contains(*p, "/") {
				*p = within(c.Dir, *p)
			}
		}
	}
	if s := &c.Plugins.TechRadar.Source; *s != "" && !webURL(*s) {
		*s = within(c.Dir, *s)
	}
	return nil
}
