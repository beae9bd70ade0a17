package gitrun

import (
	"errors"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// said maps what git prints to what it means. The first that matches counts.
var said = []struct {
	text string
	kind fault.Kind
	why  string
}{
	{"out of memory", fault.Invalid, "reading it takes more memory than git may have"},
	{"authentication failed", fault.Forbidden, "the credentials are refused"},
	{"could not read username", fault.Forbidden, "it wants credentials"},
	{"could not read password", fault.Forbidden, "it wants credentials"},
	{"terminal prompts disabled", fault.Forbidden, "it wants credentials"},
	{"permission denied (", fault.Forbidden, "the key is refused"},
	{"host key verification failed", fault.Forbidden, "its host key is not among the known ones"},
	{"returned error: 401", fault.Forbidden, "the credentials are refused"},
	{"returned error: 403", fault.Forbidden, "access is refused"},
	{"transport '", fault.Forbidden, "this way of reading is not allowed"},
	{"returned error: 30", fault.Upstream, "it has moved to another address"},
	{"unable to update url base from redirection", fault.Upstream, "it has moved to another address"},
	{"find remote ref", fault.NotFound, "it has no such branch"},
	{"remote branch", fault.NotFound, "it has no such branch"},
	{"returned error: 404", fault.NotFound, "it does not exist, or may not be seen"},
	{"repository not found", fault.NotFound, "it does not exist, or may not be seen"},
	{"' not found", fault.NotFound, "it does not exist, or may not be seen"},
	{"does not appear to be a git repository", fault.NotFound, "it is not a repository"},
	{"no space left on device", fault.Internal, "the disk is full"},
	{"could not resolve", fault.Upstream, "its host is not known"},
	{"name or service not known", fault.Upstream, "its host is not known"},
	{"connection refused", fault.Upstream, "its host refuses the connection"},
	{"failed to connect", fault.Upstream, "its host cannot be reached"},
	{"timed out", fault.Upstream, "its host does not answer"},
	{"connect tunnel failed", fault.Forbidden, "its host may not be connected to"},
	{"from proxy after connect", fault.Forbidden, "its host may not be connected to"},
	{"proxy connect aborted", fault.Forbidden, "its host may not be connected to"},
	{"certificate", fault.Upstream, "its certificate is not trusted"},
	{"operation too slow", fault.Upstream, "its host has stopped sending"},
	{"not valid: is this a git repository", fault.NotFound, "it is not a repository"},
	{"early eof", fault.Upstream, "the answer broke off"},
	{"unexpected disconnect", fault.Upstream, "the answer broke off"},
	{"hung up", fault.Upstream, "the answer broke off"},
	{"not our ref", fault.NotFound, "it does not have this version any more"},
}

// explain makes a sentence of what git printed.
func (c Cmd) explain(notes string) error {
	low := strings.ToLower(notes)
	e := &fault.Error{Kind: fault.Upstream, Message: c.name() + " cannot be read"}
	for _, s := range said {
		if strings.Contains(low, s.text) {
			e.Kind, e.Err = s.kind, errors.New(s.why)
			return e
		}
	}
	e.Err = errors.New(c.lastWords(notes))
	return e
}

var (
	userinfo = regexp.MustCompile(`://[^/@\s]*@`)
	controls = regexp.MustCompile(`[\x00-\x1f\x7f]+`)
)

// lastWords is the line in which git says why it ended, without credentials and without what the server said.
func (c Cmd) lastWords(notes string) string {
	last := ""
	for line := range strings.Lines(notes) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"fatal: ", "error: "} {
			if rest, ok := strings.CutPrefix(line, mark); ok {
				last = rest
			}
		}
	}
	if last == "" {
		return "git ended without saying why"
	}
	last = userinfo.ReplaceAllString(controls.ReplaceAllString(last, " "), "://")
	if c.Credential.Password != "" {
		last = strings.ReplaceAll(last, c.Credential.Password, "***")
	}
	return strings.ToValidUTF8(clip(last), "")
}
