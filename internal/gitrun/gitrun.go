// Package gitrun runs the git program on repositories that others own. Nothing such a repository or its address holds
// makes git ask a question, run a hook, read a configuration file outside the repository's own, follow a submodule or
// a redirect, or open a local path; every run has a deadline and bounds on output and disk, and ends with all the
// processes it started. Credentials travel in the environment of the process, never on its command line or in an
// address, and errors are sentences without them.
//
// It needs git 2.31 or newer.
package gitrun

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Options configure a Runner.
type Options struct {
	// Binary is the git program; empty: the one on the PATH.
	Binary string
	// Plain are the hosts ("git.acme.dev", "10.0.0.7:8080") that may be spoken to without encryption (http).
	Plain []string
	// Proxy is the address of an HTTP proxy for https, such as that of an outbound.Tunnel; empty: none. Hosts that may
	// be spoken to without encryption are connected to directly, and so are those of ssh.
	Proxy string
	// Agent is the User-Agent of requests; empty: "git/backchannel".
	Agent string
	// CA is a file of root certificates; empty: the system's.
	CA string
	// Timeout bounds a run that does not say otherwise; zero: 5 min.
	Timeout time.Duration
	// MaxOutput bounds what a run may print, in bytes; zero: 64 MB.
	MaxOutput int64
	// MaxMemory bounds what each process of a run may hold in memory of its own, in bytes, where the system
	// has a shell that can bound it; zero: 512 MB.
	MaxMemory int64
}

// Credential is how a repository is read. The zero value reads anonymously.
type Credential struct {
	User     string // of Password; empty: "x-access-token"
	Password string // a password or token, for http and https
	Key      string // path of a private key, for ssh
	Known    string // path of a known_hosts file, for ssh; empty: the account's
}

// Runner runs git. It is safe for concurrent use.
type Runner struct {
	o      Options
	binary string
	shell  string // empty: there is none that is needed
}

// New returns a runner. It fails when there is no git program.
func New(o Options) (*Runner, error) {
	if o.Binary == "" {
		o.Binary = "git"
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.MaxOutput <= 0 {
		o.MaxOutput = 64 << 20
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = 512 << 20
	}
	if o.Agent == "" {
		o.Agent = "git/backchannel"
	}
	binary, err := exec.LookPath(o.Binary)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the program %s, which reads repositories, is not installed", o.Binary)
	}
	r := &Runner{o: o, binary: binary}
	if sh, err := exec.LookPath("sh"); err == nil && runtime.GOOS == "linux" {
		r.shell = sh
	}
	return r, nil
}

// env is the whole environment of a run.
func (r *Runner) env(at Address, c Credential) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"LC_ALL=C",
		"HOME=" + os.DevNull, // no .gitconfig, no .netrc
		"XDG_CONFIG_HOME=" + os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=false",
		"SSH_ASKPASS=false",
		"SSH_ASKPASS_REQUIRE=never",
		"GIT_ALLOW_PROTOCOL=" + r.protocols(at),
		"GIT_PROTOCOL_FROM_USER=0",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_LFS_SKIP_SMUDGE=1",
		"GIT_SSH_VARIANT=ssh",
		"GIT_SSH_COMMAND=" + sshCommand(c),
	}
	config := r.config(at, c)
	env = append(env, fmt.Sprint("GIT_CONFIG_COUNT=", len(config)))
	for i, key := range slices.Sorted(maps.Keys(config)) {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, config[key]))
	}
	return env
}

// protocols lists the transports that a run may use (git help git, GIT_ALLOW_PROTOCOL).
func (r *Runner) protocols(at Address) string {
	if at.Scheme == "http" && r.plain(at.Host) {
		return "https:ssh:http"
	}
	return "https:ssh"
}

func (r *Runner) plain(host string) bool {
	return slices.ContainsFunc(r.o.Plain, func(p string) bool {
		name, _, _ := strings.Cut(host, ":")
		return strings.EqualFold(p, host) || strings.EqualFold(p, name)
	})
}

// config overrides whatever configuration a repository might have.
func (r *Runner) config(at Address, c Credential) map[string]string {
	config := map[string]string{
		"core.hooksPath":             os.DevNull,
		"core.fsmonitor":             "false",
		"core.symlinks":              "false",
		"core.askPass":               "false",
		"core.attributesFile":        os.DevNull,
		"core.bigFileThreshold":      "16m", // larger files go to disk piece by piece
		"credential.helper":          "",
		"fetch.recurseSubmodules":    "false",
		"fetch.unpackLimit":          "1", // packs, not thousands of files
		"gc.auto":                    "0",
		"maintenance.auto":           "false",
		"http.followRedirects":       "false",
		"http.lowSpeedLimit":         "500",
		"http.lowSpeedTime":          "60",
		"http.userAgent":             r.o.Agent,
		"http.proxy":                 "", // nor one of the environment
		"protocol.version":           "2",
		"safe.directory":             "*", // the runner is only pointed at folders that we made
		"submodule.recurse":          "false",
		"uploadpack.packObjectsHook": "",
	}
	if at.Scheme == "https" {
		config["http.proxy"] = r.o.Proxy
	}
	if r.o.CA != "" {
		config["http.sslCAInfo"] = r.o.CA
	}
	if c.Password != "" && (at.Scheme == "https" || at.Scheme == "http") {
		user := c.User
		if user == "" {
			user = "x-access-token"
		}
		basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + c.Password))
		config["http."+at.Scheme+"://"+at.Host+"/.extraHeader"] = "Authorization: Basic " + basic
	}
	return config
}

// sshCommand keeps ssh from asking, from reading configuration and from forwarding anything.
func sshCommand(c Credential) string {
	args := []string{
		"ssh", "-F", "none", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=15",
		"-oServerAliveInterval=15", "-oServerAliveCountMax=3", "-oClearAllForwardings=yes", "-oForwardAgent=no",
		"-oPermitLocalCommand=no", "-oProxyCommand=none",
	}
	if c.Key != "" {
		args = append(args, "-oIdentitiesOnly=yes", "-oIdentityFile="+c.Key)
	}
	if c.Known != "" {
		args = append(args, "-oUserKnownHostsFile="+c.Known)
	}
	for i, a := range args {
		args[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(args, " ")
}
