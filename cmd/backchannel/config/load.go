package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// maxFile bounds the configuration and every file that ${file:...} takes.
const maxFile = 1 << 20

// Load reads the file at path. An empty path reads ./backchannel.yaml if it exists, else gives the defaults. getenv
// looks environment variables up as os.LookupEnv does. Errors have kind fault.Invalid and name file, line and field.
func Load(path string, getenv func(string) (string, bool)) (*Config, error) {
	c := Default()
	if path == "" {
		if _, err := os.Stat("backchannel.yaml"); errors.Is(err, fs.ErrNotExist) {
			return c, c.settle()
		}
		path = "backchannel.yaml"
	}
	data, err := readBounded(path)
	if err != nil {
		return nil, fault.At(fault.Position{File: path}, "the configuration cannot be read: %v", err)
	}
	c.Path, c.Dir = path, filepath.Dir(path)
	root, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File == "" {
			e.At.File = path
		}
		return nil, err
	}
	d := yamldoc.Decoder{File: path, Strings: func(s string) (string, error) { return expand(s, c.Dir, getenv) }}
	if err := d.Decode(root, c); err != nil {
		return nil, err
	}
	c.modes()
	if err := c.check(root, d); err != nil {
		return nil, err
	}
	return c, c.settle()
}

// modes chooses how a platform is reached where that is left out: by what only one of the two ways has a use for.
func (c *Config) modes() {
	if s := c.Slack; s != nil && s.Mode == "" {
		s.Mode = "http"
		if s.AppToken != "" && s.SigningSecret == "" {
			s.Mode = "socket"
		}
	}
	if s := c.Discord; s != nil && s.Mode == "" {
		s.Mode = "gateway"
		if s.PublicKey != "" {
			s.Mode = "http"
		}
	}
}

var reference = regexp.MustCompile(`\$\{([^}]*)\}`)

// expand replaces ${NAME} and ${file:PATH}.
func expand(s, dir string, getenv func(string) (string, bool)) (string, error) {
	var failed error
	out := reference.ReplaceAllStringFunc(s, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-1])
		if path, ok := strings.CutPrefix(name, "file:"); ok {
			data, err := readBounded(within(dir, path))
			if err != nil {
				failed = fmt.Errorf("%s: %w", m, err)
			}
			return strings.TrimRight(string(data), "\r\n")
		}
		value, ok := getenv(name)
		if !ok {
			failed = fmt.Errorf("the environment variable %s is not set", name)
		}
		return value
	})
	return out, failed
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		return nil, fmt.Errorf("it is not a file of at most %d kB", maxFile>>10)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err // the sentence around it names the path
	}
	return data, err
}

// minSecret is how long a secret of the store must be, in characters.
const minSecret = 32

// check refuses values that no field type can refuse.
func (c *Config) check(root *yamldoc.Node, d yamldoc.Decoder) error {
	for i := range c.Catalog.Locations {
		n, field := root.At("catalog", "locations").Items[i], fmt.Sprintf("catalog.locations[%d]", i)
		if err := c.Catalog.Locations[i].check(n, field, d); err != nil {
			return err
		}
	}
	if err := c.checkAccess(root, d); err != nil {
		return err
	}
	if err := c.checkScaffold(root, d); err != nil {
		return err
	}
	if err := c.checkHosts(root, d); err != nil {
		return err
	}
	if err := c.checkPlugins(root, d); err != nil {
		return err
	}
	for i, m := range c.Integrations.Mirrors {
		n, field := root.At("integrations", "mirrors").Items[i], fmt.Sprintf("integrations.mirrors[%d]", i)
		if u, err := url.Parse(m.URL); err != nil || u.Host == "" || m.Dir == "" {
			return d.Errorf(n, field, "a mirror needs an absolute url and a dir")
		}
	}
	if s := c.Store.URL; s != "" && !strings.HasPrefix(s, "postgres://") && !strings.HasPrefix(s, "postgresql://") && !(strings.HasPrefix(s, "sqlite:") && len(s) > len("sqlite:")) {
		return d.Errorf(root.At("store", "url"), "store.url", "expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
	}
	for _, line := range strings.Fields(c.Store.Secret) {
		if len(line) < minSecret {
			return d.Errorf(root.At("store", "secret"), "store.secret", "a secret needs at least %d characters; make one with: openssl rand -hex 32", minSecret)
		}
	}
	if u, err := url.Parse(c.Web.BaseURL); c.Web.BaseURL != "" && (err != nil || u.Host == "") {
		return d.Errorf(root.At("web", "base_url"), "web.base_url", "expected an address such as http://localhost:7007, found %q", c.Web.BaseURL)
	}
	if p := c.Web.Pictures; p != "" && p != "on" && p != "off" {
		return d.Errorf(root.At("web", "pictures"), "web.pictures", "expected on or off, found %q", p)
	}
	if err := c.checkAuth(root, d); err != nil {
		return err
	}
	if err := c.checkLinks(root, d); err != nil {
		return err
	}
	if s := c.Slack; s != nil {
		n := root.At("slack")
		switch s.Mode {
		case "http":
			if s.SigningSecret == "" {
				return d.Errorf(n, "slack.signing_secret", "mode http needs the signing secret of the app")
			}
		case "socket":
			if s.AppToken == "" {
				return d.Errorf(n, "slack.app_token", "mode socket needs an app-level token (xapp-...)")
			}
		default:
			return d.Errorf(n, "slack.mode", "the mode is http or socket, found %q", s.Mode)
		}
		if (s.ClientID == "") != (s.ClientSecret == "") {
			return d.Errorf(n, "slack.client_id", "OAuth needs client_id and client_secret; without OAuth neither is set")
		}
	}
	if err := c.checkDuty(root, d); err != nil {
		return err
	}
	if err := c.checkDiscord(root, d); err != nil {
		return err
	}
	if c.Catalog.Refresh <= 0 {
		return d.Errorf(root.At("catalog", "refresh"), "catalog.refresh", "the refresh interval must be longer than nothing")
	}
	return nil
}

// publicKey is an Ed25519 key in hexadecimal.
var publicKey = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// checkDiscord refuses an application that could not be reached or not be believed.
func (c *Config) checkDiscord(root *yamldoc.Node, d yamldoc.Decoder) error {
	s, n := c.Discord, root.At("discord")
	switch {
	case s == nil:
	case s.Mode != "gateway" && s.Mode != "http":
		return d.Errorf(n, "discord.mode", "the mode is gateway or http, found %q", s.Mode)
	case s.Token == "":
		return d.Errorf(n, "discord.token", "the bot of the application has a token, from its page Bot")
	case s.ApplicationID == "":
		return d.Errorf(n, "discord.application_id", "the application has an id, from its page General Information")
	case s.Mode == "http" && !publicKey.MatchString(s.PublicKey):
		return d.Errorf(n, "discord.public_key", "mode http needs the public key of the application, 64 hexadecimal digits from its page General Information")
	}
	return nil
}

// checkLinks refuses URL templates with a placeholder that nothing fills in.
func (c *Config) checkLinks(root *yamldoc.Node, d yamldoc.Decoder) error {
	for _, l := range []struct{ key, text string }{{"entity", c.Links.Entity}, {"docs", c.Links.Docs}} {
		for _, m := range placeholder.FindAllString(l.text, -1) {
			if m == "{page}" && l.key == "docs" || m == "{kind}" || m == "{namespace}" || m == "{name}" {
				continue
			}
			return d.Errorf(root.At("links", l.key), "links."+l.key, "nothing fills in %s; known are {kind}, {namespace}, {name} and, for docs, {page}", m)
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// settle makes paths absolute or relative to the working folder, and derives what was left out.
func (c *Config) settle() error {
	for i := range c.Catalog.Locations {
		c.Catalog.Locations[i].settle(c.Dir)
	}
	for i := range c.Integrations.Mirrors {
		c.Integrations.Mirrors[i].Dir = within(c.Dir, c.Integrations.Mirrors[i].Dir)
	}
	for i := range c.Language.Lexicons {
		c.Language.Lexicons[i] = within(c.Dir, c.Language.Lexicons[i])
	}
	for i := range c.Plugins.Declared {
		c.Plugins.Declared[i] = within(c.Dir, c.Plugins.Declared[i])
	}
	for _, p := range []*string{&c.Plugins.OnCall.Schedules, &c.Store.DataDir} {
		if *p != "" {
			*p = within(c.Dir, *p)
		}
	}
	switch path, isSQLite := strings.CutPrefix(c.Store.URL, "sqlite:"); {
	case c.Store.URL == "":
		c.Store.URL = "sqlite:" + filepath.Join(c.Store.DataDir, "backchannel.db")
	case isSQLite:
		c.Store.URL = "sqlite:" + within(c.Dir, path)
	}
	if c.Web.BaseURL == "" {
		c.Web.BaseURL = BaseURL(c.Web.Listen)
	}
	c.Web.BaseURL = strings.TrimRight(c.Web.BaseURL, "/")
	return nil
}

// BaseURL is how a browser on this machine reaches the listener.
func BaseURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		host, port = listen, "" // which cannot be listened on either, and is said there
	}
	if ip := net.ParseIP(host); host == "" || host == "127.0.0.1" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + strings.TrimSuffix(net.JoinHostPort(host, port), ":")
}

func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
