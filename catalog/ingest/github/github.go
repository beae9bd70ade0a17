// Package github is the catalog.Source of GitHub organisations and users: it finds the repositories that hold
// descriptors and follows them, by webhooks within seconds and by looking now and then.
package github

import (
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
	vendor "github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Options configure a Source.
type Options struct {
	forge.Settings
	// Org is the organisation, or a user.
	Org string
	// Client asks GitHub.
	Client *vendor.Client
	// Host reads repositories through the same client; it is an scm.Trees as well.
	Host *remote.Host
}

// New returns a source. Wrong options are errors of kind fault.Invalid; whether the organisation exists is found out
// by Read. Its origin is "github:HOST/ORG", with the path where it is not the usual one.
func New(o Options) (*forge.Source, error) {
	if o.Client == nil || o.Host == nil {
		return nil, fault.New(fault.Invalid, "a github location needs an integration with its host")
	}
	return forge.New(forge.Options{
		Settings: o.Settings, Account: o.Org, API: o.Client, Host: o.Host,
		Origin:   forge.Origin("github", o.Client.Host(), o.Org, o.Settings),
		Blob:     blob,
		Flavor:   codeowners.GitHub,
		UserKey:  "github.com/user-login",
		GroupKey: "github.com/team-slug",
		// A listing shows every push, within seconds.
		Revalidate: 6 * time.Hour,
	})
}

func blob(r remote.Repo, branch string) string {
	return r.Web + "/blob/" + ingest.EscapePath(branch) + "/"
}

// Hook returns the handler of GitHub's webhooks, of organisations, repositories and Apps: content type JSON or form,
// with the secret that signs them.
func Hook(secret string, host *remote.Host, sources ...*forge.Source) http.Handler {
	return forge.NewHook(forge.HookOptions{Secrets: []string{secret}, Verify: vendor.Verify, Parse: vendor.ParseEvent, Notify: forge.Tell(host, sources...)})
}
