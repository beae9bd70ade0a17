package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// corrector changes descriptors where they are written: as a pull or merge request where the configuration has a
// credential for it, else as a text for somebody to apply.
type corrector struct {
	texts     catalog.Texts // nil: no descriptor is kept
	proposers map[string]remote.Proposer
	kinds     map[string]string // of hosts, by name
}

// corrector connects the hosts that changes may be proposed to.
func (a *app) corrector() (*corrector, error) {
	c := &corrector{proposers: map[string]remote.Proposer{}, kinds: map[string]string{"github.com": "github", "gitlab.com": "gitlab"}}
	c.texts, _ = a.store.(catalog.Texts)
	for _, g := range a.cfg.Integrations.GitHub {
		c.kinds[g.Host] = "github"
		if g.Correct == nil {
			continue
		}
		o := github.Options{Host: g.Host, APIURL: g.APIURL, Token: g.Correct.Token, Budget: a.reach.budget(), HTTP: apiClient(g.APIURL)}
		if g.Correct.App != nil {
			o.App = &github.App{ID: g.Correct.App.ID, PrivateKey: g.Correct.App.PrivateKey}
		}
		api, err := github.New(o)
		if err != nil {
			return nil, err
		}
		c.proposers[g.Host] = api
	}
	for _, g := range a.cfg.Integrations.GitLab {
		c.kinds[g.Host] = "gitlab"
		if g.Correct == nil {
			continue
		}
		api, err := gitlab.New(gitlab.Options{Host: g.Host, APIURL: g.APIURL, Token: g.Correct.Token, Budget: a.reach.budget(), HTTP: apiClient(g.APIURL)})
		if err != nil {
			return nil, err
		}
		c.proposers[g.Host] = api
	}
	return c, nil
}

// written is where a descriptor is written.
type written struct {
	address scm.Address // zero: not in a repository that is known by its address
	repo    remote.Repo
	base    string // the branch
	path    string // in the repository
	text    []byte
}

// Correct implements commands.Corrector.
func (c *corrector) Correct(ctx context.Context, fix commands.Correction) (commands.Corrected, error) {
	at := fix.Entity.Source
	out := commands.Corrected{File: path.Base(at.Location)}
	address, onWeb, err := scm.ParseAddress(at.Location)
	w := written{address: address}
	if err == nil && onWeb && len(address.Ref) > 1 {
		out.Edit = c.editPage(address)
		if api := c.proposers[address.Host]; api != nil {
			if w, err = present(ctx, api, address); err != nil {
				out.Away = true
			}
		}
	}
	if w.text == nil {
		if c.texts == nil {
			return out, fault.New(fault.NotFound, "the text of %s is not kept", at.Location)
		}
		if w.text, _, err = c.texts.Text(ctx, at.Origin, at.Location); err != nil {
			return out, err
		}
	}
	text, err := edited(w.text, fix)
	if err != nil {
		return out, err
	}
	out.Diff = diff(out.File, string(w.text), string(text))
	if w.repo.ID == "" {
		return out, nil
	}
	p, err := openRequest(ctx, c.proposers[address.Host], w, fix, text)
	if err != nil {
		out.Away = true
		return out, nil //nolint:nilerr // the diff is there for somebody to apply, and says that it was not proposed
	}
	out.Request, out.Number = p.URL, p.Number
	return out, nil
}

// editPage is where the host has a file edited in a browser, "" where that is not known.
func (c *corrector) editPage(a scm.Address) string {
	switch c.kinds[a.Host] {
	case "github":
		return "https://" + a.Host + "/" + a.Repo + "/edit/" + strings.Join(a.Ref, "/")
	case "gitlab":
		return "https://" + a.Host + "/" + a.Repo + "/-/edit/" + strings.Join(a.Ref, "/")
	default:
		return ""
	}
}

// present reads a descriptor as it is now. What stands behind the marker of an address is a branch, whose name may hold
// slashes, and a path.
func present(ctx context.Context, api remote.Proposer, a scm.Address) (written, error) {
	w := written{address: a}
	repo, err := api.Repository(ctx, a.Repo)
	if err != nil {
		return w, err
	}
	const branchParts = 4
	var head remote.Commit
	for n := 1; n < min(len(a.Ref), branchParts+1); n++ {
		if w.base = strings.Join(a.Ref[:n], "/"); w.base == "HEAD" {
			w.base = repo.Branch
		}
		w.path = strings.Join(a.Ref[n:], "/")
		if head, err = api.Head(ctx, repo, w.base); err == nil || !fault.Is(err, fault.NotFound) {
			break
		}
	}
	if err != nil {
		return w, err
	}
	files, err := api.Files(ctx, repo, head)
	if err != nil {
		return w, err
	}
	for _, f := range files {
		if f.Path == w.path && f.Kind == remote.File {
			w.text, err = api.Content(ctx, repo, f)
			w.repo = repo
			return w, err
		}
	}
	return w, fault.New(fault.NotFound, "%s has no file %s", a.Repo, w.path)
}

// edited is a descriptor with a correction, and valid.
func edited(text []byte, fix commands.Correction) ([]byte, error) {
	doc := -1
	for _, d := range descriptor.Read("", text, descriptor.Options{}) {
		if d.Claim == fix.Entity.Ref {
			doc = d.Doc
		}
	}
	if doc < 0 {
		return nil, fault.New(fault.Invalid, "the file does not describe %s any more", fix.Entity.Ref)
	}
	var out []byte
	var err error
	if field := strings.Split(fix.Field, "."); fix.Field == "metadata.links" {
		text1 := func(s string) *yamldoc.Node { return &yamldoc.Node{Kind: yamldoc.String, Text: s} }
		out, err = yamldoc.Prepend(text, doc, field, yamldoc.Field{Key: "url", Value: text1(fix.Value)}, yamldoc.Field{Key: "title", Value: text1(fix.Label)})
	} else {
		out, err = yamldoc.Set(text, doc, field, fix.Value)
	}
	if err != nil {
		return nil, err
	}
	before, after := descriptor.Read("", text, descriptor.Options{}), descriptor.Read("", out, descriptor.Options{})
	if len(before) != len(after) {
		return nil, fault.New(fault.Invalid, "the edited file has other documents")
	}
	for i := range after {
		if after[i].Claim != before[i].Claim || !after[i].OK && before[i].OK {
			return nil, fault.New(fault.Invalid, "the edited file would not be valid")
		}
	}
	return out, nil
}

// maxProposals bounds how often a correction that was refused before is proposed anew.
const maxProposals = 5

// openRequest opens the request, under a branch that the correction names: made twice, it is one.
func openRequest(ctx context.Context, api remote.Proposer, w written, fix commands.Correction, text []byte) (remote.Proposal, error) {
	ref := fix.Entity.Ref
	sum := sha256.Sum256([]byte(ref.String() + "\x00" + fix.Field + "\x00" + fix.Value + "\x00" + fix.Label))
	field := fix.Field[strings.LastIndexByte(fix.Field, '.')+1:]
	branch := "backchannel/" + ref.Name + "-" + field + "-" + hex.EncodeToString(sum[:4])
	change := remote.Change{
		Base: w.base, Title: "Correct " + fix.Field + " of " + ref.String(), Body: requestBody(fix), Files: []remote.FileChange{{Path: w.path, Content: text}},
	}
	for n := 1; ; n++ {
		change.Branch = branch
		if n > 1 {
			change.Branch += "-" + strconv.Itoa(n)
		}
		p, err := api.Propose(ctx, w.repo, change)
		if err != nil || p.State == remote.ProposalOpen || n == maxProposals {
			return p, err
		}
	}
}

// requestBody is the text of a request. What people wrote stands in a block, where it can mention nobody.
func requestBody(fix commands.Correction) string {
	var b strings.Builder
	b.WriteString("Somebody who asked about `" + fix.Entity.Ref.String() + "` says that `" + fix.Field + "` is not right.\n")
	block := func(head, text string) {
		if text != "" {
			b.WriteString("\n" + head + "\n\n    " + strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "\n    ") + "\n")
		}
	}
	block("Said by:", fix.By)
	block("Reason:", fix.Note)
	b.WriteString("\nMerging this settles the dispute, and so does closing it: whoever disputes the fact hears which.\n")
	return b.String()
}

// lines are the lines of a text.
func lines(s string) []string {
	return slices.Collect(strings.Lines(s))
}

// diff is the difference of two texts with one change, in the unified format.
func diff(name, before, after string) string {
	const around = 3
	a, b := lines(before), lines(after)
	from := 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < min(len(a), len(b))-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	start, end := max(from-around, 0), max(to-around, 0)
	var out strings.Builder
	old, now := len(a)-end-start, len(b)-end-start
	out.WriteString("--- a/" + name + "\n+++ b/" + name + "\n@@ -" + strconv.Itoa(start+1) + "," + strconv.Itoa(old) + " +" + strconv.Itoa(start+1) + "," + strconv.Itoa(now) + " @@\n")
	write := func(mark string, lines []string) {
		for _, l := range lines {
			out.WriteString(mark + strings.TrimRight(l, "\r\n") + "\n")
		}
	}
	write(" ", a[start:from])
	write("-", a[from:len(a)-to])
	write("+", b[from:len(b)-to])
	write(" ", a[len(a)-to:len(a)-end])
	return out.String()
}

var _ commands.Corrector = (*corrector)(nil)
