package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// annotationApproval names whose word a run of a template needs: owner, or groups and users with commas between them.
const annotationApproval = "backchannel.dev/approval"

// templateRuns keeps runs of templates.
type templateRuns interface {
	scaffold.Runs
	scaffold.RunSweeper
}

// templateRunFor bounds one attempt at a run, templateRunKeep how long runs are kept, and the others how many go on at once
// in a replica: our own, and those that a Backstage does.
const (
	templateRunFor   = 2 * time.Hour
	templateRunKeep  = 90 * 24 * time.Hour
	templateRunJobs  = 4
	backstageRunJobs = 64
)

// scaffolding is what making new things takes, for the commands. The engine is filled in by scaffoldWith.
func (f *followed) scaffolding(cfg *config.Config, base *base) *commands.Scaffolding {
	f.templateRuns, f.workspaces = scaffold.NewMemoryRuns(), workspacesOf(base)
	if base.db != nil {
		f.templateRuns = base.db.TemplateRuns(base.seal)
	}
	return &commands.Scaffolding{
		Drafts: base.state.Drafts, Secrets: base.state.Secrets, Approval: approvals(cfg), Announce: cfg.Scaffold.Announce, Made: f.noteMade,
	}
}

// scaffoldWith fills in what of making new things needs the app.
func (f *followed) scaffoldWith(s *commands.Scaffolding) error {
	s.Repos = repoNames{f.app}
	engine, err := f.scaffolder()
	s.Engine = engine
	return err
}

// scaffolder is the engine of the configuration.
func (f *followed) scaffolder() (commands.Scaffolder, error) {
	if f.cfg.Scaffold.Engine == config.EngineBackstage {
		return newBackstageEngine(f.cfg.ScaffoldBackstage(), f.templateRuns)
	}
	return newOwnEngine(f)
}

// approvals says whose word runs need: as the first fitting rule of the configuration has it, else as the template says.
func approvals(cfg *config.Config) func(*catalog.Entity) commands.Approval {
	return func(e *catalog.Entity) commands.Approval {
		for _, r := range cfg.Scaffold.Approvals {
			if !slices.ContainsFunc(r.Templates, func(p access.Pattern) bool { return p.Matches(e.Ref) }) {
				continue
			}
			a := commands.Approval{By: slices.Clone(r.By), Alone: r.Alone, Expires: time.Duration(r.Expires)}
			if r.Owner && !e.Owner.IsZero() {
				a.By = append(a.By, e.Owner)
			}
			return a
		}
		var a commands.Approval
		for _, p := range e.Annotations {
			if p.Key != annotationApproval {
				continue
			}
			for text := range strings.SplitSeq(p.Value, ",") {
				switch ref, err := catalog.ParseRef(strings.TrimSpace(text), "group", e.Ref.Namespace); {
				case strings.TrimSpace(text) == "owner" && !e.Owner.IsZero():
					a.By = append(a.By, e.Owner)
				case err == nil && (ref.Kind == "group" || ref.Kind == "user"):
					a.By = append(a.By, ref)
				}
			}
		}
		return a
	}
}

// scaffoldJobs are the runs of templates, and the end of waiting for approval.
func (f *followed) scaffoldJobs() (map[string]job.Kind, []job.Periodic) {
	sweep := "sweep.template-runs"
	return map[string]job.Kind{
			bot.TaskJobs(commands.TaskRun):  {Handler: bot.TaskHandler(f.state.Tasks, time.Now, f.commands.RunTask), Concurrency: f.runJobs(), Timeout: templateRunFor},
			bot.TaskWaits(commands.TaskRun): {Handler: bot.WaitHandler(f.state.Tasks, f.commands.ExpireRun)},
			sweep:                           {Handler: f.sweepTemplateRuns},
		}, []job.Periodic{
			{Name: sweep, Every: time.Hour, Request: job.Request{Kind: sweep, Attempts: 3}},
		}
}

// runJobs is how many runs a replica has going at once. Those that another program does cost only looking.
func (f *followed) runJobs() int {
	if f.cfg.Scaffold.Engine == config.EngineBackstage {
		return backstageRunJobs
	}
	return templateRunJobs
}

// sweepTemplateRuns forgets runs that began long ago, with their journals.
func (f *followed) sweepTemplateRuns(ctx context.Context, _ job.Job) (json.RawMessage, error) {
	n, err := f.templateRuns.Sweep(ctx, time.Now().Add(-templateRunKeep))
	return json.RawMessage(strconv.Itoa(n)), errors.Join(err, f.sweepWorkspaces())
}

// noteMade keeps with an entity which template made it.
func (f *followed) noteMade(ctx context.Context, m commands.Making) error {
	facts, err := commands.MadeFacts(m)
	if err != nil {
		return err
	}
	_, err = f.store.ApplyFacts(ctx, commands.MadeProducer, []catalog.Ref{m.Entity}, facts)
	return err
}

var commitID = regexp.MustCompile(`(?:^|/)([0-9a-f]{40})(?:/|$)`)

// commitOf is the commit that a template stands in now; "" where that is not known.
func (a *app) commitOf(ctx context.Context, location string) string {
	if !strings.Contains(location, "://") {
		return ""
	}
	folder := strings.Replace(location[:strings.LastIndexByte(location, '/')], "/blob/", "/tree/", 1)
	tree, err := a.trees.Open(ctx, folder)
	if err != nil {
		return ""
	}
	defer func() { err = errors.Join(err, tree.Close()) }()
	if n, ok := tree.(scm.Nested); ok {
		if m := commitID.FindStringSubmatch(n.Identity()); m != nil {
			return m[1]
		}
	}
	return ""
}

// repoNames knows the hosts where repositories can be made. It implements commands.RepoNames.
type repoNames struct{ a *app }

// Hosts implements commands.RepoNames: those with a credential for it first, then the others that are configured.
func (r repoNames) Hosts() []string {
	var able, others []string
	add := func(name string, can bool) {
		switch {
		case can:
			able = append(able, name)
		default:
			others = append(others, name)
		}
	}
	in := r.a.cfg.Integrations
	for _, g := range in.GitHub {
		add(g.Host, g.Scaffold != nil)
	}
	for _, g := range in.GitLab {
		add(g.Host, g.Scaffold != nil)
	}
	if len(able) > 0 {
		return able
	}
	return others
}

// Parts implements commands.RepoNames.
func (r repoNames) Parts(host string) []string {
	return map[string][]string{
		"azure": {"organization", "project"}, "bitbucketcloud": {"workspace", "project"}, "bitbucketserver": {"project"}, "gerrit": {"workspace"},
		"github": {"owner"}, "gitlab": {"owner"}, "gitea": {"owner"},
	}[strings.ToLower(string(codeHosts(r.a.cfg)[host]))]
}

// Taken implements commands.RepoNames.
func (r repoNames) Taken(ctx context.Context, repo string) (bool, error) {
	name, found, err := r.a.repository(ctx, repo)
	if err != nil {
		return false, err
	}
	return found && name != "", nil
}

// repository looks whether there is a repository, with the credential that makes them.
func (a *app) repository(ctx context.Context, repo string) (name string, found bool, err error) {
	host, query, _ := strings.Cut(repo, "?")
	parts, err := url.ParseQuery(query)
	if err != nil {
		return "", false, fault.New(fault.Invalid, "%q is no repository", repo)
	}
	owner, short := parts.Get("owner"), parts.Get("repo")
	if owner == "" || short == "" {
		return "", false, fault.New(fault.Invalid, "the repository is not named whole")
	}
	name = owner + "/" + short
	for _, h := range a.publishTo() {
		if h.Name != host {
			continue
		}
		if h.Folder != nil && h.Folder(owner, short) != "" {
			_, err := os.Lstat(h.Folder(owner, short))
			return name, err == nil, nil
		}
		if !h.Ready {
			continue
		}
		switch {
		case h.GitHub != nil:
			client, err := h.GitHub("")
			if err != nil {
				return "", false, err
			}
			_, err = client.Repository(ctx, name)
			return name, err == nil, notFoundIsNone(err)
		case h.GitLab != nil:
			client, err := h.GitLab("")
			if err != nil {
				return "", false, err
			}
			_, err = client.Repository(ctx, name)
			return name, err == nil, notFoundIsNone(err)
		}
	}
	return "", false, fault.New(fault.Invalid, "nothing is known of %s", cmp.Or(host, "the host"))
}

func notFoundIsNone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
