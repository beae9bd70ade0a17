// Package gitlab is the catalog.Source of GitLab groups with their subgroups: it finds the projects that hold
// descriptors and follows them, by webhooks within seconds and by looking now and then.
package gitlab

import (
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
	vendor "github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Options configure a Source.
type Options struct {
	forge.Settings
	// Group is the path of the group.
	Group string
	// Client asks GitLab.
	Client *vendor.Client
	// Host reads projects through the same client; it is an scm.Trees as well.
	Host *remote.Host
}

// New returns a source. Wrong options are errors of kind fault.Invalid; whether the group exists is found out by Read.
// Its origin is "gitlab:HOST/GROUP", with the path where it is not the usual one.
func New(o Options) (*forge.Source, error) {
	if o.Client == nil || o.Host == nil {
		return nil, fault.New(fault.Invalid, "a gitlab location needs an integration with its host")
	}
	return forge.New(forge.Options{
		Settings: o.Settings, Account: o.Group, API: o.Client, Host: o.Host,
		Origin:   forge.Origin("gitlab", o.Client.Host(), o.Group, o.Settings),
		Blob:     blob,
		Flavor:   codeowners.GitLab,
		UserKey:  "gitlab.com/user-login",
		GroupKey: "gitlab.com/group-path",
		// GitLab notes the activity of a project at most once an hour.
		Revalidate: time.Hour,
	})
}

func blob(r remote.Repo, branch string) string {
	return r.Web + "/-/blob/" + ingest.EscapePath(branch) + "/"
}

// Hook returns the handler of GitLab's webhooks, of projects, groups and the instance, with their secret token.
func Hook(secret string, host *remote.Host, sources ...*forge.Source) http.Handler {
	return forge.NewHook(forge.HookOptions{Secrets: []string{secret}, Verify: vendor.Verify, Parse: vendor.ParseEvent, Notify: forge.Tell(host, sources...)})
}
